package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// errRefused says that an item did not meet the condition.
var errRefused = errors.New("condition failed")

// update applies e to the record of key. If the condition fails, it returns errRefused and
// the record that it found, nil if there is no item. Any other error means that the outcome
// is unknown.
func (s *Store) update(ctx context.Context, key string, e *expression) (found *ledger.Record, err error) {
	_, err = s.client.UpdateItem(ctx, s.input(key, e))
	return refusedBy(err)
}

// updateAndGet is update, and returns the new record if the condition holds.
func (s *Store) updateAndGet(ctx context.Context, key string, e *expression) (*ledger.Record, error) {
	in := s.input(key, e)
	in.ReturnValues = types.ReturnValueAllNew
	out, err := s.client.UpdateItem(ctx, in)
	if err != nil {
		return refusedBy(err)
	}
	left, err := decode(out.Attributes)
	if err == nil && left == nil {
		return nil, errors.New("update returned no item: its outcome is unknown")
	}
	return left, err
}

func (s *Store) input(key string, e *expression) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: item{attrKey: text(key)},
		UpdateExpression: e.update(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// isAbsent is the condition that there is no item.
const isAbsent = "attribute_not_exists(" + attrKey + ")"

// insert writes the record of key if there is no item. Its errors are those of update.
func (s *Store) insert(ctx context.Context, key string, rec ledger.Record) (found *ledger.Record, err error) {
	it := encode(key, rec)
	it[attrKey] = text(key)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it, ConditionExpression: new(isAbsent),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	return refusedBy(err)
}

// refusedBy returns the record that a failed condition found, and errRefused; any other
// error as it is.
func refusedBy(err error) (found *ledger.Record, _ error) {
	if refused, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return decodeFound(refused.Item)
	}
	return nil, err
}

// decodeFound returns the item that a failed condition found, and errRefused.
func decodeFound(it item) (*ledger.Record, error) {
	found, err := decode(it)
	if err != nil {
		return nil, err
	}
	return found, errRefused
}

// settle says what a refused call comes to: judge has looked at what was found. That it
// would have allowed the call is a contradiction, which the next try may clear up.
func settle(next *ledger.Record, err error) error {
	if err == nil && next != nil {
		return errors.New("condition failed on a record that meets it")
	}
	return err
}

// wrap says which operation on which event err is about.
func wrap(op, key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", op, key, err)
}
