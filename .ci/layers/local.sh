#!/usr/bin/env bash
# every sample through sam local invoke and sam local start-api
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	bash .ci/layers/template.sh needs
	bash .ci/docker.sh needs
	exit 0
fi

work=$(mktemp -d)
trap 'bash .ci/docker.sh down "$work"; rm -rf "$work"' EXIT
make --no-print-directory build >"$work/build" 2>&1 || { cat "$work/build"; exit 1; }
bash .ci/docker.sh up "$work"
bash .ci/docker.sh image
sam=$(bash .ci/sam.sh)
if in_ci; then export SAM_SKIP_PULL_IMAGE=1; fi

export WEBHOOK_TEST_SAM=$sam
go test -count=1 -timeout 1h -parallel 3 -v ./.ci/samlocal >"$work/out" 2>&1 || { grep -vE '^=== (RUN|PAUSE|CONT|NAME) ' "$work/out"; exit 1; }
echo "$(grep -cE '^    --- PASS' "$work/out") answers as the built programs give them"
if grep -q -- '--- SKIP' "$work/out"; then die "skipped, though SAM and Docker are here"; fi
