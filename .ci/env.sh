# Sourced by the other scripts: where they work, and their common functions.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Downloads that are large and stay the same live outside the checkout, so that
# a second clone does not fetch them again.
cache=${WEBHOOK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/webhook-intake}
mkdir -p "$cache"

export SAM_CLI_TELEMETRY=0

has() { command -v "$1" >/dev/null 2>&1; }
in_ci() { [ "${CI:-}" = true ]; }
say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# digest prints the SHA-256 of its input.
digest() { if has sha256sum; then sha256sum; else shasum -a 256; fi | cut -c1-64; }

# python_env NAME: installs the packages in .ci/locks/NAME.txt, once, and prints the folder
# with its programs. It uses only files whose hashes are there, and none that must be built, because
# a build fetches unlocked files.
python_env() {
	local lock=.ci/locks/$1.txt dir
	dir=$cache/$1-$(digest <"$lock" | cut -c1-12)
	if [ ! -e "$dir/complete" ]; then
		python3 -c 'import venv, ensurepip' 2>/dev/null || die "needs Python 3 with venv, to install $1"
		say "installing $(grep -m1 -iE "^(aws-)?$1(-cli)?==" "$lock" | cut -d' ' -f1) (once)"
		rm -rf "$dir"
		python3 -m venv "$dir"
		"$dir/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r "$lock" >&2
		touch "$dir/complete"
	fi
	echo "$dir/bin"
}

# await NAME PID LOG COMMAND…: waits until COMMAND succeeds, at most five minutes, and
# shows the end of LOG if the process PID ends before.
await() {
	local name=$1 pid=$2 log=$3
	shift 3
	for _ in {1..1500}; do
		"$@" && return
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.2
	done
	tail -n 20 "$log" >&2
	die "$name did not start"
}

# race prints the race detector's flag, if there is the C compiler that it needs.
race() { if has cc; then echo -race; fi; }

# packages prints the product's packages and those in .ci, which ./... leaves out, like every folder
# that begins with a dot. .ci/tools is a separate module.
packages() {
	echo ./...
	find .ci -name '*_test.go' -not -path '*/testdata/*' -not -path '.ci/tools/*' | sed 's,^,./,; s,/[^/]*$,,' | sort -u
}
