package sources_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

// mine is a document as a person may write it. What is not edited stays as it is, to the
// space.
const mine = `{ "kyc": {"signed":"body",  "secrets" : ["kyc-secret-a"]},
  "contiguity":
     {"secrets": ["whsec_aa", "whsec_bb", "whsec_\u00e9\u00e9"], "tolerance_s": 600} }`

const (
	mineKYC        = `  "kyc": {"signed":"body",  "secrets" : ["kyc-secret-a"]}`
	mineContiguity = `  "contiguity": {"secrets": ["whsec_aa", "whsec_bb", "whsec_\u00e9\u00e9"], "tolerance_s": 600}`
)

func set(field, value string) []sources.Setting {
	return []sources.Setting{{Field: field, Value: json.RawMessage(value)}}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(sources.Document) (sources.Document, error)
		want   []string // the sources, each a line; nil means that it is as before
		err    error
	}{
		{name: "set adds", want: []string{mineKYC, mineContiguity, `  "eu": {"provider": "contiguity", "secrets": ["whsec_a<&>"]}`},
			change: func(d sources.Document) (sources.Document, error) {
				return d.Set("eu", sources.Edit{Secret: secret("whsec_a<&>"), Provider: new("contiguity")})
			}},
		{name: "set replaces all secrets", want: []string{mineKYC, `  "contiguity": {"secrets": ["whsec_cc"], "tolerance_s": 600}`},
			change: func(d sources.Document) (sources.Document, error) {
				return d.Set("contiguity", sources.Edit{Secret: secret("whsec_cc")})
			}},
		{name: "set a setting alone", want: []string{`  "kyc": {"signed": "either", "secrets": ["kyc-secret-a"]}`, mineContiguity},
			change: func(d sources.Document) (sources.Document, error) {
				return d.Set("kyc", sources.Edit{Settings: set(webhook.FieldSigned, `"either"`)})
			}},
		{name: "set removes a setting", want: []string{`  "kyc": {"secrets": ["kyc-secret-a"]}`, mineContiguity},
			change: func(d sources.Document) (sources.Document, error) {
				return d.Set("kyc", sources.Edit{Settings: []sources.Setting{{Field: webhook.FieldSigned}}})
			}},
		{name: "set the provider of that name", want: []string{mineKYC, mineContiguity, `  "standard": {"secrets": ["whsec_c2VjcmV0"]}`},
			change: func(d sources.Document) (sources.Document, error) {
				return d.Set("standard", sources.Edit{Secret: secret("whsec_c2VjcmV0"), Provider: new("standard")})
			}},
		{name: "new without a secret", err: sources.ErrNeedsSecret, change: func(d sources.Document) (sources.Document, error) {
			return d.Set("eu", sources.Edit{Provider: new("contiguity")})
		}},
		{name: "rotate", want: []string{mineKYC, `  "contiguity": {"secrets": ["whsec_new","whsec_aa"], "tolerance_s": 600}`}, change: func(d sources.Document) (sources.Document, error) {
			return d.Rotate("contiguity", secret("whsec_new"))
		}},
		{name: "rotate to the first", err: sources.ErrSameSecret, change: func(d sources.Document) (sources.Document, error) {
			return d.Rotate("kyc", secret("kyc-secret-a"))
		}},
		{name: "rotate back to an older one", err: sources.ErrSameSecret, change: func(d sources.Document) (sources.Document, error) {
			return d.Rotate("contiguity", secret("whsec_éé"))
		}},
		{name: "rotate what is not there", err: sources.ErrUnknownSource, change: func(d sources.Document) (sources.Document, error) {
			return d.Rotate("eu", secret("whsec_new"))
		}},
		{name: "finish", want: []string{mineKYC, `  "contiguity": {"secrets": ["whsec_aa"], "tolerance_s": 600}`}, change: func(d sources.Document) (sources.Document, error) {
			return d.Finish("contiguity")
		}},
		{name: "finish with one", change: func(d sources.Document) (sources.Document, error) { return d.Finish("kyc") }},
		{name: "finish what is not there", err: sources.ErrUnknownSource, change: func(d sources.Document) (sources.Document, error) {
			return d.Finish("eu")
		}},
		{name: "remove", want: []string{mineContiguity}, change: func(d sources.Document) (sources.Document, error) { return d.Remove("kyc") }},
		{name: "remove what is not there", err: sources.ErrUnknownSource, change: func(d sources.Document) (sources.Document, error) {
			return d.Remove("eu")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before := read(t, mine)
			after, err := tt.change(before)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error = %v, want %v", err, tt.err)
			}
			if tt.want == nil {
				tt.want = []string{mineKYC, mineContiguity}
			}
			if got, want := string(after.Text()), "{\n"+strings.Join(tt.want, ",\n")+"\n}\n"; got != want {
				t.Errorf("the document is\n%swant\n%s", got, want)
			}
			if got := string(before.Text()); got != "{\n"+mineKYC+",\n"+mineContiguity+"\n}\n" {
				t.Errorf("what it was made from changed:\n%s", got)
			}
			if _, err := after.Validate(); err != nil {
				t.Errorf("it is not valid: %v", err)
			}
		})
	}
}

