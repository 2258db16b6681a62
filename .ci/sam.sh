#!/usr/bin/env bash
# Prints the path of a SAM CLI: a developer's own, otherwise the locked one in the cache,
# installed there on first use. CI always uses the locked one.
. "$(dirname "$0")/env.sh"

if ! in_ci && has sam; then
	command -v sam
	exit 0
fi
bin=$(python_env sam)
echo "$bin/sam"
