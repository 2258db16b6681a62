// Package memory is a queue in the memory of one process, with the semantics of a standard
// SQS queue. It is for a developer's machine and for tests.
//
// It promises what [queue.Queue] does, and what SQS does besides: the same limits and
// errors, receive counts, retention, and moving messages to a dead-letter queue after too
// many receives and back on request. Time comes from [Options].Now, so that it can be that
// of a script or a synctest bubble; a queue that is used in a bubble must be made in it. No
// goroutine outlives the call that started it.
//
// It never loses or repeats a message on its own, and it returns them in the order in which
// they became visible, then in that of sending. SQS promises neither, so do not rely on it:
// [Options].Fault can break both. It never outlives its process.
package memory
