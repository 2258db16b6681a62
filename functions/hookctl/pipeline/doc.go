// Package pipeline is the whole path of a webhook in one process: the very ingest
// handler and the very worker that run on AWS, over a queue and a ledger in memory.
//
// It promises to behave as the deployed functions do, as far as that does not depend on
// the engines' durability, and to tell of every request and every message what came of
// it and how long it took.
//
// It never listens on a port by itself, and never keeps anything beyond its process.
package pipeline
