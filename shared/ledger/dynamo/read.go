package dynamo

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// A Reader reads the table for an operator, and the functions do not use it. Only Reindex,
// Drop, Erase and EraseState write. Make it with [NewReader].
type Reader struct {
	client *dynamodb.Client
	table  string
	page   *int32 // most items in one answer to a scan; nil means a megabyte
}

// NewReader returns a Reader of the table with that name. The client may retry: asking
// twice does no more than asking once.
func NewReader(client *dynamodb.Client, table string) *Reader {
	return &Reader{client: client, table: table}
}

// Record returns an event's record as it is now, and whether it exists.
func (r *Reader) Record(ctx context.Context, key string) (rec ledger.Record, ok bool, err error) {
	it, err := r.get(ctx, key)
	if err != nil {
		return rec, false, wrap("read the record of", key, err)
	}
	found, err := decode(it)
	if err != nil || found == nil {
		return rec, false, wrap("read the record of", key, err)
	}
	return *found, true, nil
}

// Payload returns the body that is kept beside an event's record, or [ledger.ErrNoPayload].
func (r *Reader) Payload(ctx context.Context, key string) ([]byte, error) {
	it, err := r.get(ctx, payloadPrefix+key)
	if err != nil {
		return nil, wrap("read the payload of", key, err)
	}
	compressed, ok := it[attrGzip].(*types.AttributeValueMemberB)
	if !ok {
		return nil, wrap("read the payload of", key, ledger.ErrNoPayload)
	}
	body, err := decompress(compressed.Value)
	return body, wrap("read the payload of", key, err)
}

func (r *Reader) get(ctx context.Context, key string) (item, error) {
	out, err := r.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &r.table, Key: item{attrKey: text(key)}, ConsistentRead: new(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// maxBody is more than any body that ingest takes: 6 MiB.
const maxBody = 8 << 20

// errTooLong says that an item is larger than any webhook.
var errTooLong = errors.New("what is kept is larger than any webhook; it was not written by process")

// decompress bounds the memory that it uses, whatever the table holds.
func decompress(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err == nil && len(body) > maxBody {
		return nil, errTooLong
	}
	return body, err
}
