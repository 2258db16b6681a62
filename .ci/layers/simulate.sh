#!/usr/bin/env bash
# 100,000 schedules of faults, and the faults that the simulator must find
. "$(dirname "$0")/../env.sh"

[ "${1:-}" = needs ] && exit 0

# Without the race detector, which the unit layer has: it would take ten times as long.
# The race layer's shorter run skips the rarer faults, so here nothing may be skipped.
work=$(mktemp)
trap 'rm -f "$work"' EXIT
go test -count=1 -timeout 1h -v -run 'TestSchedules|TestFindsFaults' ./shared/simulate >"$work" 2>&1 || { grep -v '^ *=== ' "$work"; exit 1; }
grep -E 'schedules of|^ok|^--- ' "$work"
if grep -qE -- '--- SKIP' "$work"; then die "some faults were skipped"; fi
