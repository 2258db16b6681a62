// Package lambdasqs makes a Lambda function with an SQS event source process its batches
// with package process.
//
// It promises that the answer, a partial batch response, names exactly the messages that
// are not acknowledged. It promises that the log has one line for each event, with its id,
// type and outcome, and which secret signed it. The line of an event that went well has at
// most 200 bytes, for which an id over some 80 bytes may be cut; any other has the reason,
// and the Go types of errors.
//
// It never deletes a message itself, and never logs a payload or the text of an error.
package lambdasqs
