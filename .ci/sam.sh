#!/usr/bin/env bash
# Prints the path of a SAM CLI: a developer's own, else one of the pinned version
# in the cache, installed there on first use. CI always takes the pinned one.
. "$(dirname "$0")/env.sh"

version=1.170.0
venv=$cache/sam-$version

if ! in_ci && has sam; then
	command -v sam
	exit 0
fi
if [ ! -e "$venv/complete" ]; then
	python3 -c 'import venv, ensurepip' 2>/dev/null || die "needs the SAM CLI, or Python 3 with venv to install it"
	say "installing SAM CLI $version into $venv (once)"
	rm -rf "$venv"
	python3 -m venv "$venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check "aws-sam-cli==$version" >&2
	touch "$venv/complete"
fi
echo "$venv/bin/sam"
