// Package queue is the queue between ingest and process: the format of a message, the
// [Queue] interface, and the codec that every implementation shares.
//
// It promises that [Decode] returns byte for byte what was given to [Encode], within the
// limits of SQS, and that a message which cannot be read is passed on unchanged. SQS
// accepts what [Encode] writes; [Encode] returns an error for anything else. Memory is
// bounded: a message that decompresses to more than [MaxRaw] is unreadable, and
// decompression stops there.
//
// It never decides when to retry or what a failure means; package process does. It never
// quotes a payload in an error, and a [Message] or [Wire] is printed without one. Package
// queuetest holds the suite that every implementation passes.
//
// # The format of a message
//
// The format is a contract with the messages that are in a queue: after a change, messages
// written before must still be read. The body is the webhook's body as received if SQS
// accepts it; otherwise the attribute "encoding" names the form. All attributes have the
// type String.
//
//	attribute  present            value
//	source     always             the source's name, [a-z0-9][a-z0-9-]{0,62}, not "payload"
//	provider   always             the provider's name, of the same form
//	id         always             the event's id, 1 to 200 characters of 0x21–0x7E
//	type       always             the event's type, of the same form
//	received   always             when ingest received it, Unix milliseconds, decimal
//	encoding   if not plain       "base64" or "gzip+base64", the padded standard alphabet;
//	                              "vault" if the body is kept elsewhere, "none" if
//	                              the message carries no body and runs no handler
//	origin     unless an older    the JSON of the event's identity and of [Origin]: identity
//	           version sent it    ("body" or "key"; absent where the sender gave the id),
//	                              digest, window_s, secret, signed, at
//	failure    on dead letters,   the JSON of [Failure]
//	           and on what an
//	           operator sends
//
// A body is plain if it is not empty, is valid UTF-8, has only characters that SQS accepts
// (#x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD and #x10000–#x10FFFF), and leaves 8 KiB of the
// 1 MiB for the attributes. Any other body is sent in base64. It is compressed before if it
// has 4 KiB or more and gzip makes it shorter, or if it is empty, because its base64 would
// be empty too. A body that does not fit even so is kept in the vault: "at" in origin has its
// key and its SHA-256, and the message has the key in place of the body.
//
// A message that deviates from this is unreadable. It keeps its body, and those of its
// attributes that fit next to the failure.
package queue
