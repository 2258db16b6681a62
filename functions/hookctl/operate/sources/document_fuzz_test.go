package sources_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
)

// FuzzEdit edits one source of any document, and wants a document in which every other source
// has the same text.
func FuzzEdit(f *testing.F) {
	for _, text := range []string{
		mine, `{}`, `{"kyc": {}}`, `{"kyc": {"secrets": ["a"]}, "kyc": {"secrets": ["b"]}}`, `{"a<b": null, "kyc": {"x": {"y": [1, 2]}}}`,
		`{"kyc": {"secrets": [""], "secrets": ["b", "c"]}}`, `[]`, `{"\ud800": 1}`, "{\"\x7f\": 0.10}",
	} {
		f.Add(text, "new-secret")
	}
	f.Fuzz(func(t *testing.T, text, newSecret string) {
		before, err := sources.ReadDocument([]byte(text))
		if err != nil {
			if _, valid := source.Parse([]byte(text), source.ParseOptions{}); valid == nil {
				t.Fatalf("a valid document cannot be read: %v", err)
			}
			return
		}
		if again := read(t, string(before.Text())); !bytes.Equal(again.Text(), before.Text()) {
			t.Fatalf("reading again gives\n%s\nnot\n%s", again.Text(), before.Text())
		}
		_, faults := source.Parse([]byte(text), source.ParseOptions{})
		if _, kept := before.Validate(); (faults == nil) != (kept == nil) {
			t.Fatalf("valid before: %v, after: %v", faults, kept)
		}
		after, err := before.Rotate("kyc", secret(newSecret))
		if err != nil {
			return
		}
		if got := after.Entry("kyc").Secrets; len(got) == 0 || got[0].Reveal() != newSecret || len(got) > 2 {
			t.Fatalf("%d secrets, the first of which is not the new one", len(got))
		}
		if !json.Valid(after.Text()) {
			t.Fatalf("the result is not JSON:\n%s", after.Text())
		}
		was, _ := before.Remove("kyc")
		is, _ := after.Remove("kyc")
		if !bytes.Equal(was.Text(), is.Text()) {
			t.Fatalf("the other sources were\n%s\nand are now\n%s", was.Text(), is.Text())
		}
	})
}
