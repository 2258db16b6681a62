package operatetest

import (
	"fmt"

	"webhookintake/shared/ledger"
)

func payloads(b *bench) {
	want := map[string]ledger.Kept{}
	keys := []string{"kyc#none"}
	for n := range 130 { // more than one request to DynamoDB takes
		key := fmt.Sprint("kyc#", n)
		var body []byte
		if n%10 > 0 {
			body = fmt.Appendf(nil, "body %d", n)
			want[key] = ledger.Kept{Body: body}
		}
		keys = append(keys, key)
		b.claim(key, "t", 0, body)
	}
	got, err := b.ledger.Payloads(b.Context(), keys)
	if err != nil {
		b.Fatal(err)
	}
	b.equal("payloads", got, want)
}
