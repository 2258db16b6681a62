#!/usr/bin/env bash
# both stages deployed to an emulator of AWS, used, upgraded, rolled back and deleted
. "$(dirname "$0")/../env.sh"

before=$(sed -n 's/^const before = "\(.*\)"$/\1/p' .ci/deploy/clone_test.go)

if [ "${1:-}" = needs ]; then
	if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ]; then
		echo "needs root on Linux, for a network namespace in which every name is the emulator"
	elif ! { has unshare && has ip && has script; }; then
		echo "needs unshare, ip and script (packages util-linux, iproute2 and bsdutils)"
	elif ! unshare --net --mount --pid --fork --kill-child --mount-proc true 2>/dev/null; then
		echo "needs the right to make network and mount namespaces, which this container lacks"
	elif ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
		echo "needs Python 3.10 or later with venv, to install ministack"
	elif [ "$(uname -m)" = x86_64 ] && ! has qemu-aarch64-static; then
		echo "needs qemu-aarch64-static (package qemu-user-static), for the arm64 programs of prod"
	elif ! shallow=$(git rev-parse --is-shallow-repository 2>&1); then
		echo "needs a clone of the repository, to make copies of: $(head -n 1 <<<"$shallow")"
	elif [ "$shallow" = true ] && ! git cat-file -e "$before^{commit}" 2>/dev/null; then
		echo "needs the history of the repository, for the version before: git fetch --unshallow"
	fi
	exit 0
fi

emulator=$(python_env ministack)
sam=$(bash .ci/sam.sh)

work=$(mktemp -d)
world=
end() {
	# When unshare ends, so does the first process in its namespace, and with it all others.
	# KEEP=1 keeps the folder, with the log of the emulator.
	if [ -n "$world" ]; then kill -9 "$world" 2>/dev/null || true; fi
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM
mkdir "$work/bin" "$work/home" "$work/tmp"
ln -s "$sam" "$work/bin/sam"
ln -s "$emulator/aws" "$work/bin/aws"

# Nothing can be fetched in the namespace: fetch what the builds need before.
go mod download
go test -c -o "$work/deploy.test" ./.ci/deploy
environment=(
	PATH="$work/bin:$PATH" HOME="$work/home" TMPDIR="$work/tmp" WEBHOOK_CACHE="$cache" DEPLOY_WORLD="$work" DEPLOY_CHECKOUT="$root" DEPLOY_PYTHON="$emulator/python"
	GOCACHE="$(go env GOCACHE)" GOMODCACHE="$(go env GOMODCACHE)" GOPATH="$(go env GOPATH)"
)
(cd .ci/deploy && exec env -u AWS_PROFILE -u AWS_SESSION_TOKEN "${environment[@]}" \
	unshare --net --mount --pid --fork --kill-child --mount-proc bash ./world.sh "$work" \
	"$work/deploy.test" -test.timeout 1h -test.parallel 8 -test.v -test.run "${RUN:-TestDeployment}") >"$work/out" 2>&1 &
world=$!
if ! wait "$world"; then
	grep -vE '^ *=== (RUN|PAUSE|CONT|NAME) ' "$work/out"
	echo "the emulator's last lines:"
	tail -n 20 "$work/emulator.log" 2>/dev/null || true
	exit 1
fi
world=
grep -E '^ *--- |webhooks were acknowledged|answered 503, tried again|NOT TESTED' "$work/out"
if grep -q -- '--- SKIP' "$work/out"; then die "skipped, though the emulator is here"; fi
