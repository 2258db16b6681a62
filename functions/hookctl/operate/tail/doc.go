// Package tail follows an intake: which webhooks arrive, and what happens to their events.
// [Logs] reads the functions' logs in CloudWatch, and [Records] the records of a hookctl run.
//
// It promises that a line comes once, in the order of its source's clock as far as the logs
// have it, and that the memory of what was seen is bounded by the time that is looked back.
//
// It never shows a payload or the text of an error, which no log has.
package tail
