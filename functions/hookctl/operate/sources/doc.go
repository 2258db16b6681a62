// Package sources edits the sources document in a stack's secret, and finds out which
// secret each provider signs with.
//
// An edit changes a [Document], in which everything that is not named stays byte for byte
// as its author wrote it. An [Editor] writes it as one new version of the secret, after it
// found the whole document valid and the version that was read still current: a change by
// somebody else until then is an [ErrConflict]. A change between that look and the write
// cannot be prevented, as the service has no conditional write; the error then says so.
//
// [Examine] checks the version that serves, and [Report.FindUses] reads in ingest's log
// when each secret last verified a webhook, which tells when a rotation can be finished.
//
// Package sources promises that it never writes a version that ingest would refuse. It
// never shows more of a secret than its last four characters, nothing of a short one, and
// never puts the service's own text into an error of a write, which might quote what was
// sent.
package sources
