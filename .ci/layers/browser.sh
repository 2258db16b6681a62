#!/usr/bin/env bash
# hookctl's console in Chromium
. "$(dirname "$0")/../env.sh"

# chromium prints the first Chromium that is found.
chromium() { command -v chromium chromium-browser google-chrome google-chrome-stable | head -n 1 || true; }

if [ "${1:-}" = needs ]; then
	[ -n "$(chromium)" ] || echo "needs Chromium"
	exit 0
fi

# The tests skip without the variable; here nothing may be skipped but the screenshots and,
# where the engines cannot run, that of a stack.
work=$(mktemp -d)
trap 'bash .ci/engines.sh stop "$work"; rm -rf "$work"' EXIT
export WEBHOOK_TEST_CHROMIUM
WEBHOOK_TEST_CHROMIUM=$(chromium)
if [ "${1:-}" = screenshots ]; then
	mkdir -p .hookctl/screenshots
	go test -count=1 -run TestBrowserScreenshots ./functions/hookctl/console -screenshots "$PWD/.hookctl/screenshots"
	say "see .hookctl/screenshots"
	exit 0
fi
may_skip=TestBrowserScreenshots
missing=$(bash .ci/layers/engines.sh needs)
if [ -z "$missing" ]; then
	bash .ci/engines.sh start "$work" >"$work/env"
	. "$work/env"
else
	say "not on the engines: $missing"
	may_skip="$may_skip|TestBrowserStack"
fi
go test -count=1 -v -run TestBrowser ./functions/hookctl/console >"$work/out" 2>&1 || { grep -v '^ *=== ' "$work/out"; exit 1; }
grep -E '^(--- |ok )' "$work/out"
if grep -E -- '--- SKIP|no tests to run' "$work/out" | grep -vE "$may_skip"; then die "skipped, though Chromium is there"; fi
