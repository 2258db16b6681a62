package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// Why DynamoDB refuses an action of a transaction, or the whole of it, and would again.
const (
	codeConditionFailed    = "ConditionalCheckFailed"
	codeInvalid            = "ValidationError"
	codeCollectionTooLarge = "ItemCollectionSizeLimitExceeded"
	codeRequestInvalid     = "ValidationException"
)

// Commit is described at [ledger.Store].
func (s *Store) Commit(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	if len(tx.Writes) == 0 && tx.Entity == (ledger.Entity{}) {
		return wrap("commit", c.Key, s.noteDone(ctx, c, handler))
	}
	if err := webhook.CheckWrites(tx.Writes); err != nil {
		return wrap("commit", c.Key, err)
	}
	return wrap("commit", c.Key, s.transact(ctx, c, handler, tx))
}

// transact commits tx and the note in one transaction: first the record, then the
// entity, if tx guards one, then the writes.
func (s *Store) transact(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	actions := []types.TransactWriteItem{s.noteOnce(c, handler)}
	if tx.Entity != (ledger.Entity{}) {
		actions = append(actions, s.guard(c, tx))
	}
	first := len(actions) // of the writes
	for _, w := range tx.Writes {
		actions = append(actions, action(w))
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: actions})
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return judgeCancelled(cancelled, c, handler, first)
	}
	if refused, ok := errors.AsType[smithy.APIError](err); ok && refused.ErrorCode() == codeRequestInvalid && len(tx.Writes) > 0 {
		// What the ledger adds is always valid: it is something about the writes.
		return fmt.Errorf("%w: %s", webhook.ErrWrites, refused.ErrorMessage())
	}
	return err
}

// noteOnce notes the handler as done, on condition that it is not yet: writes may add
// to numbers, and a second time would add twice.
func (s *Store) noteOnce(c ledger.Claim, handler string) types.TransactWriteItem {
	e := newExpression()
	e.requireInForce(c)
	e.conditions = append(e.conditions, "NOT contains("+e.name(attrDone)+", "+e.value(text(handler))+")")
	e.add(attrDone, names([]string{handler}))
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
		return types.TransactWriteItem{Delete: &types.Delete{TableName: table, Key: key}}
	case webhook.OpAdd:
		e := newExpression()
		e.add(w.Name, number(w.By))
		return types.TransactWriteItem{Update: &types.Update{
			TableName: table, Key: key, UpdateExpression: e.update(),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		}}
	}
	for name, v := range attributes(w.Set) {
		key[name] = v
	}
	return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: key}}
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

// judgeCancelled says what a cancelled transaction means: nothing of it was applied.
// The record comes first: what it says about the claim beats whatever is wrong with the
// writes, which a lost reply's second try may find changed by the first.
func judgeCancelled(cancelled *types.TransactionCanceledException, c ledger.Claim, handler string, first int) error {
	reasons := cancelled.CancellationReasons
	if len(reasons) > 0 && code(reasons[0]) == codeConditionFailed {
		found, err := decode(reasons[0].Item)
		if err != nil {
			return err
		}
		return settle(ledger.JudgeCommit(found, c, handler))
	}
	for i, reason := range reasons {
		switch code(reason) {
		case codeConditionFailed: // the entity's is the only other condition
			return ledger.ErrStale
		case codeInvalid, codeCollectionTooLarge:
			if i >= first {
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
