#!/usr/bin/env bash
# a provider that is added to a copy by following the list in providertest
. "$(dirname "$0")/../env.sh"

[ "${1:-}" = needs ] && exit 0

WEBHOOK_TEST_NEWPROVIDER=1 go test -count=1 -timeout 1h ./.ci/newprovider
