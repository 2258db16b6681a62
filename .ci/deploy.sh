#!/usr/bin/env bash
# Deploys what build.sh built. Where `sam deploy` fails for a known reason, the last line
# says what to do.
#
#   deploy.sh ENV DIR ARGS…    ENV: a stage of samconfig.toml; DIR: what was built; ARGS:
#                              further options of `sam deploy`
#
# RESTART=1 in the environment publishes versions although nothing changed.
. "$(dirname "$0")/env.sh"

env=${1:?a stage of samconfig.toml}
dir=${2:?the folder that was built into}
shift 2

# state says how to get a stack out of a state in which CloudFormation does not update it.
state() {
	local stack=$1 state=$2
	case $state in
	*_IN_PROGRESS) echo "is being changed ($state): wait until that ends, then deploy again" ;;
	UPDATE_ROLLBACK_FAILED) echo "could not be rolled back ($state): aws cloudformation continue-update-rollback --stack-name $stack, then deploy again" ;;
	UPDATE_FAILED) echo "was left half-way by an update ($state): aws cloudformation rollback-stack --stack-name $stack, then deploy again" ;;
	*) echo "cannot be updated ($state): sam delete --stack-name $stack, then deploy again; queues, table and secrets stay" ;;
	esac
}

# advice says in one line why a deploy failed and what to do, or nothing.
advice() {
	local error=$1 name
	name=$(sed -n 's|.*Stack:arn:[^ ]*:stack/\([^/]*\)/.*|\1|p' <<<"$error")
	case $error in
	*' state and can not be updated'*)
		echo "the stack $name $(state "$name" "$(sed 's/.* is in \([A-Z_]*\) state.*/\1/' <<<"$error")")" ;;
	*'redentials'*'expired'* | *'xpiredToken'* | *'RequestExpired'* | *'oken has expired'*)
		echo "the AWS credentials have expired: log in again (aws sso login, or new keys), then deploy again" ;;
	*'Unable to locate credentials'* | *'config profile'* | *'PartialCredentials'*)
		echo "there are no AWS credentials: log in (aws sso login, aws configure) or set AWS_PROFILE, then deploy again" ;;
	*'InvalidClientTokenId'* | *'UnrecognizedClientException'* | *'SignatureDoesNotMatch'* | *'InvalidAccessKeyId'*)
		echo "AWS does not know these credentials: look at AWS_PROFILE and AWS_ACCESS_KEY_ID, then deploy again" ;;
	*'managed resources'* | *'aws-sam-cli-managed-default'*)
		echo "the bucket for the programs cannot be made: the events of the stack aws-sam-cli-managed-default say why; delete it and deploy again, or give a bucket of yours: ARGS='--no-resolve-s3 --s3-bucket NAME'" ;;
	*"Parameter '"*)
		echo "the parameter ${error#*Parameter }" ;;
	*'Template error: rule '*)
		sed 's/.*Template error: rule [A-Za-z]* failed: //' <<<"$error" ;;
	*'AccessDenied'* | *'not authorized to perform'*)
		echo "these AWS credentials may not deploy: ask for the right that the line above names" ;;
	esac
}

[ -z "${RESTART:-}" ] || restart=$(date +%s)
bash .ci/stamp.sh "$dir" "$@" ${restart:+"$restart"} >/dev/null
sam=$(bash .ci/sam.sh)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Only stderr goes through tee: sam asks and draws tables on the terminal.
{ "$sam" deploy --config-file "$root/samconfig.toml" --config-env "$env" --template-file "$dir/template.yaml" "$@" 2>&1 >&3 3>&- | tee "$log" >&2; } 3>&1 || {
	status=$?
	why=$(advice "$(grep '^Error: ' "$log" | tail -n 1)")
	[ -z "$why" ] || say "deploy: $why"
	exit "$status"
}
