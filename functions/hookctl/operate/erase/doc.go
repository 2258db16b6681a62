// Package erase removes the content of events: their payloads, their dead letters, and what
// handlers' errors and results say in their records.
//
// It promises that a record stays, with the event's id and the digest of its body, so that a
// duplicate is still one; that nothing is removed of an event that has not ended, or that was
// handled again since it was planned; and that after an error or Ctrl-C the same plan can be
// made again for what is left, as what finds an event is removed last.
//
// It never reaches messages in the queue, backups, logs, and what handlers wrote elsewhere,
// and never puts a payload into a view.
package erase
