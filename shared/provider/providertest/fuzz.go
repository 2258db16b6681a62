package providertest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/webhook"
)

// fuzzSecret is a sample secret, with which events of any age are accepted.
var fuzzSecret = webhook.NewSecret("fuzz-sample-only-secret")

// Fuzz is the body of a fuzz target. Its property is: for any body and time, Verify accepts
// the request that Sign makes, or finds its body unusable, but never finds it unsigned. If
// one signed byte differs, or one byte of the token, it refuses the request as unsigned.
// Nothing panics. Bodies are additional seeds.
func Fuzz(f *testing.F, c Case, bodies ...string) {
	v, err := c.Provider.Configure(c.settings(fuzzSecret))
	if err != nil {
		f.Fatal(err)
	}
	seeds := append([]string{string(c.Body)}, notObjects()[:17]...)
	for i, body := range append(seeds, bodies...) {
		f.Add([]byte(body), At.Unix(), uint(i*37), byte(1<<(i%8)), c.value(foreign, c.Body))
	}
	for _, at := range []int64{0, 1, -1, 1e12, 1<<63 - 1, -1 << 63} {
		f.Add(c.Body, at, uint(3), byte(0xFF), "t=-1,v1=00,sha256=zz")
	}
	f.Add([]byte("0"), At.Unix(), uint(2), byte(0x0C), "") // changes the comma of a header that begins with "v1," to a space
	f.Fuzz(func(t *testing.T, body []byte, unix int64, position uint, flip byte, header string) {
		at := time.Unix(max(unix, 0)%1e12, 0)
		r := c.Provider.Sign(c.settings(fuzzSecret), "", body, at)
		verifySigned(t, v, r)
		if flip == 0 {
			return
		}
		if c.Token != "" {
			right := r.Query.Get(c.Token)
			verifyToken(t, v, c.withToken(r, string(flipped([]byte(right), position, flip))), right)
			verifyToken(t, v, c.withToken(r, header), right)
			return
		}
		if len(body) > 0 {
			changed := r
			changed.Body = flipped(body, position, flip)
			unsigned(t, v, changed)
		}
		for _, name := range append([]string{c.Header}, c.Signed...) {
			value := r.Header.Get(name)
			verifyHeader(t, v, r, name, value, string(flipped([]byte(value), position, flip)))
		}
		verifyHeader(t, v, r, c.Header, r.Header.Get(c.Header), header)
	})
}

// verifySigned fails t unless v accepts r or finds its body unusable.
func verifySigned(t *testing.T, v webhook.Verifier, r webhook.Request) {
	t.Helper()
	got, err := v.Verify(r)
	if err != nil {
		if !isOneOf(err, webhook.ErrMalformedBody, webhook.ErrMissingID, webhook.ErrInvalidID,
			webhook.ErrMissingType, webhook.ErrInvalidType) {
			t.Fatalf("signed but refused: %v", err)
		}
		return
	}
	if !webhook.ValidName(got.ID) || !webhook.ValidName(got.Type) {
		t.Fatalf("accepted with id %q and type %q", got.ID, got.Type)
	}
	if got.Data != nil && !json.Valid(got.Data) {
		t.Fatal("accepted with data that is not JSON")
	}
}

// verifyHeader fails t unless v refuses r with another value of the named header. Hex
// means the same in either case.
func verifyHeader(t *testing.T, v webhook.Verifier, r webhook.Request, name, right, value string) {
	t.Helper()
	if strings.EqualFold(value, right) {
		return
	}
	r.Header = r.Header.Clone()
	r.Header.Set(name, value)
	unsigned(t, v, r)
}

// verifyToken fails t unless v refuses r, whose token differs from the right one.
func verifyToken(t *testing.T, v webhook.Verifier, r webhook.Request, right string) {
	t.Helper()
	for _, values := range r.Query {
		if len(values) == 1 && values[0] == right {
			return
		}
	}
	unsigned(t, v, r)
}

// unsigned fails t unless v refuses r because of its signature.
func unsigned(t *testing.T, v webhook.Verifier, r webhook.Request) {
	t.Helper()
	_, err := v.Verify(r)
	if !isOneOf(err, webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch) {
		t.Fatalf("one signed byte differs: Verify = %v", err)
	}
}

func isOneOf(err error, codes ...webhook.Code) bool {
	for _, code := range codes {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// flipped returns a copy of data with some bits of one byte flipped.
func flipped(data []byte, position uint, flip byte) []byte {
	changed := append([]byte(nil), data...)
	changed[position%uint(len(changed))] ^= flip
	return changed
}
