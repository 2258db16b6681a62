package compliancely

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// An Error says why a call of a [Client] failed. A handler can return it as it is: its
// method Retry says whether another attempt can succeed. The clients of all providers
// share the type. Its fields:
//
//   - Provider is "compliancely".
//   - Op is the call, as "submit TIN match".
//   - Status is the HTTP status, or 0 if no answer came.
//   - Code is the provider's code, as "credit_message"; it is often empty.
//   - Fields are the names of the fields that the provider rejects.
//   - Message is the provider's sentence. It may quote what was sent, so it is not in the
//     text of the error.
//   - Err says what happened instead of an answer, or what is wrong with it.
type Error = rest.Error

// maxFields is the number of names that an Error lists.
const maxFields = 10

// explain reads the documented forms: {"detail"}, {"code", "message"},
// {"errors": [{"code", "message"}]} and, of version 1, {"<field>": ["…"]}.
func explain(e *Error, body, _ []byte) time.Duration {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return 0 // a proxy's page, which has nothing to add
	}
	e.Code = rest.Code(o.Get("code"))
	for _, name := range []string{"detail", "message"} {
		if e.Message == "" {
			_ = json.Unmarshal(o.Get(name), &e.Message) // it stays empty on an error
		}
	}
	var listed []struct {
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(o.Get("errors"), &listed) == nil && len(listed) > 0 {
		if code := rest.Code(listed[0].Code); code != "" {
			e.Code = code
		}
		e.Message = listed[0].Message
		return 0
	}
	fields := maps.Collect(o.All())
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name][0] == '[' && rest.IsWord(name) && len(e.Fields) < maxFields {
			e.Fields = append(e.Fields, name)
		}
	}
	return 0
}
