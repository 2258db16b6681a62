package types

import (
	"encoding/json"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
)

func TestTypesTable(t *testing.T) {
	t.Parallel()
	out, err := clitest.Call{Commands: commands, Args: []string{"types"}}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clitest.Golden(t, "types.golden", out)
}

func TestTypesJSON(t *testing.T) {
	t.Parallel()
	out, err := clitest.Call{Commands: commands, Args: []string{"types", "--json"}}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clitest.Golden(t, "types.json", out)
	var list []view
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, one := range list {
		listed[one.Sample] = true
		if s, err := dialect.Find(one.Sample); err != nil || s.Type != one.Type {
			t.Errorf("type %s names sample %q: %v", one.Type, one.Sample, err)
		}
	}
	// What can be sent, and what can be handled, is listed.
	want := dialect.Names()
	for _, one := range dialect.Types() {
		want = append(want, dialect.NameOf(one))
	}
	for _, name := range want {
		if !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}
