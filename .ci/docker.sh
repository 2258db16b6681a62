#!/usr/bin/env bash
# The container engine, and the base image that `sam local` runs functions in.
#
#   docker.sh up DIR    makes sure that an engine answers; in CI, starts one if none does
#   docker.sh down DIR  stops the engine that `up DIR` started
#   docker.sh needs     prints what is missing for `up`, or nothing
#   docker.sh image     in CI: makes sure the base image is there
. "$(dirname "$0")/env.sh"

image=public.ecr.aws/lambda/provided:al2023-x86_64

answers() { docker info >/dev/null 2>&1; }

may_start() { in_ci && [ "$(id -u)" = 0 ] && has dockerd; }

needs() { answers || may_start || echo "needs Docker, running"; }

up() {
	local dir=$1 missing
	answers && return
	missing=$(needs)
	[ -z "$missing" ] || die "$missing"
	mkdir -p "$dir"
	# vfs works on every file system, inside of containers too; the images are small.
	dockerd --storage-driver=vfs >"$dir/dockerd.log" 2>&1 </dev/null &
	echo $! >"$dir/dockerd.pid"
	await dockerd $! "$dir/dockerd.log" answers
}

down() {
	local pid
	[ -e "$1/dockerd.pid" ] || return 0
	pid=$(cat "$1/dockerd.pid")
	kill "$pid" 2>/dev/null || true
	for _ in {1..60}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.25
	done
	rm -f "$1/dockerd.pid"
}

# reachable says within seconds whether the image's registry answers at all.
reachable() { curl --silent --output /dev/null --max-time 5 "https://${image%%/*}/v2/"; }

# image_ready pulls the real base image. If its registry can't be reached, a
# stand-in takes its name: the shell of busybox and the C library of this
# machine. That is enough, because SAM brings its own runtime emulator. Only CI
# does this; on a developer's machine SAM pulls the real image itself.
image_ready() {
	in_ci || return 0
	docker image inspect "$image" >/dev/null 2>&1 && return
	if reachable && timeout 300 docker pull --quiet "$image" >&2; then
		return
	fi
	say "the base image can't be pulled here: a stand-in takes its place"
	stand_in
}

stand_in() {
	local fs tool
	has busybox || die "needs busybox (static)"
	fs=$(mktemp -d)
	mkdir -p "$fs"/{bin,etc,tmp,var/task,var/runtime}
	cp "$(command -v busybox)" "$fs/bin/busybox"
	for tool in sh ls cat mkdir; do ln -s busybox "$fs/bin/$tool"; done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$fs/etc/passwd"
	# A plain `sam build` on Linux links the C library; the real image has it too.
	ldconfig -p | sed -n 's,.* => \(/.*/lib\(c\|resolv\)\.so\.[0-9]*\)$,\1,p' |
		while read -r lib; do install -D "$lib" "$fs$lib"; done
	install -D -t "$fs/lib64" /lib64/ld-linux-x86-64.so.2
	tar -C "$fs" -c . | docker import --message "stand-in of webhook-intake's CI" - "$image" >/dev/null
	rm -rf "$fs"
}

case ${1:-} in
up) up "${2:?a folder for the log and the process id}" ;;
down) down "${2:?the folder given to up}" ;;
needs) needs ;;
image) image_ready ;;
*) die "usage: docker.sh up DIR|down DIR|needs|image" ;;
esac
