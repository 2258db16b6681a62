// Package sqs is the queue on Amazon SQS, a standard queue.
//
// It promises what [queue.Queue] does: one request for each call and each ten receipts,
// no retries, nothing that outlives the context, and an answer for every receipt, where
// one that SQS leaves out is an unknown outcome. The SDK compares the MD5 of each body
// sent or received with SQS's, so a damaged one is an error.
//
// The queue's own DelaySeconds and ReceiveMessageWaitTimeSeconds are to be left at 0:
// SQS takes them for a delay or a wait of 0, which the SDK does not send.
//
// It never reads the environment or the shared configuration, and never logs. Its
// errors hold SQS's codes and texts, which quote no body. Types of the SDK show in
// [Options] alone.
package sqs
