#!/usr/bin/env bash
# golangci-lint (its first build takes some minutes), known vulnerabilities, go.mod tidy
. "$(dirname "$0")/../env.sh"

[ "${1:-}" = needs ] && exit 0

# shellcheck disable=SC2046 # words
go tool -modfile=.ci/tools/go.mod golangci-lint run $(packages)
bash .ci/vulnerabilities.sh
(cd .ci/tools && go tool golangci-lint run ./...)
# Only in CI: it may fetch modules that no build needs.
if in_ci; then
	go mod tidy -diff
	go -C .ci/tools mod tidy -diff
fi
