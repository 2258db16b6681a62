package dynamo

import (
	"bytes"
	"compress/gzip"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// The attributes of a payload's item: the payload itself, or a mark that it is omitted.
const (
	payloadPrefix = "payload#"
	attrGzip      = "gzip"    // binary
	attrOmitted   = "omitted" // true, if the payload is too large even compressed
)

// maxPayload is how large a payload may be when compressed. DynamoDB's limit for an
// item is 400 KB.
const maxPayload = 256 << 10

// putPayload writes r's payload beside the record, to expire with it at the latest.
func (s *Store) putPayload(ctx context.Context, r ledger.Request, c ledger.Claim) error {
	expires := ledger.Expiry(c.DedupUntil, r.At, s.keep)
	if earlier := r.At.Add(s.keepPayload); s.keepPayload > 0 && earlier.Before(expires) {
		expires = earlier
	}
	it := item{attrKey: text(payloadPrefix + r.Key), attrExpires: number(expires.Unix())}
	compressed, err := compress(r.Payload)
	switch {
	case err != nil:
		return err
	case len(compressed) > maxPayload:
		it[attrOmitted] = &types.AttributeValueMemberBOOL{Value: true}
	default:
		it[attrGzip] = &types.AttributeValueMemberB{Value: compressed}
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it})
	return err
}

func compress(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
