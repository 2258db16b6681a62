#!/usr/bin/env bash
# the user's room: with the README's handlers in it, without the samples, and while make run watches it
. "$(dirname "$0")/../env.sh"

[ "${1:-}" = needs ] && exit 0

# Without the folder's path in them, packages are built once for all copies, that of layer provider too.
GOFLAGS=-trimpath ROOM=$PWD go test -count=1 -timeout 1h -run TestRoom ./.ci/readme
