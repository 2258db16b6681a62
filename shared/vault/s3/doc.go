// Package s3 is the vault in a bucket of Amazon S3.
//
// It promises what [vault.Vault] does: one request for each call, and for each part of a
// list, no retries, nothing that outlives the context. S3 compares the SHA-256 of each body with the signed one, so a
// damaged one is refused; a body that is read is checked for its length.
//
// It builds its own requests, signed by the SDK's signer, because the SDK's client of S3
// would make each cold start of a function slower for what it does once a month. It never
// reads the environment, and never logs. Its errors contain S3's codes, which do not quote
// keys or bodies. Types of the SDK are exposed in [Options] only.
package s3
