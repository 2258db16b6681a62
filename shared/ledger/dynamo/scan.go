package dynamo

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// Records returns the records that s wants, in no order. It reads the whole table,
// whatever s leaves out, and so costs one read unit for each 8 KB in it. A record that
// changes meanwhile is returned as it was before or after. It ends with the first error.
func (r *Reader) Records(ctx context.Context, s ledger.Scan) iter.Seq2[ledger.Found, error] {
	return func(yield func(ledger.Found, error) bool) {
		reading, stop := context.WithCancel(ctx)
		segments := max(s.Segments, 1)
		to := taker{pages: make(chan page), left: make(chan struct{}), ended: make(chan struct{}, segments)}
		defer to.leave(segments)
		defer stop()
		for n := range segments {
			go r.readSegment(reading, s, n, segments, to)
		}
		read := 0
		for ended := 0; ended < segments; {
			p := <-to.pages
			if p.err != nil {
				yield(ledger.Found{}, wrap("read the records in", r.table, p.err))
				return
			}
			if read += p.scanned; s.Progress != nil {
				s.Progress(read)
			}
			if !yieldPage(s, p.items, yield) {
				return
			}
			if p.last {
				ended++
			}
			close(p.taken)
		}
	}
}

// Size returns the table's size, which DynamoDB updates about every six hours.
func (r *Reader) Size(ctx context.Context) (ledger.Size, error) {
	out, err := r.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &r.table})
	if err != nil || out.Table == nil || out.Table.ItemCount == nil || out.Table.TableSizeBytes == nil {
		return ledger.Size{}, wrap("read the size of", r.table, cmp.Or(err, errNoSize))
	}
	return ledger.Size{Items: *out.Table.ItemCount, Bytes: *out.Table.TableSizeBytes}, nil
}

var errNoSize = errors.New("the answer does not say it")

// A page is one answer to a scan of a segment.
type page struct {
	items   []item
	scanned int
	last    bool
	err     error
	taken   chan struct{} // closed when the next page is wanted
}

// A taker takes the pages of segments.
type taker struct {
	pages chan page
	left  chan struct{} // closed when no more pages are taken
	ended chan struct{} // receives from each segment that has ended
}

// leave waits until all segments have ended.
func (t taker) leave(segments int) {
	close(t.left)
	for range segments {
		<-t.ended
	}
}

// readSegment sends the pages of one segment, until the last, an error, or no more are taken.
func (r *Reader) readSegment(ctx context.Context, s ledger.Scan, n, of int, to taker) {
	defer func() { to.ended <- struct{}{} }()
	e := expressionOf(s)
	in := &dynamodb.ScanInput{
		TableName: &r.table, FilterExpression: e.condition(), Limit: r.page,
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		Segment: new(int32(n)), TotalSegments: new(int32(of)),
	}
	for {
		out, err := r.client.Scan(ctx, in)
		p := page{err: err, last: true, taken: make(chan struct{})}
		if err == nil {
			p.items, p.scanned, p.last = out.Items, int(out.ScannedCount), len(out.LastEvaluatedKey) == 0
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
		select {
		case to.pages <- p:
		case <-to.left:
			return
		}
		if p.last {
			return
		}
		select { // or it would read a page that nobody asked for
		case <-p.taken:
		case <-to.left:
			return
		}
	}
}

// yieldPage yields the records among the items, and reports whether to go on.
func yieldPage(s ledger.Scan, items []item, yield func(ledger.Found, error) bool) bool {
	for _, it := range items {
		found, err := foundIn(it)
		if err != nil && s.Skipped != nil {
			s.Skipped(err)
			continue
		}
		if err == nil && !s.Matches(found.Key, found.Record) { // a probe; the service applied the rest
			continue
		}
		if !yield(found, err) || err != nil {
			return false
		}
	}
	return true
}

// expressionOf returns the filter that the service applies.
func expressionOf(s ledger.Scan) *expression {
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

func foundIn(it item) (ledger.Found, error) {
	key, _ := it[attrKey].(*types.AttributeValueMemberS)
	if key == nil {
		return ledger.Found{}, wrap("read the record of", "an item without a key", errNoKey)
	}
	if !strings.Contains(key.Value, "#") {
		return ledger.Found{}, wrap("read the record of", key.Value, errNoKey)
	}
	rec, err := decode(it)
	if err != nil {
		return ledger.Found{}, wrap("read the record of", key.Value, err)
	}
	return ledger.Found{Key: key.Value, Record: *rec}, nil
}
