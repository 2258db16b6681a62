// Package kyc speaks the webhooks of Legal Talent Compliance KYC.
//
// A request carries
//
//	X-Webhook-Signature: sha256=<hex of HMAC-SHA256>
//	X-Webhook-Timestamp: <unix seconds>
//	X-Webhook-ID:        <the body's id>
//
// The documentation within reach does not say which bytes are signed, so
// [webhook.Settings].Signed chooses: "body", "timestamp.body" (the header's digits, a
// point, the raw body), or "either", the default. Pin it once a real delivery has shown
// which one it is.
//
// X-Webhook-Timestamp is when the event was created, not when it was sent: a retry
// carries an old one, so there is no short window. It promises instead that an event
// whose signed "created" is over 29 days old is refused: after 30 days a copy would no
// longer be known as a duplicate, so an old recording could run its handlers again.
// Only a public sample secret (see [webhook.Secret.IsSample]) is free of that, so that
// sample requests do not age.
//
// # Calling the API
//
// A [Client] reads and sets the notification channels, and asks for sessions and
// watchlists: the provider's guide wants a consumer to poll for what its webhooks did
// not tell. The channels have no address of their own to be read from: they are part of
// [Client.TenantMe]. How sessions are listed is not documented, so [Client.Session] wants
// an id.
//
// Watchlist events have neither documented names nor payloads: see [MonitoringResult].
//
// It never believes a header that no signature covers: id and age come from the body,
// and an id header that says something else is refused. No error of the Client shows a
// token, a secret or what was sent.
package kyc
