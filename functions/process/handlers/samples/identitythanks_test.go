package samples

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
)

func verified(metadata string) hook.Event[contiguity.VerificationSession] {
	return hooktest.Event(contiguity.VerificationSessionVerified,
		contiguity.VerificationSession{ID: "vs_1", Metadata: json.RawMessage(metadata)})
}

func TestIdentityThanks(t *testing.T) {
	out := logged(t)
	api := newService(t, http.StatusOK, sent)
	thanks := identityThanks{client: api.contiguity(t), text: "Thanks."}
	if err := thanks.handle(t.Context(), verified(`{"phone":"`+person+`"}`)); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, api, `POST /send/text {"to":"`+person+`","message":"Thanks."}`)
	wantSecret(t, out.String())
}

// Without a number the event must not pass for handled, nor be tried again for hours.
func TestIdentityThanksWithoutNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, metadata string }{
		{"no metadata", `null`},
		{"no number in it", `{"email":"a@b.example"}`},
		{"no object", `"+15005550001"`},
		{"of another kind", `{"phone":15005550001}`},
		{"not written with a plus", `{"phone":"15005550001"}`},
		{"spaces in it", `{"phone":"+1 500 555 0001"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := newService(t, http.StatusOK, sent)
			err := identityThanks{client: api.contiguity(t), text: "Thanks."}.handle(t.Context(), verified(tt.metadata))
			if !errors.Is(err, errNoPhone) || !hook.Hint(err).Permanent {
				t.Errorf("handle = %v, want a permanent %v", err, errNoPhone)
			}
			wantCalls(t, api)
		})
	}
}

// e164 says the same as isPhone, in another way.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Whatever the metadata holds, what comes out is a number or the one reason.
func FuzzPhoneIn(f *testing.F) {
	for _, seed := range []string{`{"phone":"+15005550001"}`, `{"phone":"1"}`, `{"phone":null}`, `[]`, ``, `{"Phone":"+15005550001\n"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, metadata []byte) {
		number, err := phoneIn(metadata)
		if err == nil && !e164.MatchString(number) || err != nil && (number != "" || !errors.Is(err, errNoPhone)) {
			t.Errorf("phoneIn = %q, %v", number, err)
		}
	})
}
