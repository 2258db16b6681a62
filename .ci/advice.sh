#!/usr/bin/env bash
# Says in one line why a `sam deploy` failed and what to do, or nothing where the reason is
# none of those below. It reads what SAM printed; the last line that begins with "Error: "
# is the reason.
set -euo pipefail

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

error=$(grep '^Error: ' | tail -n 1) || exit 0
case $error in
*' state and can not be updated'*)
	name=$(sed -n 's|.*Stack:arn:[^ ]*:stack/\([^/]*\)/.*|\1|p' <<<"$error")
	echo "the stack $name $(state "$name" "$(sed 's/.* is in \([A-Z_]*\) state.*/\1/' <<<"$error")")" ;;
*'redentials'*'expired'* | *'xpiredToken'* | *'RequestExpired'* | *'oken has expired'* | *'SSO session'*'expired'*)
	echo "the AWS credentials have expired: log in again (aws sso login, or new keys), then deploy again" ;;
*'Unable to locate credentials'* | *'config profile'* | *'artial credentials found'* | *'Error loading SSO Token'* | *'Error when retrieving credentials'*)
	echo "there are no AWS credentials: log in (aws sso login, aws configure) or set AWS_PROFILE, then deploy again" ;;
*'InvalidClientTokenId'* | *'UnrecognizedClientException'* | *'SignatureDoesNotMatch'* | *'InvalidAccessKeyId'*)
	echo "AWS does not know these credentials: look at AWS_PROFILE and AWS_ACCESS_KEY_ID, then deploy again" ;;
*'Unable to resolve a region'* | *'must specify a region'*)
	echo "no region is chosen: set AWS_REGION, or give it as ARGS='--region eu-central-1', then deploy again" ;;
*'Could not connect to the endpoint'* | *'onnect timeout on endpoint'* | *'Failed to connect to proxy'*)
	echo "AWS cannot be reached: look at the network, and whether there is a region of that name, then deploy again" ;;
*'(AccessDenied'*'when calling the '* | *'changeset'*'not authorized to perform'*)
	echo "these AWS credentials may not deploy: ask for the right that the line above names" ;;
*'managed resources'* | *'aws-sam-cli-managed-default'*)
	echo "the bucket for the programs cannot be made: the events of the stack aws-sam-cli-managed-default say why; delete it and deploy again, or give a bucket of yours: ARGS='--no-resolve-s3 --s3-bucket NAME'" ;;
*"at 'stackName' failed to satisfy constraint"*)
	echo "the name of a stack has letters, digits and hyphens, begins with a letter, and is at most 128 long" ;;
*': Parameter '*' failed to satisfy constraint: '*)
	sed "s/.*: Parameter '*\([A-Za-z0-9]*\)'* failed to satisfy constraint: /the parameter \1 /" <<<"$error" ;;
*": Parameter '"*)
	echo "the parameter ${error##*: Parameter }" ;;
*'Template error: rule '*)
	sed 's/.*Template error: rule [A-Za-z]* failed: //' <<<"$error" ;;
*'Failed to create/update the stack: '*)
	echo "the first resource above that is marked FAILED says why: mend that, then deploy again" ;;
esac
