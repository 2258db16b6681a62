// Package dynamo is the ledger in one DynamoDB table, whose partition key is the string
// attribute pk and whose time to live is the attribute exp.
//
// It promises what every [ledger.Store] does: each change is one conditional write, or one
// transaction, so the second of two callers is refused and changes nothing. An event that
// goes well costs two writes and no read; several that arrive together cost two requests in
// all.
//
// It never reads before it writes, never retries a request, and never trusts that expired
// items are gone.
//
// [Store] is what the functions use. [Reader] reads the table for an operator. All that it
// writes is whether an event is in the index of what is open ([Reader.Reindex]).
//
// An item is a record, keyed by the event's key; the payload beside it, keyed payload#
// and that key; or, with a key that starts with a colon, the newest event of an entity or
// a state. No source is named payload or starts with a colon, so these never meet.
package dynamo
