package main

import (
	"encoding/json"
	"testing"

	"webhookintake/functions/hookctl/sample"
)

func TestTypesTable(t *testing.T) {
	t.Parallel()
	out, err := call{args: []string{"types"}}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "types.golden", out)
}

func TestTypesJSON(t *testing.T) {
	t.Parallel()
	out, err := call{args: []string{"types", "--json"}}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "types.json", out)
	var list []typeJSON
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if s, err := sample.Find(one.Sample); err != nil || s.Type != one.Type {
			t.Errorf("type %s names sample %q: %v", one.Type, one.Sample, err)
		}
	}
}
