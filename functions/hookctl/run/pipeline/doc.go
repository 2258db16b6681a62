// Package pipeline is the whole intake in memory: ingest, queue, process and ledger, with a
// report of every request and every message.
//
// It promises to behave as the deployed functions do, as far as that does not depend on
// the engines' durability.
//
// It never listens on a port by itself, and never keeps anything beyond its process.
package pipeline
