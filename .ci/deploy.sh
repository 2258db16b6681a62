#!/usr/bin/env bash
# Deploys what build.sh built. If `sam deploy` fails for a known reason, the last line says what to
# do.
#
#   deploy.sh ENV DIR ARGS…    ENV: a stage of samconfig.toml; DIR: what was built; ARGS:
#                              further options of `sam deploy`
#
# RESTART=1 in the environment publishes versions even if nothing changed.
. "$(dirname "$0")/env.sh"

env=${1:?a stage of samconfig.toml}
dir=${2:?the folder that was built into}
shift 2

[ -z "${RESTART:-}" ] || restart=$(date +%s)
bash .ci/stamp.sh "$dir" "$@" ${restart:+"$restart"} >/dev/null
sam=$(bash .ci/sam.sh)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Only stderr goes through tee: sam asks and draws tables on the terminal.
{ "$sam" deploy --config-file "$root/samconfig.toml" --config-env "$env" --template-file "$dir/template.yaml" "$@" 2>&1 >&3 3>&- | tee "$log" >&2; } 3>&1 || {
	status=$?
	why=$(bash .ci/advice.sh <"$log")
	[ -z "$why" ] || say "deploy: $why"
	exit "$status"
}
