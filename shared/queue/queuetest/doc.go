// Package queuetest is the suite that every [queue.Queue] passes.
//
// It promises that each case proves a sentence of the interface's contract, which a
// failure quotes. [RunInBubble] runs the cases in synctest bubbles, for a queue within the
// process; [Run] takes a few seconds of real time, for a queue behind a network.
//
// It never sleeps: a case that must wait does so in Receive. It never checks how fast
// something is, or the order of messages.
package queuetest
