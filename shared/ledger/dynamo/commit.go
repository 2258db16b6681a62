package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// The reasons for which DynamoDB refuses an action of a transaction, or all of it, and
// would again.
const (
	codeConditionFailed    = "ConditionalCheckFailed"
	codeInvalid            = "ValidationError"
	codeCollectionTooLarge = "ItemCollectionSizeLimitExceeded"
	codeRequestInvalid     = "ValidationException"
)

// Commit is described at [ledger.Store].
func (s *Store) Commit(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	if len(tx.Writes) == 0 && tx.Entity == (ledger.Entity{}) && tx.State == nil && tx.Result == nil {
		return wrap("commit", c.Key, s.noteDone(ctx, c, handler))
	}
	if err := webhook.CheckWrites(tx.Writes); err != nil {
		return wrap("commit", c.Key, err)
	}
	return wrap("commit", c.Key, s.transact(ctx, c, handler, tx))
}

// transact commits tx and the note in one transaction: the record first, then the entity
// and the state, if tx has them, then the writes. judgeCancelled reads the reasons in this
// order.
func (s *Store) transact(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	actions := []types.TransactWriteItem{s.noteOnce(c, handler, tx.Result)}
	conditions := []error{nil}
	add := func(a types.TransactWriteItem, unmet error) {
		actions, conditions = append(actions, a), append(conditions, unmet)
	}
	if tx.Entity != (ledger.Entity{}) {
		add(s.guard(c, tx), ledger.ErrStale)
	}
	if tx.State != nil {
		add(s.move(*tx.State), ledger.ErrStateMoved)
	}
	for _, w := range tx.Writes {
		add(action(w), webhook.ErrCondition)
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: actions})
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return judgeCancelled(cancelled, c, handler, conditions)
	}
	if refused, ok := errors.AsType[smithy.APIError](err); ok && refused.ErrorCode() == codeRequestInvalid && len(tx.Writes) > 0 {
		// What the ledger adds is always valid, so the fault is in the writes.
		return fmt.Errorf("%w: %s", webhook.ErrWrites, refused.ErrorMessage())
	}
	return err
}

// noteOnce notes the handler as done, with its result, on condition that it is not done
// yet: writes may add to numbers, and a second commit would add twice.
func (s *Store) noteOnce(c ledger.Claim, handler string, result json.RawMessage) types.TransactWriteItem {
	e := newExpression()
	e.requireInForce(c)
	e.conditions = append(e.conditions, "NOT contains("+e.name(attrDone)+", "+e.value(text(handler))+")")
	e.add(attrDone, names([]string{handler}))
	if result != nil {
		e.add(attrResults, names([]string{resultText(handler, result)}))
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: item{attrKey: text(c.Key)},
		UpdateExpression: e.update(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// action is a user's write.
func action(w webhook.Write) types.TransactWriteItem {
	table, key := &w.Table, attributes(w.Key)
	switch w.Op {
	case webhook.OpDelete:
		e := conditionOf(w)
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: table, Key: key, ConditionExpression: e.optionalCondition(),
			ExpressionAttributeNames: e.optionalNames(), ExpressionAttributeValues: e.optionalValues(),
		}}
	case webhook.OpAdd:
		e := conditionOf(w)
		e.add(w.Name, number(w.By))
		return types.TransactWriteItem{Update: &types.Update{
			TableName: table, Key: key, UpdateExpression: e.update(), ConditionExpression: e.optionalCondition(),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		}}
	}
	for name, v := range attributes(w.Set) {
		key[name] = v
	}
	e := conditionOf(w)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: table, Item: key, ConditionExpression: e.optionalCondition(),
		ExpressionAttributeNames: e.optionalNames(), ExpressionAttributeValues: e.optionalValues(),
	}}
}

// conditionOf is an expression with the write's condition, if it has one.
func conditionOf(w webhook.Write) *expression {
	e := newExpression()
	for _, c := range w.If {
		if !c.Absent {
			e.require(c.Name, attributes(webhook.Attributes{c.Name: c.Value})[c.Name])
			continue
		}
		for name := range w.Key {
			e.conditions = append(e.conditions, "attribute_not_exists("+e.name(name)+")")
			break // each item has the whole key
		}
	}
	return e
}

func attributes(as webhook.Attributes) item {
	it := item{}
	for name, v := range as {
		switch v := v.Any().(type) {
		case string:
			it[name] = text(v)
		case int64:
			it[name] = number(v)
		case bool:
			it[name] = &types.AttributeValueMemberBOOL{Value: v}
		}
	}
	return it
}

// judgeCancelled turns a cancelled transaction, of which nothing was applied, into an
// error. Conditions are the errors for actions whose condition does not hold, without the
// record's. The record comes first: what it says about the claim overrides the rest, which
// may look changed to a retry after a lost reply because the first try changed it.
func judgeCancelled(cancelled *types.TransactionCanceledException, c ledger.Claim, handler string, conditions []error) error {
	reasons := cancelled.CancellationReasons
	if len(reasons) != len(conditions) {
		return cancelled
	}
	if code(reasons[0]) == codeConditionFailed {
		found, err := decode(reasons[0].Item)
		if err != nil {
			return err
		}
		return settle(ledger.JudgeCommit(found, c, handler, ledger.Tx{}))
	}
	first := slices.Index(conditions, webhook.ErrCondition) // of the writes
	for i, reason := range reasons {
		switch code(reason) {
		case codeConditionFailed:
			return conditions[i]
		case codeInvalid, codeCollectionTooLarge:
			if first >= 0 && i >= first {
				return fmt.Errorf("%w: write %d: %s", webhook.ErrWrites, i-first, message(reason))
			}
		}
	}
	return cancelled
}

func code(reason types.CancellationReason) string {
	if reason.Code == nil {
		return ""
	}
	return *reason.Code
}

func message(reason types.CancellationReason) string {
	if reason.Message == nil {
		return code(reason)
	}
	return *reason.Message
}
