// Package samples is the command "hookctl samples": it writes the files of the folder
// events/, which are the samples as the events with which AWS invokes the functions, for
// sam local invoke and for tests.
//
//	env.json                      the environment under sam local
//	http/<provider>.<type>.json   for ingest, an API Gateway HTTP API event (payload format 2.0)
//	sqs/<provider>.<type>.json    for process, an SQS event of one record
//	http/wrong-signature.json     signed with a secret that is not the source's
//	http/unknown-source.json      sent to a source that is not configured
//	http/duplicate.json           contiguity.text.incoming.sms once more, signed again
//	sqs/duplicate.json            one batch with the same event twice
//	sqs/bad-record.json           one batch with a record that is not an event, between two events
//
// It promises the same bytes at every call, and that the SQS events are what ingest puts
// into a queue for the HTTP events.
//
// It never uses a secret other than the public sample ones, and never touches other files.
package samples
