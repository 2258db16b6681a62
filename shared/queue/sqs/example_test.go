package sqs_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"webhookintake/shared/queue/sqs"
)

// answers stands in for SQS in the example.
type answers string

func (a answers) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func Example() {
	q, err := sqs.New(sqs.Options{
		URL:         "https://sqs.eu-central-1.amazonaws.com/123456789012/hooks",
		Credentials: anyone,
		HTTPClient:  answers(`{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"ReceiptHandleIsInvalid","Message":"not valid"}]}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range q.Delete(context.Background(), []string{"receipt", "not a receipt"}) {
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// delete: ReceiptHandleIsInvalid: not valid
}
