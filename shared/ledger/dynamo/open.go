package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"webhookintake/shared/ledger"
)

// indexOpen is the global secondary index of open events: the partition key is the
// attribute open, the sort key is since, and type, reason, received and kind are projected.
const indexOpen = "open"

// Open returns the entries of one partition of the index of open events that come after the
// given one, which need not exist, oldest first, at most limit of them. The zero after means
// from the first.
// Fewer than limit means that the partition has no more. The index follows the table within
// about a second. It reads one read unit for about 40 entries. The error may be
// [ledger.ErrNoIndex].
func (r *Reader) Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	e := newExpression()
	e.require(attrOpen, number(int64(partition)))
	in := &dynamodb.QueryInput{
		TableName: &r.table, IndexName: new(indexOpen), KeyConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
	}
	if after.Key != "" {
		in.ExclusiveStartKey = item{attrKey: text(after.Key), attrOpen: number(int64(partition)), attrSince: number(after.Since.UnixMilli())}
	}
	var entries []ledger.OpenEntry
	for len(entries) < limit {
		in.Limit = new(int32(limit - len(entries)))
		out, err := r.client.Query(ctx, in)
		if e, ok := errors.AsType[smithy.APIError](err); ok && e.ErrorCode() == codeRequestInvalid && strings.Contains(e.ErrorMessage(), "index") {
			err = ledger.ErrNoIndex // the request is always valid otherwise
		}
		if err != nil {
			return nil, wrap("read the index of what is open in", r.table, err)
		}
		for _, it := range out.Items {
			d := decoder{it: it}
			entries = append(entries, ledger.OpenEntry{
				Key: d.text(attrKey), Since: d.time(attrSince), Type: d.text(attrType),
				Kind: d.text(attrKind), Reason: d.text(attrReason), Received: d.time(attrReceived),
			})
			if d.err != nil {
				return nil, wrap("read the index of what is open in", r.table, d.err)
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	return entries, nil
}

// How many keys BatchGetItem accepts at once, and how often to ask again for keys that it
// did not process.
const (
	maxGets   = 100
	getRounds = 8
)

// RecordsOf returns the records of the keys as they are now. A key that has no record is
// not in the result. It costs one read unit for each record of at most 4 KB.
func (r *Reader) RecordsOf(ctx context.Context, keys []string) (map[string]ledger.Record, error) {
	records := map[string]ledger.Record{}
	err := r.getAll(ctx, keys, func(it item) error {
		found, err := foundIn(it)
		records[found.Key] = found.Record
		return err
	})
	if err != nil {
		return nil, wrap("read records in", r.table, err)
	}
	return records, nil
}

// getAll calls fn with the item of each key that has one, in no order.
func (r *Reader) getAll(ctx context.Context, keys []string, fn func(item) error) error {
	for chunk := range slices.Chunk(keys, maxGets) {
		wanted := types.KeysAndAttributes{ConsistentRead: new(true)}
		for _, key := range chunk {
			wanted.Keys = append(wanted.Keys, item{attrKey: text(key)})
		}
		if err := r.getChunk(ctx, wanted, fn); err != nil {
			return err
		}
	}
	return nil
}

// getChunk reads until every key is processed: DynamoDB answers only a part if it throttles,
// or if the items are over 16 MB together.
func (r *Reader) getChunk(ctx context.Context, wanted types.KeysAndAttributes, fn func(item) error) error {
	for round := range getRounds {
		if round > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(25 * time.Millisecond << round):
			}
		}
		out, err := r.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{r.table: wanted}})
		if err != nil {
			return err
		}
		for _, it := range out.Responses[r.table] {
			if err := fn(it); err != nil {
				return err
			}
		}
		if wanted = out.UnprocessedKeys[r.table]; len(wanted.Keys) == 0 {
			return nil
		}
	}
	return fmt.Errorf("DynamoDB did not process %d keys in %d requests: try again, or raise the table's read throughput", len(wanted.Keys), getRounds)
}
