// Package sqs is the queue on Amazon SQS, a standard queue.
//
// It promises what [queue.Queue] does: one request for each call and each ten receipts, no
// retries, nothing that outlives the context, and an outcome for every receipt, which is
// unknown if SQS omits it. The SDK compares the MD5 of each body sent or received with
// SQS's, so a damaged one is an error.
//
// The queue's own DelaySeconds and ReceiveMessageWaitTimeSeconds must be 0: the SDK does
// not send a delay or a wait of 0, and SQS would use these instead.
//
// It never reads the environment or the shared configuration, and never logs. Its errors
// contain SQS's codes and texts, which do not quote bodies. Types of the SDK are exposed
// in [Options] only.
package sqs
