// Package memory is a queue in the memory of one process, with the semantics of a
// standard SQS queue: what waits on a developer's machine and in tests.
//
// It promises what [queue.Queue] does, and of SQS besides: the same limits and errors,
// receive counts, retention, and moving to a dead-letter queue after too many receives
// and back on request. Time comes from [Options].Now, so that it can be a script's or a
// synctest bubble's; a queue that is used in a bubble is made in it. No goroutine
// outlives the call that started it.
//
// It never loses or repeats a message of its own accord, and gives them in the order in
// which they became visible, then in that of sending. SQS promises neither, and nobody
// may rely on it: [Options].Fault is there to break it. It never survives its process.
package memory
