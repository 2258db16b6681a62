// Package contiguity has the webhooks of Contiguity (texts, iMessages, WhatsApp and e-mail,
// their delivery, and identity verification), and a client for its REST API.
//
// A webhook of format v2 has the header
//
//	contiguity-signature: t=<unix seconds>,v1=<hex of HMAC-SHA256>
//
// computed over `<t>.<raw body>` with the text of the secret, including "whsec_". Several v1
// may follow one t, and the header may occur several times, as lines or joined by commas;
// the first ten signatures are tried. The secret is made in the provider's console, which
// keeps the previous one valid for a while. A webhook of format v1, of accounts made before
// November 2024, is not signed: see [V1].
//
// Besides [Provider] there are [Verify], [VerifyRaw] and [Parse], for Go servers that use
// nothing else of this module, and a [Client].
//
// It promises that the signed time is within the tolerance, in the past or future, and that
// events with names and forms of earlier years reach the handlers of the current ones. It
// checks the time after the signature, so that only a sender with the secret learns that a
// time is outside the tolerance. The error of a call says that nothing was sent only if
// that is certain.
//
// It never decodes data that is not authentic, never treats seconds as milliseconds, and
// never repeats a call on its own. No error contains a secret, a token, a phone number or a
// message.
package contiguity
