package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// The item of an entity: its key's prefix, and the time of its newest event.
const (
	entityPrefix = ":newest#"
	attrNewest   = "newest"
)

// entityKey is the key of e's item. The name comes from a payload: hashed, it is never too
// long for a key and does not reveal whom it names.
func entityKey(e ledger.Entity) types.AttributeValue {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", e.Handler, e.Name))
	return text(entityPrefix + hex.EncodeToString(sum[:]))
}

// Newest is described at [ledger.Entities].
func (s *Store) Newest(ctx context.Context, e ledger.Entity) (time.Time, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{attrKey: entityKey(e)}, ConsistentRead: new(true),
	})
	if err != nil {
		return time.Time{}, wrap("newest event of an entity of", e.Handler, err)
	}
	d := decoder{it: out.Item}
	newest := d.time(attrNewest)
	return newest, wrap("newest event of an entity of", e.Handler, d.err)
}

// guard moves the entity's newest event to tx.At, on condition that none is newer.
func (s *Store) guard(c ledger.Claim, tx ledger.Tx) types.TransactWriteItem {
	e := newExpression()
	at := number(tx.At.UnixMilli())
	e.set(attrNewest, at)
	e.set(attrExpires, number(ledger.Expiry(c.DedupUntil, c.Lease, s.keep).Unix()))
	e.conditions = append(e.conditions,
		"(attribute_not_exists("+e.name(attrNewest)+") OR "+e.name(attrNewest)+" <= "+e.value(at)+")")
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: item{attrKey: entityKey(tx.Entity)},
		UpdateExpression: e.update(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
	}}
}
