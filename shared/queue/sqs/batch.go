package sqs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"webhookintake/shared/queue"
)

// ErrNoAnswer says that SQS's answer does not contain the outcome: an entry of a batch, or
// the id and the MD5 of the message sent.
var ErrNoAnswer = errors.New("outcome unknown: the answer does not say")

// An EntryError is SQS's refusal of one entry of a batch.
type EntryError struct {
	Code, Message string
	SenderFault   bool // a retry of the same request does not help
}

// Error returns SQS's code and text.
func (e *EntryError) Error() string { return e.Code + ": " + e.Message }

// Delete implements [queue.Queue], with up to ten receipts in a request.
func (q *Queue) Delete(ctx context.Context, receipts []string) []error {
	return inChunks("delete", receipts, func(chunk []string) (done []string, failed []types.BatchResultErrorEntry, err error) {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: q.url}
		for i, receipt := range chunk {
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: entryID(i), ReceiptHandle: &receipt})
		}
		out, err := q.client.DeleteMessageBatch(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		for _, entry := range out.Successful {
			done = append(done, aws.ToString(entry.Id))
		}
		return done, out.Failed, nil
	})
}

// Defer implements [queue.Queue], with up to ten receipts in a request.
func (q *Queue) Defer(ctx context.Context, deferrals []queue.Deferral) []error {
	return inChunks("defer", deferrals, func(chunk []queue.Deferral) (done []string, failed []types.BatchResultErrorEntry, err error) {
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: q.url}
		for i, d := range chunk {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: entryID(i), ReceiptHandle: &d.Receipt, VisibilityTimeout: queue.Seconds(d.After),
			})
		}
		out, err := q.client.ChangeMessageVisibilityBatch(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		for _, entry := range out.Successful {
			done = append(done, aws.ToString(entry.Id))
		}
		return done, out.Failed, nil
	})
}

// inChunks sends the items in as many requests as they need. It returns for each item nil,
// SQS's refusal, the error of its whole request, or ErrNoAnswer.
func inChunks[T any](op string, items []T, send func([]T) (done []string, failed []types.BatchResultErrorEntry, err error)) []error {
	errs := make([]error, 0, len(items))
	for chunk := range slices.Chunk(items, queue.MaxBatch) {
		done, failed, err := send(chunk)
		answers := map[string]error{}
		for _, entry := range failed {
			answers[aws.ToString(entry.Id)] = &EntryError{
				Code: aws.ToString(entry.Code), Message: aws.ToString(entry.Message), SenderFault: entry.SenderFault,
			}
		}
		for _, id := range done {
			if _, refused := answers[id]; !refused {
				answers[id] = nil
			}
		}
		for i := range chunk {
			answer, answered := answers[*entryID(i)]
			switch {
			case err != nil:
				answer = err
			case !answered:
				answer = ErrNoAnswer
			}
			if answer != nil {
				answer = fmt.Errorf("%s: %w", op, answer)
			}
			errs = append(errs, answer)
		}
	}
	return errs
}

func entryID(i int) *string { return new(strconv.Itoa(i)) }
