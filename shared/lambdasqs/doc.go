// Package lambdasqs lets a Lambda function with an SQS event source work off batches
// with package process.
//
// It promises that the answer names exactly the messages that are not acknowledged, in
// the form of the partial batch response, and that the log has one line for each event
// with ids, types, reasons and Go types of errors.
//
// It never deletes a message itself, and never logs a payload or an error's text.
package lambdasqs
