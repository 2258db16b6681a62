package dynamo

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// lines reads an item from text: each line is an attribute's name, its type (S, N, B or SS)
// and its value, the values of a set parted by commas.
func lines(text string) item {
	it := item{}
	for line := range strings.Lines(text) {
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
		if len(part) < 3 {
			continue
		}
		switch part[1] {
		case "S":
			it[part[0]] = &types.AttributeValueMemberS{Value: part[2]}
		case "N":
			it[part[0]] = &types.AttributeValueMemberN{Value: part[2]}
		case "B":
			it[part[0]] = &types.AttributeValueMemberB{Value: []byte(part[2])}
		case "SS":
			it[part[0]] = &types.AttributeValueMemberSS{Value: strings.Split(part[2], ",")}
		}
	}
	return it
}

// FuzzDecode reads items that anybody may have written to the table: each is a record or an
// error, and a record is written as it was read.
func FuzzDecode(f *testing.F) {
	f.Add("state S CLAIMED\nowner S o\nfence N 7\nlease N 1790000000000\nattempts N 2\nruns N 3\nexp N 1800000000")
	f.Add("state S FAILED\ndone SS a,b\nstarted SS c\nidentity S key\nsecret N 0\nreason S permanent\nopen N 15\nsince N 1\nkind S c: x")
	f.Add("state S RELEASED\ntries S [[1,2,\"failed\",\"h\",\"text\"]]\nresults S {\"a\":1}\nnot_before N -1\nexp N 99999999999999")
	f.Add("state N 1\nfence S x\ndone S a\nexp B x")
	f.Add("state S COMPLETED\nlease N 9223372036854775807\nexp N -9223372036854775808\nfence N 1e3")
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := decode(lines(text))
		if err != nil || rec == nil {
			return
		}
		written := encode("a#1", *rec)
		again, err := decode(written)
		if err != nil {
			t.Fatalf("the record %+v is written so that it cannot be read: %v", rec, err)
		}
		if rewritten := encode("a#1", *again); !reflect.DeepEqual(written, rewritten) {
			t.Errorf("written as %v, then as %v", written, rewritten)
		}
	})
}
