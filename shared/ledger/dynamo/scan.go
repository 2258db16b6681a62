package dynamo

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// A Scan says which records are wanted. An empty field excludes nothing.
type Scan struct {
	Source string // the source's name
	Type   string
	State  ledger.State
	Reason string
	From   time.Time // received then or later
	Until  time.Time // received before

	// Progress, if set, is called after each page with the number of items read so far,
	// including those that are left out.
	Progress func(items int)
	// Skipped, if set, is called for each item that is not a record of the ledger, with
	// what is wrong with it. If nil, the first such item ends the scan with that error.
	Skipped func(why error)
}

// A Found is one record with its key.
type Found struct {
	Key    string
	Record ledger.Record
}

// Records returns the records that s wants, in no order. It reads the whole table,
// whatever s leaves out, and so costs one read unit for each 8 KB in it. A record that
// changes meanwhile is returned as it was before or after. It ends with the first error.
func (r *Reader) Records(ctx context.Context, s Scan) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		e := s.expression()
		in := &dynamodb.ScanInput{
			TableName: &r.table, FilterExpression: e.condition(), Limit: r.page,
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		}
		read := 0
		for {
			out, err := r.client.Scan(ctx, in)
			if err != nil {
				yield(Found{}, wrap("read the records in", r.table, err))
				return
			}
			read += int(out.ScannedCount)
			if s.Progress != nil {
				s.Progress(read)
			}
			for _, it := range out.Items {
				found, err := foundIn(it)
				if err != nil && s.Skipped != nil {
					s.Skipped(err)
					continue
				}
				if !yield(found, err) || err != nil {
					return
				}
			}
			if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
				return
			}
		}
	}
}

// expression is the filter that the service applies.
func (s Scan) expression() *expression {
	e := newExpression()
	key := e.name(attrKey)
	for _, prefix := range []string{payloadPrefix, ":"} {
		e.conditions = append(e.conditions, "NOT begins_with("+key+", "+e.value(text(prefix))+")")
	}
	if s.Source != "" {
		e.conditions = append(e.conditions, "begins_with("+key+", "+e.value(text(s.Source+"#"))+")")
	}
	for _, equal := range []struct{ attr, value string }{
		{attrType, s.Type}, {attrState, string(s.State)}, {attrReason, s.Reason},
	} {
		if equal.value != "" {
			e.require(equal.attr, text(equal.value))
		}
	}
	for _, bound := range []struct {
		operator string
		at       time.Time
	}{{" >= ", s.From}, {" < ", s.Until}} {
		if !bound.at.IsZero() {
			e.conditions = append(e.conditions, e.name(attrReceived)+bound.operator+e.value(number(bound.at.UnixMilli())))
		}
	}
	return e
}

var errNoKey = errors.New("its key is not that of an event; give the ledger a table of its own")

func foundIn(it item) (Found, error) {
	key, _ := it[attrKey].(*types.AttributeValueMemberS)
	if key == nil {
		return Found{}, wrap("read the record of", "an item without a key", errNoKey)
	}
	if !strings.Contains(key.Value, "#") {
		return Found{}, wrap("read the record of", key.Value, errNoKey)
	}
	rec, err := decode(it)
	if err != nil {
		return Found{}, wrap("read the record of", key.Value, err)
	}
	return Found{Key: key.Value, Record: *rec}, nil
}
