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

// update applies e to the record of key and returns the new record. If the condition fails,
// it returns errRefused and the record that it found, nil if there is no item. Any other
// error means that the outcome is unknown.
func (s *Store) update(ctx context.Context, key string, e *expression) (*ledger.Record, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: item{attrKey: text(key)},
		UpdateExpression: e.update(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if refused, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return decodeFound(refused.Item)
	}
	if err != nil {
		return nil, err
	}
	left, err := decode(out.Attributes)
	if err == nil && left == nil {
		return nil, errors.New("update returned no item: its outcome is unknown")
	}
	return left, err
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
