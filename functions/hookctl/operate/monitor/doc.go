// Package monitor says whether an intake keeps up: how many webhooks were received, refused
// and handled, how many runs failed, how long the oldest message waits, and which alarms are
// on. [CloudWatch] reads AWS's metrics of a deployed stack, and [Counts] are those that a
// hookctl run keeps itself.
//
// It promises that what cannot be read is missing from the [Report], with why, and that the
// rest of the report is there all the same.
//
// It never reads a payload, and never counts by source: what AWS counts has no sources.
package monitor
