#!/usr/bin/env bash
# build hookctl into a folder: hookctl.sh FOLDER
# The first build takes minutes: on a terminal, one line shows the package being built.
set -euo pipefail

mkdir -p -m 700 "$1"
program=$1/hookctl
[ -t 2 ] || exec go build -o "$program" ./functions/hookctl

empty=$'\r\e[K'
trap 'printf %s "$empty" >&2' EXIT
go build -v -o "$program" ./functions/hookctl 2>&1 | while IFS= read -r line; do
	case $line in
	*[!A-Za-z0-9._/-]*) printf '%s%s\n' "$empty" "$line" ;; # what the compiler says
	*) printf '%sbuilding %.45s' "$empty" "$line" ;;
	esac
done >&2
