// Package contiguity speaks the webhooks of Contiguity (texts, iMessages and their
// delivery), format v2.
//
// A request carries the header
//
//	contiguity-signature: t=<unix seconds>,v1=<hex of HMAC-SHA256>
//
// computed over `<t>.<raw body>` with the secret's text as it is ("whsec_" included).
// Several v1 may follow one t, and the header may come several times, as lines or
// joined by commas; of all signatures the first ten are tried. The secret is made in
// the provider's console, which keeps the previous one valid for a while.
//
// It promises that the signed time is within the tolerance of [webhook.Settings], both
// ways, and that event names of earlier years reach the handlers of today's. A time
// outside the tolerance is told only to who signed it: the window is judged after the
// signature, so a guess learns neither our clock nor our tolerance.
//
// It never decodes a byte that is not signed, never treats seconds as milliseconds, and
// never reads the v1 format of accounts made before November 2024, which has no ids.
package contiguity
