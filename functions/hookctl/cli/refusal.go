package cli

import "webhookintake/shared/webhook"

// RefusalAdvice says what a developer can do about a refused webhook, in lines of at most
// 90 characters; empty for an unknown code.
func RefusalAdvice(code webhook.Code) string {
	switch code {
	case webhook.ErrSignatureMissing:
		return "the signature header is missing: is this a source of another provider, or does the header\nhave another name?"
	case webhook.ErrSignatureMalformed:
		return "the signature header does not have the provider's form: is this a source of another\nprovider?"
	case webhook.ErrSignatureMismatch:
		return "none of the source's secrets made the signature: compare them with the sender's,\nand check that nothing on the way changes the body"
	case webhook.ErrTimestampOutsideWindow:
		return "the signed time is too far from the receiver's clock: compare the clocks, and sign\nagain; send does so, and updates the time in the body too unless --id is given"
	case webhook.ErrMalformedBody:
		return "the signature is right, but the body is not a JSON object"
	case webhook.ErrMissingID, webhook.ErrInvalidID:
		return `the body needs an "id" of 1 to 200 visible ASCII characters`
	case webhook.ErrMissingType, webhook.ErrInvalidType:
		return `the body needs a "type" of 1 to 200 visible ASCII characters`
	case webhook.ErrIDMismatch:
		return "the id in the header differs from the one in the signed body: sign the body that is sent"
	case webhook.ErrUnknownSource:
		return "no source of that name is configured: compare the end of the URL with the keys of\nthe sources"
	case webhook.ErrNotFound:
		return "there is no such path: the URL ends in /hooks/<source>"
	case webhook.ErrMethod:
		return "webhooks are sent by POST"
	case webhook.ErrTooLarge:
		return "the body is larger than 6 MiB, or than what the queue accepts even when compressed"
	case webhook.ErrQueueUnavailable:
		return "the queue did not accept it in time: send it again, and look at the logs of ingest"
	case webhook.ErrSourcesUnavailable:
		return "the receiver cannot read its sources: look at their secret, and at the logs of ingest"
	}
	return ""
}
