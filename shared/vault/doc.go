// Package vault keeps bodies of webhooks outside the queue: those that are too large for
// it, those that it did not take, and those of requests that were refused.
//
// Three prefixes divide it: [Bodies], [Spill] and [Quarantine]. No key contains the id of
// an event, because ids may identify a person. An ordinary webhook never touches the
// vault.
//
// It promises what [Vault] does: what was put is durable and is read back byte for byte, or
// the read is an error. It never retries a call, never deletes what it was not told to
// delete, and never puts a body or an event's id into an error. Package vaulttest holds the
// suite that every implementation passes.
package vault
