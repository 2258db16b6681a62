// Package endtoend runs both built functions with a real queue and a real table. Its tests
// send signed webhooks over HTTP, and read from the table what the handlers wrote.
//
// It promises to test the programs as they are deployed, also when they are killed at any
// moment. It contains only tests, and never runs without ElasticMQ and DynamoDB Local,
// whose addresses are in WEBHOOK_TEST_SQS and WEBHOOK_TEST_DYNAMODB.
package endtoend