// TestBadSecrets wants bad secrets refused by every change, and not quoted.
func TestBadSecrets(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not UTF-8": "hunter2\xff", "two lines": "hunter2\nhunter3", "terminal codes": "hunter2\x1b[A", "a tab": "hunter2\t",
	} {
		d := read(t, mine)
		_, rotated := d.Rotate("kyc", secret(text))
		_, added := d.Set("eu", sources.Edit{Secret: secret(text)})
		for _, err := range []error{rotated, added} {
			if !errors.Is(err, sources.ErrBadSecret) || strings.Contains(err.Error(), "hunter") {
				t.Errorf("%s: %v, want %v", name, err, sources.ErrBadSecret)
			}
		}
	}
	if _, err := read(t, mine).Rotate("kyc", webhook.Secret{}); !errors.Is(err, sources.ErrBadSecret) {
		t.Errorf("an empty one: %v", err)
	}
}

// TestUnreadableEntries wants entries refused that an edit would damage.
func TestUnreadableEntries(t *testing.T) {
	t.Parallel()
	d := read(t, `{"kyc": ["hunter2"], "contiguity": {"secrets": "hunter2"}}`)
	_, set := d.Set("kyc", sources.Edit{Secret: secret("new-secret")})
	_, rotated := d.Rotate("contiguity", secret("new-secret"))
	for _, err := range []error{set, rotated} {
		if !errors.Is(err, sources.ErrUnreadable) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error = %v, want %v", err, sources.ErrUnreadable)
		}
	}
	if mended, err := d.Set("contiguity", sources.Edit{Secret: secret("whsec_new")}); err != nil || len(mended.Entry("contiguity").Secrets) != 1 {
		t.Errorf("set again: %v", err)
	}
}

func TestReadDocument(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"kyc": {"secrets": ["hunter2"]`: "sources: not one JSON document: look at line 1, character 31",
		`["hunter2"]`:                     `sources: want a JSON object, as {"name": …}`,
		`{} hunter2`:                      "sources: not one JSON document: look at line 1, character 4",
		"{\"kyc\": {\"secrets\": [\"\xff": "sources: not valid UTF-8; save the document as UTF-8",
		"{\"kyc\": {\"x\": \"\xff\"}}":    "sources: not valid UTF-8; save the document as UTF-8",
		``:                                "sources: not one JSON document: look at line 1, character 1",
	} {
		if _, err := sources.ReadDocument([]byte(text)); errorText(err) != want {
			t.Errorf("of %q: %v, want %s", text, err, want)
		}
	}
	if got := string(read(t, " {} ").Text()); got != "{}" {
		t.Errorf("the empty document is %q", got)
	}
}
