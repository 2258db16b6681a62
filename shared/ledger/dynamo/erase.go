package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// Erase removes the content of the found event: from its record, as [ledger.Erase] decides,
// and then the payload beside it. It reports false, and has removed nothing, if the event has
// not ended, or was claimed or ended since. After an error, call it again.
func (r *Reader) Erase(ctx context.Context, found ledger.Found, now time.Time) (erased bool, err error) {
	next, changed := ledger.Erase(found.Record, now)
	if next.State != ledger.StateCompleted && next.State != ledger.StateFailed {
		return false, nil
	}
	if changed {
		if wrote, err := r.write(ctx, "erase", found, next); err != nil || !wrote {
			return false, err
		}
	}
	_, err = r.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &r.table, Key: item{attrKey: text(payloadPrefix + found.Key)}})
	return err == nil, wrap("erase the payload of", found.Key, err)
}

// State returns the state with that id; its version is 0 if there is none. The read is
// strongly consistent.
func (r *Reader) State(ctx context.Context, id string) (ledger.StateValue, error) {
	return (&Store{client: r.client, table: r.table}).GetState(ctx, id)
}

// EraseState removes the state with that id. It reports false, and has removed nothing, if
// the state has another version by now.
func (r *Reader) EraseState(ctx context.Context, id string, version int64) (erased bool, err error) {
	e := newExpression()
	e.require(attrVersion, number(version))
	_, err = r.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &r.table, Key: item{attrKey: stateKey(id)}, ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
	})
	if _, refused := errors.AsType[*types.ConditionalCheckFailedException](err); refused {
		return false, nil
	}
	return err == nil, wrap("erase state", id, err)
}
