// Package upkeep does what no webhook starts: its tasks run every few minutes, in the
// function upkeep and in hookctl run alike.
//
//   - [Drain] sends the events that the queue did not take when they arrived.
//   - [Reconcile] asks providers for what their webhooks did not report.
//   - [Probe] sends a webhook to the stack's own public URL, and follows it to the ledger.
//   - [Digest] tells the people on call what began to fail, in Slack or by mail.
//
// A [Runner] runs the tasks, one after the other, while no other run does.
//
// It promises that a task does bounded work in its time, that a task which fails does not
// stop the others, and that the next run continues where one stopped. What a task does
// twice, because two runs meet or one dies, has its effect once: the ledger drops the
// copies. It never starts anything of its own, and never puts a payload or an event's id
// into an error or a summary.
package upkeep
