// Package endtoend runs both built functions over a real queue and a real table: signed
// webhooks go in over HTTP, and what the handlers wrote is read from the table.
//
// It promises that what its tests see is what the deployed programs do, killed at any
// moment or not. It holds nothing but tests, and never runs without ElasticMQ and
// DynamoDB Local, whose addresses WEBHOOK_TEST_SQS and WEBHOOK_TEST_DYNAMODB give.
package endtoend
