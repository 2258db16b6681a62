// Package sns publishes messages to a topic of Amazon SNS, which mails them to its subscribers.
//
// It promises one request for each message, no retries, and nothing that outlives the context.
// An error means that the message may have been published all the same: the answer can be
// lost.
//
// It builds its own requests, signed by the SDK's signer, because the SDK's client of SNS
// would make each cold start of a function slower for what it does a few times a month. It
// never reads the environment, and never logs. Its errors contain SNS's codes, and nothing of
// a message. Types of the SDK are exposed in [Options] only.
package sns
