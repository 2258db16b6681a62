#!/usr/bin/env bash
# Installs, on a Debian machine in CI, the missing tools that the layers need. It changes nothing if
# none is missing, and it is never called on a developer's machine.
. "$(dirname "$0")/env.sh"

has go || die "needs Go $(sed -n 's/^go //p' go.mod) or later"

packages=()
has make || packages+=(make)
has cc || packages+=(gcc libc6-dev)
has curl || packages+=(curl ca-certificates)
has java || packages+=(openjdk-17-jre-headless)
has mvn || packages+=(maven)
has node || packages+=(nodejs npm)
has chromium || has google-chrome || packages+=(chromium)
has ip || packages+=(iproute2)
[ "$(uname -m)" != x86_64 ] || has qemu-aarch64-static || packages+=(qemu-user-static)
has busybox || packages+=(busybox-static)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3 python3-venv)
if ! docker info >/dev/null 2>&1; then
	has dockerd || packages+=(docker.io)
	has iptables || packages+=(iptables)
fi

[ ${#packages[@]} -eq 0 ] && exit 0
[ "$(id -u)" = 0 ] || die "needs these packages, and root to install them: ${packages[*]}"
has apt-get || die "needs these packages (names of Debian's): ${packages[*]}"

say "installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
# Do not start services: the scripts start and stop what they need.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod +x "$policy"
	trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
