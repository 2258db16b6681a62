// Package queue is how events wait between ingest and process: the format of a
// message, the [Queue] interface, and the codec that every implementation shares.
//
// It promises that what [Encode] made, [Decode] gives back byte for byte, within the
// limits of SQS, and that a message which cannot be read still travels on as it is.
// Whatever [Encode] writes, SQS takes; what it refuses is an error before anything is
// sent. Reading is bounded: a message that unfolds to more than [MaxRaw]
// is unreadable, and unfolding stops there.
//
// It never decides when to retry or what a failure means; package process does. It
// never quotes a payload in an error, and a [Message] or [Wire] prints without one.
// Package queuetest holds the suite that every implementation passes.
//
// # The format of a message
//
// This is the contract with messages already in a queue, so a change here must still
// read what was written before. The body is the webhook's body as it came wherever SQS
// takes it; the attribute "encoding" says what else it is. All attributes are of type
// String.
//
//	attribute  present            value
//	source     always             the source's name, [a-z0-9][a-z0-9-]{0,62}, not "payload"
//	provider   always             the provider's name, of the same form
//	id         always             the event's id, 1 to 200 characters of 0x21–0x7E
//	type       always             the event's type, likewise
//	received   always             when ingest took it, Unix milliseconds, decimal
//	encoding   if not plain       "base64" or "gzip+base64", the padded standard alphabet
//	failure    on dead letters,   the JSON of [Failure]
//	           and on those sent
//	           back
//
// A body is plain if it is not empty, is valid UTF-8, holds only characters that SQS
// takes (#x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD and #x10000–#x10FFFF), and leaves
// 8 KiB of the 1 MiB to the attributes. Any other is in
// base64, compressed before where it has 4 KiB or more and gzip makes it shorter. So is
// the empty one, whose base64 would be as empty.
//
// A message that differs in any point is unreadable. It keeps its body, and those of
// its attributes that fit beside the failure.
package queue
