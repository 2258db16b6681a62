#!/usr/bin/env bash
# sam validate --lint, and sam build for both architectures
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	has sam || python3 -c 'import venv, ensurepip' 2>/dev/null || echo "needs the SAM CLI, or Python 3 with venv to install it"
	exit 0
fi

sam=$(bash .ci/sam.sh)
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1}
"$sam" validate --lint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# SAM says much about what one might do next: shown only where it fails.
for options in "" "ENV=prod BUILD_DIR=.aws-sam/arm64"; do
	# shellcheck disable=SC2086 # words
	make --no-print-directory build $options >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done

# is_built wants a static binary of the given architecture.
is_built() {
	local dir=$1 arch=$2 name settings setting
	for name in Ingest Process; do
		settings=$(go version -m "$dir/$name/bootstrap")
		for setting in GOOS=linux "GOARCH=$arch" CGO_ENABLED=0; do
			grep -qw "$setting" <<<"$settings" || die "$dir/$name/bootstrap was not built with $setting"
		done
		printf '%-8s %-6s %9d bytes\n' "$name" "$arch" "$(wc -c <"$dir/$name/bootstrap")"
	done
}
is_built .aws-sam/build amd64
is_built .aws-sam/arm64 arm64
