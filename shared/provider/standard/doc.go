// Package standard speaks the webhooks of every sender that keeps to Standard Webhooks,
// version 1.0.0 (the symmetric scheme).
//
// A request carries
//
//	webhook-id:        <the event's id, the same in every retry>
//	webhook-timestamp: <unix seconds of this try>
//	webhook-signature: v1,<base64 of HMAC-SHA256>
//
// computed over `<webhook-id>.<webhook-timestamp>.<raw body>`. The signature header is a
// list with spaces between its elements, for senders that rotate; lines that a proxy
// joined by commas are taken too, and of all v1 signatures the first ten are tried.
// Elements of other versions, such as the asymmetric v1a, are skipped.
//
// A secret is base64 after "whsec_", or base64 alone: the standard alphabet or that of
// URLs, padded or not. What it decodes to is the key, so a secret that is no base64 is
// refused at start.
//
// Of the body the specification recommends {"type", "timestamp", "data"}. The type is
// needed here, for it chooses the handlers; the time is RFC 3339 text, or Unix seconds,
// and may be missing; where there is no data, the payload is the whole object. The event
// types are the sender's own, so this package has none; bind them where you use them:
//
//	var InvoicePaid = webhook.NewType[Invoice](standard.Provider{}, "invoice.paid")
//
// It promises that the id of an event is the signed webhook-id and that the signed time
// is within the tolerance of [webhook.Settings], both ways, which is told only to who
// signed it. It never takes an id from the body, never believes a header that is not
// signed, and never verifies v1a.
package standard
