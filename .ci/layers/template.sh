#!/usr/bin/env bash
# sam validate --lint, cfn-lint over sets of parameters, and sam build, twice the same
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

# CloudFormation sees a different template for each set of parameters: a cycle may exist only with
# some.
sam_python=$(dirname "$(CI=true bash .ci/sam.sh)")/python
mkdir "$work/stacks"
"$sam_python" .ci/scan/matrix.py "$work/stacks"
WEBHOOK_TEST_TEMPLATES=$work/stacks go test -count=1 -v ./.ci/template >"$work/log" 2>&1 || { grep -v '^ *=== ' "$work/log"; exit 1; }
if grep -q -- '--- SKIP' "$work/log"; then die "skipped, though the templates are here"; fi
echo "the project's own rules: $(grep -c -- '^--- PASS' "$work/log") tests passed"

# built builds a checkout for an environment. SAM prints much advice on what to do next: show it
# only on failure.
built() {
	local checkout=$1 env=$2 dir=$3
	make --no-print-directory -C "$checkout" build "ENV=$env" "BUILD_DIR=$dir" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}
built . default .aws-sam/build
built . prod .aws-sam/arm64

# is_built wants a static binary of the given architecture.
is_built() {
	local dir=$1 arch=$2 name settings setting
	for name in Ingest Process UpkeepFunction; do
		settings=$(go version -m "$dir/$name/bootstrap")
		for setting in GOOS=linux "GOARCH=$arch" CGO_ENABLED=0; do
			grep -qw "$setting" <<<"$settings" || die "$dir/$name/bootstrap was not built with $setting"
		done
		printf '%-14s %-6s %9d bytes\n' "$name" "$arch" "$(wc -c <"$dir/$name/bootstrap")"
	done
}
is_built .aws-sam/build amd64
is_built .aws-sam/arm64 arm64

# The same bytes from a copy elsewhere: what is deployed can be compared with its source.
mkdir "$work/copy"
tar -c --exclude=./.git --exclude=./.aws-sam . | tar -x -C "$work/copy"
for env in default prod; do
	case $env in default) dir=.aws-sam/build ;; *) dir=.aws-sam/arm64 ;; esac
	built "$work/copy" $env "$dir"
	for name in Ingest Process UpkeepFunction; do
		cmp "$dir/$name/bootstrap" "$work/copy/$dir/$name/bootstrap" || die "two builds of $name for $env differ"
	done
done
echo "a second build elsewhere gave the same bytes"

# versions prints the ids of the versions that a deploy of a built template would publish.
versions() {
	(cd "$1" && "$sam_python" "$root/.ci/scan/transform.py") |
		grep -o '"\(Ingest\|Process\|UpkeepFunction\)Version[0-9a-f]*"' | sort -u | tr -d '\n'
}
stamped() { bash .ci/stamp.sh "$work/copy/.aws-sam/build" "$@" >/dev/null && versions "$work/copy/.aws-sam/build"; }
first=$(stamped) again=$(stamped) changed=$(stamped --parameter-overrides LogLevel=debug)
[ -n "$first" ] && [ "$first" = "$again" ] || die "a deploy that changes nothing would publish versions: $first, then $again"
[ "$first" != "$changed" ] || die "a deploy that changes a parameter would not publish versions"
echo "a change of parameters publishes versions, no change publishes none"

# This is as far as a deploy gets without an account: it reads samconfig.toml and then asks for a
# region.
nowhere=(env -u AWS_REGION -u AWS_DEFAULT_REGION -u AWS_PROFILE -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN
	AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true)
for env in default prod; do
	if "${nowhere[@]}" make --no-print-directory deploy "ENV=$env" "BUILD_DIR=$work/deploy" >"$work/log" 2>&1; then
		die "make deploy ENV=$env says that it deployed, without an account"
	fi
	grep -q 'Unable to resolve a region' "$work/log" || { tail -n 5 "$work/log"; die "make deploy ENV=$env did not come as far as asking for a region"; }
done
echo "make deploy reads its stage's settings"
