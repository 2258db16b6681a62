#!/usr/bin/env bash
# the suites and the whole pipeline on DynamoDB Local, ElasticMQ and gofakes3
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	java=$(java -version 2>&1 | sed -n 's/^[^"]*version "\([0-9]*\).*/\1/p') || true
	[ "${java:-0}" -ge 17 ] || { echo "needs Java 17 or later"; exit 0; }
	has mvn || echo "needs Maven, to fetch DynamoDB Local and ElasticMQ"
	exit 0
fi

work=$(mktemp -d)
trap 'bash .ci/engines.sh stop "$work"; rm -rf "$work"' EXIT
bash .ci/engines.sh start "$work" >"$work/env"
. "$work/env"

# Tests of an engine have Engine in their name and read one of the variables;
# elsewhere they skip if it is unset; here nothing may be skipped.
# A package with only benchmarks has nothing to run here.
packages=$(grep -rlE 'WEBHOOK_TEST_(DYNAMODB|SQS|S3)' --include='*_test.go' functions shared |
	sed 's,/[^/]*$,,' | sort -u |
	while read -r dir; do if grep -q '^func Test' "$dir"/*_test.go; then echo "./$dir"; fi; done)
[ -n "$packages" ] || die "found no test that reads WEBHOOK_TEST_DYNAMODB, WEBHOOK_TEST_SQS or WEBHOOK_TEST_S3"
# shellcheck disable=SC2046,SC2086 # one flag or none, and a list of packages
go test $(race) -count=1 -timeout 1h -run Engine -v $packages >"$work/out" 2>&1 || {
	grep -vE '^=== (RUN|PAUSE|CONT|NAME) ' "$work/out"
	exit 1
}
grep -E '^(--- |ok )' "$work/out"
if grep -E -- '--- SKIP|no tests to run' "$work/out"; then die "skipped, though all engines run"; fi
