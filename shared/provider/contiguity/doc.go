// Package contiguity speaks with Contiguity: its webhooks (texts, iMessages, WhatsApp,
// e-mail, their delivery, and identity verification) and the REST API that answers them.
//
// A webhook of the format v2 carries the header
//
//	contiguity-signature: t=<unix seconds>,v1=<hex of HMAC-SHA256>
//
// computed over `<t>.<raw body>` with the secret's text as it is ("whsec_" included).
// Several v1 may follow one t, and the header may come several times, as lines or
// joined by commas; of all signatures the first ten are tried. The secret is made in
// the provider's console, which keeps the previous one valid for a while. One of the
// format v1, of accounts made before November 2024, is not signed at all: see [V1].
//
// Beside [Provider] there are [Verify], [VerifyRaw] and [Parse], for any Go server that
// uses nothing else of this module, and a [Client].
//
// It promises that the signed time is within the tolerance, both ways, and that event
// names and shapes of earlier years reach the handlers of today's. A time outside the
// tolerance is told only to who signed it: the window is judged after the signature, so
// a guess learns neither our clock nor our tolerance. Of a call that failed it says only
// then that nothing was sent when that is certain.
//
// It never decodes a byte that is not authentic, never treats seconds as milliseconds,
// and never tries a call again by itself. No error holds a secret, a token, a phone
// number or a message.
package contiguity
