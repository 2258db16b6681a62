// Package sources edits the sources document in a stack's secret, and finds out which
// secret each provider signs with.
//
// An edit changes a [Document]. Everything that is not edited stays byte for byte as its
// author wrote it. An [Editor] writes the document as one new version of the secret, if
// the whole document is valid and the version that was read is still current; otherwise it
// returns [ErrConflict]. It cannot prevent a change between that check and the write,
// because the service has no conditional write, but it finds the change and returns an
// error.
//
// [Examine] checks the version that serves, and [Report.FindUses] reads in ingest's log
// when each secret last verified a webhook, which tells when a rotation can be finished.
//
// Package sources promises that it never writes a version that ingest would refuse. It
// never shows more of a secret than its last four characters, nothing of a short one, and
// never puts the service's own text into an error of a write, which might quote what was
// sent.
package sources
