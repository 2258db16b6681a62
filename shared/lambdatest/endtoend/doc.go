// Package endtoend runs the three built functions with a real queue, a real table and a real
// bucket. Its tests send signed webhooks over HTTP, and read from the table what the handlers
// wrote.
//
// It promises to test the programs as they are deployed, also when they are killed at any
// moment. It contains only tests, and never runs without ElasticMQ, DynamoDB Local and
// gofakes3, whose addresses are in WEBHOOK_TEST_SQS, WEBHOOK_TEST_DYNAMODB and WEBHOOK_TEST_S3.
package endtoend
