package main

import "webhookintake/shared/webhook"

// hint says what a developer does next about a refusal, in lines; empty for a code that
// it does not know.
func hint(code webhook.Code) string {
	switch code {
	case webhook.ErrSignatureMissing:
		return "the signature header is not there: is it a source of another provider, or is the\nheader called otherwise?"
	case webhook.ErrSignatureMalformed:
		return "the signature header is not of the provider's form: is it a source of another provider?"
	case webhook.ErrSignatureMismatch:
		return "none of the source's secrets made the signature: compare them with the sender's,\nand see that nothing on the way changes the body"
	case webhook.ErrTimestampOutsideWindow:
		return "the signed time is too far from the receiver's clock: compare the clocks, and sign\nanew; send does so, with a new time in the body too unless --id is given"
	case webhook.ErrMalformedBody:
		return "the signature is right, but the body is no JSON object"
	case webhook.ErrMissingID, webhook.ErrInvalidID:
		return `the body needs an "id" of 1 to 200 visible ASCII characters`
	case webhook.ErrMissingType, webhook.ErrInvalidType:
		return `the body needs a "type" of 1 to 200 visible ASCII characters`
	case webhook.ErrIDMismatch:
		return "the id in the header is not the one in the signed body: sign this very body"
	case webhook.ErrUnknownSource:
		return "no source of that name is configured: compare the end of the URL with the keys of\nthe sources"
	case webhook.ErrNotFound:
		return "there is no such path: the URL ends in /hooks/<source>"
	case webhook.ErrMethod:
		return "webhooks are sent by POST"
	case webhook.ErrTooLarge:
		return "the body is over 6 MiB, or over what the queue takes even compressed"
	case webhook.ErrQueueUnavailable:
		return "the queue did not take it in time: send again, and look at the logs of Ingest"
	case webhook.ErrSourcesUnavailable:
		return "the receiver cannot read its sources: look at their secret, and at the logs of Ingest"
	}
	return ""
}
