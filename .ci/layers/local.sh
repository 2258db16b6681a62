#!/usr/bin/env bash
# samples through sam local invoke, answers compared with the golden ones
. "$(dirname "$0")/../env.sh"

if [ "${1:-}" = needs ]; then
	bash .ci/layers/template.sh needs
	bash .ci/docker.sh needs
	exit 0
fi

# One sample of each kind: the function, the event, and what its log must say.
# The other events go through the built programs in the unit layer. UPDATE=1
# writes the golden answers anew.
samples() {
	cat <<'LIST'
Ingest  http/contiguity.text.incoming.sms.json     accepted
Ingest  http/kyc.kyc.session.approved.json         accepted
Ingest  http/compliancely.tin_match.json           accepted
Ingest  http/wrong-signature.json                  signature_mismatch
Ingest  http/unknown-source.json                   unknown_source
Process sqs/contiguity.text.incoming.sms.json      evt_sample_sms handled by auto-reply
Process sqs/contiguity.text.delivery.failed.json   handled by delivery-status
Process sqs/kyc.kyc.session.approved.json          evt_sample_session_approved handled by open-account
Process sqs/compliancely.tin_match.json            handled by tin-mismatch-alert
Process sqs/duplicate.json                         evt_sample_sms is a duplicate, dropped
Process sqs/bad-record.json                        dead-lettered: unreadable
LIST
}

work=$(mktemp -d)
trap 'bash .ci/docker.sh down "$work"; rm -rf "$work"' EXIT
make --no-print-directory build >"$work/build" 2>&1 || { cat "$work/build"; exit 1; }
bash .ci/docker.sh up "$work"
bash .ci/docker.sh image
sam=$(bash .ci/sam.sh)
if in_ci; then export SAM_SKIP_PULL_IMAGE=1; fi

# pretty puts an answer, and the JSON text that its body is, into one form.
pretty() {
	python3 -c '
import json, sys
answer = json.load(sys.stdin)
try:
    answer["body"] = json.loads(answer["body"])
except (KeyError, TypeError, ValueError):
    pass
json.dump(answer, sys.stdout, indent=2, sort_keys=True)
print()'
}

# invoke leaves the function's answer in one file and its log in another. On a busy
# machine SAM may end before it has read the log to the end: then it is asked again.
invoke() {
	for _ in {1..5}; do
		"$sam" local invoke "$1" -e "events/$2" >"$work/answer" 2>"$work/log" </dev/null || return
		if grep -q '^REPORT RequestId' "$work/log"; then return; fi
	done
}

failed=0
while read -r function event log; do
	begin=$SECONDS golden=.ci/golden/$event verdict=ok
	if ! invoke "$function" "$event" || ! pretty <"$work/answer" >"$work/got"; then
		verdict="FAILED: no answer"
	elif [ "${UPDATE:-}" = 1 ]; then
		mkdir -p "$(dirname "$golden")"
		cp "$work/got" "$golden"
	elif ! diff -u "$golden" "$work/got"; then
		verdict="FAILED: another answer than $golden"
	elif ! grep -qF -- "$log" "$work/log"; then
		verdict="FAILED: the log does not say: $log"
	fi
	printf '%-8s %-45s %3d s  %s\n' "$function" "$event" $((SECONDS - begin)) "$verdict"
	if [ "$verdict" != ok ]; then
		cat "$work/log"
		failed=1
	fi
done < <(samples)
exit $failed
