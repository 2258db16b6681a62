package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// Payloads returns what is kept of the bodies of the keys' events. A key of which nothing is
// kept is not in the result. It costs one read unit for each 4 KB that is kept of a body.
func (r *Reader) Payloads(ctx context.Context, keys []string) (map[string]ledger.Kept, error) {
	named := make([]string, len(keys))
	for i, key := range keys {
		named[i] = payloadPrefix + key
	}
	kept := map[string]ledger.Kept{}
	err := r.getAll(ctx, named, func(it item) (err error) {
		key := strings.TrimPrefix((&decoder{it: it}).text(attrKey), payloadPrefix)
		compressed, ok := it[attrGzip].(*types.AttributeValueMemberB)
		if !ok {
			kept[key] = ledger.Kept{Omitted: true}
			return nil
		}
		body, err := decompress(compressed.Value)
		kept[key] = ledger.Kept{Body: body}
		return wrap("read the payload of", key, err)
	})
	if err != nil {
		return nil, wrap("read payloads in", r.table, err)
	}
	return kept, nil
}
