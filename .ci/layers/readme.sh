#!/usr/bin/env bash
# the commands of all READMEs, on a copy of the checkout
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	bash .ci/layers/local.sh needs
	exit 0
fi

work=$(mktemp -d)
trap 'bash .ci/docker.sh down "$work"; rm -rf "$work"' EXIT
bash .ci/docker.sh up "$work"
bash .ci/docker.sh image
sam=$(bash .ci/sam.sh)
PATH=$(dirname "$sam"):$PATH
if in_ci; then export SAM_SKIP_PULL_IMAGE=1; fi

README=$PWD/README.md go test -count=1 -timeout 1h -run TestCommands ./.ci/readme
