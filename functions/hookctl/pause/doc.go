// Package pause is the commands "hookctl pause" and "hookctl resume": they stop and continue
// the handling of the queue's messages.
//
// They promise that webhooks are received all the same, and that what is being handled when
// processing is paused is finished.
//
// They never touch a message.
package pause
