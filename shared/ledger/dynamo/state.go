package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// The item of a state: its key's prefix, its version and its JSON; exp if it expires.
const (
	statePrefix   = ":state#"
	attrVersion   = "v"
	attrStateJSON = "s"
)

func stateKey(id string) types.AttributeValue { return text(statePrefix + id) }

// GetState is described at [ledger.States]. The read is strongly consistent.
func (s *Store) GetState(ctx context.Context, id string) (ledger.StateValue, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{attrKey: stateKey(id)}, ConsistentRead: new(true),
	})
	if err != nil || len(out.Item) == 0 {
		return ledger.StateValue{}, wrap("read state", id, err)
	}
	d := decoder{it: out.Item}
	value := ledger.StateValue{Version: d.number(attrVersion), JSON: json.RawMessage(d.text(attrStateJSON))}
	if exp := d.number(attrExpires); exp != 0 {
		value.Expires = time.Unix(exp, 0).UTC()
	}
	if d.err != nil || value.Version == 0 || len(value.JSON) == 0 {
		return ledger.StateValue{}, wrap("read state", id, errNoState)
	}
	return value, nil
}

var errNoState = errors.New("item is not a state: v or s is missing or of another type; give the ledger a table of its own")

// move replaces the version of the state that was read by the next one, on condition that
// it is still the current one.
func (s *Store) move(change ledger.StateChange) types.TransactWriteItem {
	next := change.Value()
	it := item{attrKey: stateKey(change.ID), attrVersion: number(next.Version), attrStateJSON: text(string(next.JSON))}
	if !next.Expires.IsZero() {
		it[attrExpires] = number(next.Expires.Unix())
	}
	e := newExpression()
	if change.Version == 0 {
		e.requireAbsent()
	} else {
		e.require(attrVersion, number(change.Version))
	}
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: it, ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.optionalValues(),
	}}
}

// A handler's result in the record's set of results: its name, a space, which no name
// contains, and JSON. A set can be added to without knowing its content.
func resultText(handler string, result json.RawMessage) string {
	return handler + " " + string(result)
}

func putResults(it item, results ledger.Results) {
	var texts []string
	for handler, result := range results {
		texts = append(texts, resultText(handler, result))
	}
	putNames(it, attrResults, texts)
}

func (d *decoder) results(attr string) ledger.Results {
	var results ledger.Results
	for _, text := range d.names(attr) {
		handler, result, ok := strings.Cut(text, " ")
		if !ok {
			d.fail(attr)
			return nil
		}
		results = results.With(handler, json.RawMessage(result))
	}
	return results
}
