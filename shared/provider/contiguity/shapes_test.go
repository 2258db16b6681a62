package contiguity_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// The list of what the provider documents is drawn from the OpenAPI file of its webhooks
// (format v2). To update it from a newer file, and see what changed:
//
//	go test ./shared/provider/contiguity -run TestShapes -openapi FILE; git diff
var openapi = flag.String("openapi", "", "write testdata/shapes.txt from this `FILE`")

const shapesFile = "testdata/shapes.txt"

// A shape is one documented field: of which event, where, and of what kind.
type shape struct {
	event string // wire name of the type
	path  string // "body.html", "attachments[].url"
	kind  string // as the cases of example; "open" is an object of any fields
}

// decoders decode the payload of each documented type, and encode it again.
func decoders() map[string]func(body []byte) ([]byte, error) {
	return map[string]func([]byte) ([]byte, error){
		"text.incoming.sms":       recode(contiguity.TextIncomingSMS),
		"text.incoming.mms":       recode(contiguity.TextIncomingMMS),
		"text.delivery.confirmed": recode(contiguity.TextDeliveryConfirmed),
		"text.delivery.failed":    recode(contiguity.TextDeliveryFailed),
		"imessage.incoming":       recode(contiguity.IMessageIncoming),
		"numbers.substitution":    recode(contiguity.NumbersSubstitution),
		"otp.reverse.verified":    recode(contiguity.OTPReverseVerified),
		"email.incoming":          recode(contiguity.EmailIncoming),
	}
}

func recode[T any](typ webhook.Type[T]) func([]byte) ([]byte, error) {
	return func(body []byte) ([]byte, error) {
		data, _, err := typ.Decode(body)
		if err != nil {
			return nil, err
		}
		return json.Marshal(data)
	}
}

// TestShapes holds the Go types against the list: every documented field is read into a
// field of its name, no field is there that nothing documents, and a value of another
// kind is refused and not lost.
func TestShapes(t *testing.T) {
	t.Parallel()
	if *openapi != "" {
		drawShapes(t, *openapi)
	}
	byEvent := readShapes(t)
	for event, shapes := range byEvent {
		decode := decoders()[event]
		if decode == nil {
			t.Errorf("%s is documented: give it a type, and a line in decoders", event)
			continue
		}
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			want := payload(shapes, "", "")
			got, err := decode(asEvent(t, event, want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(generic(t, want), generic(t, got)); diff != "" {
				t.Errorf("documented, and read and written again (-documented +read):\n%s", diff)
			}
			for _, s := range shapes {
				wrong := payload(shapes, "", s.path)
				if _, err := decode(asEvent(t, event, wrong)); !errors.Is(err, webhook.ErrPayload) {
					t.Errorf("%s is true and no %s: Decode = %v, want %v", s.path, s.kind, err, webhook.ErrPayload)
				}
			}
		})
	}
	for event := range decoders() {
		if byEvent[event] == nil {
			t.Errorf("%s is documented no longer: if accounts may still send it, move it out of decoders", event)
		}
	}
}

// payload builds an example of the object at a path: every field has a value of its
// kind, but the one at the path wrong, which is true.
func payload(shapes []shape, at, wrong string) []byte {
	var members []string
	for _, s := range shapes {
		name, within := strings.CutPrefix(s.path, at)
		if !within || strings.Contains(name, ".") {
			continue
		}
		members = append(members, fmt.Sprintf("%q:%s", name, s.example(shapes, wrong)))
	}
	return []byte("{" + strings.Join(members, ",") + "}")
}

func (s shape) example(shapes []shape, wrong string) string {
	if s.path == wrong {
		return "true"
	}
	switch text := fmt.Sprintf("%q", "the "+s.path); s.kind {
	case "string":
		return text
	case "array of string":
		return "[" + text + "]"
	case "integer":
		return fmt.Sprint(1000 + len(s.path))
	case "object":
		return string(payload(shapes, s.path+".", wrong))
	case "array of object":
		return "[" + string(payload(shapes, s.path+"[].", wrong)) + "]"
	case "open":
		return `{"x":[1]}`
	}
	return "no example of " + s.kind
}

func asEvent(t *testing.T, typ string, data []byte) []byte {
	t.Helper()
	if !json.Valid(data) {
		t.Fatalf("the example of %s is no JSON: %s", typ, data)
	}
	return event(typ, string(data))
}

func generic(t *testing.T, text []byte) (value any) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}
