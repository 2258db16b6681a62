// Package queuetest is the suite that every [queue.Queue] passes.
//
// It promises that each case proves a sentence of the interface's contract, and names
// it where it fails. [RunInBubble] runs the cases in synctest bubbles, for a queue
// within the process; [Run] takes real time, a few seconds, for one behind a network.
//
// It never sleeps: where a case has to wait, it waits in Receive. It never asserts that
// something is fast, nor the order of messages.
package queuetest
