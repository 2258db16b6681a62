// Package compliancely speaks the webhooks of Compliancely (TIN match, tax exempt,
// Secretary of State, bulk TIN, tax transcript).
//
// A request carries the header
//
//	Compliancely-Signature: <HMAC-SHA256 of the raw body>
//
// The documentation within reach does not say how the digest is written, so hex in
// either case and base64 (standard or URL alphabet, padded or not) are taken, with or
// without "sha256=" before them, and [webhook.Settings].Header renames the header.
// Nothing signed says when, so there is no window.
//
// The body is the resource itself, or {success_message, data, success} around it; a
// resource is what has an "id". It has no event id and no event type:
//
//   - The dedup id is "sha256:" and the hex hash of the raw body, because one request
//     sends several webhooks about the same resource id. Where [webhook.Settings].Key
//     gives JSON pointers (RFC 6901, applied to the resource, not to what is around it)
//     and all of them are there, it is "key:" and the hex hash of the JSON array of the
//     type and their values: equal JSON values, however written, give equal ids.
//   - The type is [webhook.Settings].Product, or told by the resource's fields, or
//     "unknown".
//
// # Calling the API
//
// A [Client] submits checks with this stack's webhook URL in the field that each product
// has for it, and asks for a submission again where no webhook came: the provider tries
// three times within about ten minutes. The TIN match (to wait for or not), tax exempt,
// Secretary of State and bulk upload calls are documented, of the last all but the path,
// which can be set; for others there is [Client.Call]. Two things are taken from what is
// usual, as their bodies are not documented: tokens are asked for with "username" and
// "password", and renewed with "refresh" (where that is refused, the Client logs in
// again). That a path of version 1 takes a token of version 2 is not documented either;
// with an old token, give it as [ClientOptions].Token.
//
// # Personal data
//
// Names and tax numbers, which may be social security numbers, stand in nearly every
// body; a transcript is tax data, and its links can be opened by whoever reads them.
// Keep these payloads out of logs and tables, and fetch what you need when you need it.
//
// It promises that an unsigned request is refused, although the provider can send
// unsigned. It never puts a value of the body into an id: it may be a tax number. No
// error shows a token, a password or what was submitted.
package compliancely
