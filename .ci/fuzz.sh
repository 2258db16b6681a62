#!/usr/bin/env bash
# Runs every fuzz target for the given time, one after another: go test accepts one at a time.
# Making an interesting input smaller may take a minute; the time is for trying others.
. "$(dirname "$0")/env.sh"

time=${1:-10s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz runs one target. When its time is up in the middle of an input, go test
# may call that a failure although no input failed.
fuzz() {
	local package=$1 target=$2
	say "$package $target"
	if go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 100x "$package" 2>&1 | tee "$log"; then return; fi
	grep -q '^    context deadline exceeded$' "$log" && ! grep -q 'Failing input' "$log"
}

found=0
while IFS=: read -r file target; do
	found=$((found + 1))
	fuzz "./$(dirname "$file")" "$target" </dev/null
done < <(grep -roHE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' functions shared | sed 's/func //' | sort)
[ "$found" -gt 0 ] || die "found no fuzz target"
