// Package standard has the webhooks of senders that follow Standard Webhooks, version
// 1.0.0 (the symmetric scheme).
//
// A request has the headers
//
//	webhook-id:        <the event's id, the same in every retry>
//	webhook-timestamp: <unix seconds of this attempt>
//	webhook-signature: v1,<base64 of HMAC-SHA256>
//
// or the same three as svix-id, svix-timestamp and svix-signature; if both signatures are
// there, the svix- headers are ignored.
//
// The signature is computed over `<webhook-id>.<webhook-timestamp>.<raw body>`. Its header
// is a list separated by spaces, for the rotation of secrets; a proxy may have joined lines
// by commas. The first ten v1 signatures are tried. Elements of other versions, such as the
// asymmetric v1a, are skipped.
//
// A secret is base64 with or without "whsec_" before it, in the standard or the URL
// alphabet, padded or not. The key is the decoded text, so a secret that is not base64 is
// refused at start.
//
// For the body the specification recommends {"type", "timestamp", "data"}. The type is
// required, because it selects the handlers. The time is RFC 3339 text or Unix seconds, and
// optional. Without data the payload is the whole object. Event types are those of the
// sender, so this package has none; declare them where you use them:
//
//	var InvoicePaid = webhook.NewType[Invoice](standard.Provider{}, "invoice.paid")
//
// It promises that the id of an event is the signed webhook-id, and that the signed time is
// within the tolerance of [webhook.Settings], in the past or future; it checks the time
// after the signature. It never takes an id from the body, never trusts a header that is
// not signed, and never verifies v1a.
package standard
