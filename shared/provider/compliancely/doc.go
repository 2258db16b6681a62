// Package compliancely has the webhooks of Compliancely (TIN match, tax exempt, Secretary
// of State, bulk TIN, tax transcript), and a client for its REST API.
//
// A request has the header
//
//	Compliancely-Signature: <HMAC-SHA256 of the raw body>
//
// The public documentation does not say how the MAC is encoded, so hex in upper or lower
// case and base64 (standard or URL alphabet, padded or not) are accepted, with or without
// "sha256=" before them. [webhook.Settings].Header names another header. No time is signed,
// so there is no tolerance.
//
// The body is a resource, which has an "id", or {success_message, data, success} with the
// resource as data. It has neither an event id nor an event type:
//
//   - The dedup id is the hash of the raw body ([webhook.Hasher].Body), because one request
//     sends several webhooks with the same resource id. If [webhook.Settings].Key has JSON
//     pointers (RFC 6901, applied to the resource) and the resource has all their values,
//     the id is the hash of the JSON array of the type and these values
//     ([webhook.Hasher].Values). Equal JSON values, however they are written, give equal ids.
//   - The type is [webhook.Settings].Product, or derived from the resource's fields, or
//     "unknown".
//
// # Calling the API
//
// A [Client] submits checks, with the webhook URL in the field that the product has for it,
// and fetches a submission for which no webhook came: the provider tries three times within
// about ten minutes. The calls for TIN match, tax exempt, Secretary of State and bulk upload
// are documented, except the path of the last, which can be set; [Client.Call] makes others.
//
// Some things are assumptions, because they are not documented: a token is requested with
// "username" and "password", and renewed with "refresh" (if that is refused, the Client logs
// in again); and a path of version 1 accepts a token of version 2. A token of version 1 can
// be given as [ClientOptions].Token.
//
// # Personal data
//
// Nearly every body has names and tax numbers, which may be social security numbers. A
// transcript is tax data, and anybody who reads its links can open them. Keep these
// payloads out of logs and tables, and fetch what you need when you need it.
//
// The package promises that an unsigned request is refused, although the provider can be
// set to send them. It never puts a value of the body into an id, because it may be a tax
// number. No error shows a token, a password or what was submitted.
package compliancely
