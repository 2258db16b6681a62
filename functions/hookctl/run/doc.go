// Package run is the command "hookctl run": it shows what happens to each sample webhook,
// and then receives webhooks until Ctrl-C, with the code that runs on AWS over a queue and
// a ledger in memory.
//
// It promises to find everything that is wrong with its command line and its sources
// before it shows anything, and to finish the requests under way before it ends.
//
// It never shows a secret of a source, and never keeps anything beyond its process.
package run
