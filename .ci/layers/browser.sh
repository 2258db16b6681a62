#!/usr/bin/env bash
# hookctl's console in Chromium
. "$(dirname "$0")/../env.sh"

# chromium prints the first Chromium that is found.
chromium() { command -v chromium chromium-browser google-chrome google-chrome-stable | head -n 1 || true; }

if [ "${1:-}" = needs ]; then
	[ -n "$(chromium)" ] || echo "needs Chromium"
	exit 0
fi

# The tests skip without the variable; here nothing may be skipped but the screenshots.
work=$(mktemp)
trap 'rm -f "$work"' EXIT
export WEBHOOK_TEST_CHROMIUM
WEBHOOK_TEST_CHROMIUM=$(chromium)
if [ "${1:-}" = screenshots ]; then
	mkdir -p .hookctl/screenshots
	go test -count=1 -run TestBrowserScreenshots ./functions/hookctl/console -screenshots "$PWD/.hookctl/screenshots"
	say "see .hookctl/screenshots"
	exit 0
fi
go test -count=1 -v -run TestBrowser ./functions/hookctl/console >"$work" 2>&1 || { grep -v '^ *=== ' "$work"; exit 1; }
grep -E '^(--- |ok )' "$work"
if grep -E -- '--- SKIP|no tests to run' "$work" | grep -v TestBrowserScreenshots; then die "skipped, though Chromium is there"; fi
