package dead

import "webhookintake/shared/queue"

// explanations say what a reason means, and what can be done.
var explanations = map[queue.Reason]string{
	queue.ReasonPermanent:      "a handler reported that no retry can help: fix the cause, then redrive",
	queue.ReasonAttempts:       "the last of the tries failed: fix the cause, then redrive",
	queue.ReasonPayload:        "the body does not fit the handler's type: fix the type, deploy, then redrive",
	queue.ReasonOutcomeUnknown: "an at-most-once handler may or may not have acted: find out, then redrive with --assume-done or --run-again",
	queue.ReasonExpired:        "the queue was about to drop it after days of waiting: redriving gives it its full time again",
	queue.ReasonConflict:       "another body arrived with the same event id: compare the two; it cannot be redriven",
	queue.ReasonUnreadable:     "it is not a message of the intake, and cannot be redriven",
	queue.ReasonReceiveLimit:   "SQS itself moved it here, after too many receives: redriving sends it as it is",
	queue.ReasonReplay:         "it is an operator's replay: redriving sends it as it is",
}

// Explanation returns what the letter's reason means, and what can be done about it.
func (l Letter) Explanation() string { return explanations[l.Reason()] }
