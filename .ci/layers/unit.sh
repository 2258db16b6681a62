#!/usr/bin/env bash
# vet, and every test with the race detector in random order
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	if in_ci && ! has cc; then echo "needs a C compiler, for the race detector"; fi
	exit 0
fi

has cc || say "no C compiler here: the tests run without the race detector"
# shellcheck disable=SC2046 # words
go vet $(packages)
# shellcheck disable=SC2046 # words
go test $(race) -timeout 1h -shuffle=on $(packages)

# The tools' own tests read files outside of their module, which go test's cache does not see.
go -C .ci/tools vet ./...
go -C .ci/tools test -timeout 1h -count=1 ./...
