// Package operate holds, with the packages below it, the queries and acts by which an
// operator looks after a running intake. Commands and pages use the same ones, on a deployed
// stack and on the hookctl run of this machine.
//
// # The intake
//
// An [Intake] is what every query and act works on: a ledger, the queue, the dead-letter
// queue, and their counts. There is one for each place:
//
//   - a deployed stack, or engines: the method Intake of a cli/stack.Stack
//   - a hookctl run in this process: the method Intake of a run/pipeline.Pipeline
//   - the hookctl run of another process: operate/remote.Client, which calls
//     operate/remote.Handler
//
// A command gets the one that its flags choose from cli.Env.Intake; an http.Handler of pages
// takes an Intake as an argument. All of them pass the suite in operate/operatetest. A new
// method goes into the interface, into these three, into the calls of operate/remote, and
// into the suite; what can be made of the methods that are there needs none.
//
// # Queries
//
//   - what is open, in groups and one by one: operate/events.OpenEvents, with
//     NotInIndex for the letters that the index cannot hold
//   - events by state, type, source and time, from the whole table:
//     operate/events.Newest
//   - one event: Record and Payload of the ledger, as operate/events.Entry, whose View is
//     the JSON of every command
//   - a value in kept payloads: operate/search
//   - what arrives, with its outcome: operate/tail
//   - requests that were refused for their signature: operate/quarantine
//   - dead letters: List and Examine of an operate/dead.Client, with the Intake's
//     DeadLetters and Ledger as its Dead and Records
//
// # Acts
//
// An act is a survey and a run: the survey plans everything that a filter matches, counts
// what would happen and is shown first; the run plans each item again, does it, and reports
// its outcome. A run keeps a rate and ends between two items when its context does. What is
// done shows in the ledger and in the queues, so a second run goes on with the rest. Acts on
// events are the methods RetryAll and CancelAll of an operate/events.Order and ReplayAll of
// an operate/events.Replay, over operate/events.Each; package operate/act carries them out.
// Acts on letters are Redrive and Drop of an operate/dead.Client, with its Plans. A person's
// data are erased by operate/erase. Acts on
// the queue need nothing but its Send; those on a letter need Receive and Delete of
// DeadLetters.
//
// # Promises
//
// Each promises to say what a change would do before it is made, and to return the outcome
// of every item as data.
//
// They never know a terminal or a page: they print nothing, ask for nothing, and leave the
// form of times to their caller.
package operate
