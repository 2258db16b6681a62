// Package run is the command "hookctl run": it receives webhooks until Ctrl-C, with the
// code that runs on AWS over a queue and a ledger in memory. The first time it shows before
// what happens to each sample webhook.
//
// It promises to find everything that is wrong with its command line and its sources
// before it shows anything, to finish the requests under way before it ends, and to go on
// where its last run ended. On Unix it refuses to use a data folder that another run has.
//
// It never takes a request of a browser as a webhook, and never lets handlers act with real
// settings on webhooks that the public sample secrets sign. It never shows a secret of a
// source, and never begins with an empty queue or ledger when it cannot read what it saved,
// unless a flag says so.
package run
