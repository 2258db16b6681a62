package kyc

import (
	"encoding/json"
	"errors"
	"math"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// An Error says why a call of a [Client] failed. A handler can return it as it is: its
// method Retry says whether another attempt can succeed. The clients of all providers
// share the type. Its fields:
//
//   - Provider is "kyc".
//   - Op is the call, as "get watchlist".
//   - Status is the HTTP status, or 0 if no answer came.
//   - Code is the provider's code, as "rate_limited"; it is often empty.
//   - Message is the provider's sentence. It may quote what was sent, so it is not in the
//     text of the error.
//   - Err says what happened instead of an answer, or what is wrong with it.
type Error = rest.Error

// explain reads {"error", "message", "retry_after"}. The provider gives the wait in the
// body, in seconds.
func explain(e *Error, body, _ []byte) time.Duration {
	o, _ := webhook.ParseObject(body) // a proxy's page is not an object, and has nothing to add
	e.Code = rest.Code(o.Get("error"))
	_ = json.Unmarshal(o.Get("message"), &e.Message) // it stays empty on an error
	var seconds float64
	if json.Unmarshal(o.Get("retry_after"), &seconds) != nil || !(seconds > 0) {
		return 0
	}
	return time.Duration(math.Ceil(min(seconds, math.MaxInt32))) * time.Second
}

// withoutValue is what encoding/json found wrong, without the value, which its errors
// quote.
func withoutValue(err error) error {
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &webhook.FieldError{Field: bad.Field, Problem: "want " + bad.Type.String()}
	}
	if bad, ok := errors.AsType[*webhook.FieldError](err); ok {
		return bad
	}
	return errors.New("the answer does not fit its type")
}
