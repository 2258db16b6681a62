package webhook_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

// RFC 4231, test case 2.
func TestMACKnownAnswer(t *testing.T) {
	t.Parallel()
	const want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	secret := webhook.NewSecret("Jefe")
	for _, parts := range [][][]byte{
		{[]byte("what do ya want for nothing?")},
		{[]byte("what do ya "), nil, []byte("want for nothing?")},
	} {
		if got := hex.EncodeToString(webhook.MAC(secret, parts...)); got != want {
			t.Errorf("MAC of %d parts = %s, want %s", len(parts), got, want)
		}
	}
}

func TestMatchMAC(t *testing.T) {
	t.Parallel()
	body := []byte("body")
	a, b, c := webhook.NewSecret("a"), webhook.NewSecret("b"), webhook.NewSecret("c")
	sign := func(s webhook.Secret) []byte { return webhook.MAC(s, body) }
	wrong := func(n int) [][]byte {
		list := make([][]byte, n)
		for i := range list {
			list[i] = sign(c)
		}
		return list
	}
	for _, tt := range []struct {
		name       string
		secrets    []webhook.Secret
		signatures [][]byte
		secret     int
		ok         bool
	}{
		{"only one", []webhook.Secret{a}, [][]byte{sign(a)}, 0, true},
		{"second secret", []webhook.Secret{a, b}, [][]byte{sign(b)}, 1, true},
		{"second signature", []webhook.Secret{a, b}, [][]byte{sign(c), sign(b)}, 1, true},
		{"first secret that matches", []webhook.Secret{a, b}, [][]byte{sign(b), sign(a)}, 0, true},
		{"tenth signature", []webhook.Secret{a}, append(wrong(9), sign(a)), 0, true},
		{"eleventh signature", []webhook.Secret{a}, append(wrong(10), sign(a)), 0, false},
		{"another secret", []webhook.Secret{a, b}, [][]byte{sign(c)}, 0, false},
		{"truncated", []webhook.Secret{a}, [][]byte{sign(a)[:31]}, 0, false},
		{"longer", []webhook.Secret{a}, [][]byte{append(sign(a), 0)}, 0, false},
		{"empty signature", []webhook.Secret{a}, [][]byte{{}}, 0, false},
		{"no signature", []webhook.Secret{a}, nil, 0, false},
		{"no secret", nil, [][]byte{sign(a)}, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			secret, ok := webhook.MatchMAC(tt.secrets, tt.signatures, body)
			if secret != tt.secret || ok != tt.ok {
				t.Errorf("MatchMAC = %d, %v, want %d, %v", secret, ok, tt.secret, tt.ok)
			}
		})
	}
}

func TestParseSignatures(t *testing.T) {
	t.Parallel()
	mac := strings.Repeat("ab", webhook.MACLen)
	many := strings.Repeat(mac+",", 10) + "not hex"
	for _, tt := range []struct {
		name  string
		lines []string
		count int
		want  error
	}{
		{"one", []string{mac}, 1, nil},
		{"two lines", []string{mac, " " + mac + "\t"}, 2, nil},
		{"joined lines", []string{mac + ", " + mac}, 2, nil},
		{"eleventh ignored", []string{many}, 10, nil},
		{"none", nil, 0, webhook.ErrSignatureMissing},
		{"empty", []string{""}, 0, webhook.ErrSignatureMalformed},
		{"too short", []string{mac[2:]}, 0, webhook.ErrSignatureMalformed},
		{"not decoded", []string{mac + ",x"}, 0, webhook.ErrSignatureMalformed},
	} {
		got, err := webhook.ParseSignatures(tt.lines, hex.DecodeString)
		if len(got) != tt.count || !errors.Is(err, tt.want) {
			t.Errorf("%s: %d signatures, %v; want %d, %v", tt.name, len(got), err, tt.count, tt.want)
		}
	}
}
