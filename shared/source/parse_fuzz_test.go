package source_test

import (
	"encoding/json"
	"strings"
	"testing"

	"webhookintake/shared/source"
)

// marker stands for a secret in the fuzzed documents: long enough that no error has it
// by chance.
const marker = "zq9-s3cr3t-zq9"

// FuzzParse puts the marker between two parts of a document: no error shows it, unless it
// is a name there, and accepted sources are complete.
func FuzzParse(f *testing.F) {
	f.Add(`{"plain": {"secrets": ["`, `"]}}`)
	f.Add(`{"plain": {"secrets": ["a"], "provider": "`, `"}}`)
	f.Add(`{"timed": {"secrets": ["a", "`, `"], "tolerance_s": -1, "key": ["/id"]}}`)
	f.Add(`{"plain": {"secrets": "`, `", "secrets": [null, 1, {}]}, "plain": 1}`)
	f.Add(`{"plain": {"secrets": ["`, ``)
	f.Add(`{"plain": {"secrets": [`, `]}}`)
	f.Add(`{"`, `": {"secrets": ["sample-only"]}}`)
	f.Add(``, `{}{}`)
	f.Fuzz(func(t *testing.T, before, after string) {
		doc := before + marker + after
		set, err := source.Parse([]byte(doc), options())
		if err != nil {
			if strings.Contains(err.Error(), marker) && !inName(doc) {
				t.Errorf("the error shows a value: %v", err)
			}
			return
		}
		for name, s := range set {
			if s.Name != name || s.Provider == nil || s.Verifier == nil || len(s.Settings.Secrets) == 0 {
				t.Errorf("source %q was taken incomplete: %+v", name, s)
			}
			for _, secret := range s.Settings.Secrets {
				if secret.IsEmpty() || secret.IsSample() {
					t.Errorf("source %q was taken with an empty or a sample secret", name)
				}
			}
		}
	})
}

// inName reports whether the marker is in the name of a member. A document that is not JSON
// has no names.
func inName(doc string) bool {
	if !json.Valid([]byte(doc)) {
		return false
	}
	d := json.NewDecoder(strings.NewReader(doc))
	var objects []bool // whether each open bracket is an object's
	name := false      // whether the next string of the innermost object is a name
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			objects = append(objects, token == json.Delim('{'))
			name = true
			continue
		case json.Delim('}'), json.Delim(']'):
			objects = objects[:len(objects)-1]
			name = true
			continue
		}
		inObject := len(objects) > 0 && objects[len(objects)-1]
		if text, ok := token.(string); ok && inObject && name && strings.Contains(text, marker) {
			return true
		}
		name = !inObject || !name
	}
}
