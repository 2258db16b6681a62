// Package sources edits the sources document in a stack's secret, and finds out which
// secret each provider signs with.
//
// A change is made to a [Document], in which everything that is not named stays byte for
// byte as its author wrote it. [Editor] writes it as one new version of the secret, after
// the whole document was found valid and a last look showed the version that was read:
// a change that somebody else made until then is an [ErrConflict]. One that gets in
// between that look and the write can't be stopped, as the service has no condition for
// it; the error then says so.
//
// [Examine] judges the version that serves, and [Report.FindUses] reads in ingest's log
// when each secret last vouched for a webhook, so that one knows when a rotation can be
// finished.
//
// It promises that no version is ever written that ingest would refuse. It never shows
// more of a secret than its last four characters, of a short one nothing, and never puts
// a service's own words into an error of a write: they might quote what was sent.
package sources
