package template

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// SAM passes to a local container only the variables that the template declares, so the
// template declares each variable that events/env.json sets, and none that the program does
// not read or that would show a secret to people who may read the function's configuration.
func TestVariables(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	var local map[string]map[string]string
	text, err := os.ReadFile(root + "events/env.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &local); err != nil {
		t.Fatal(err)
	}
	secret := regexp.MustCompile(`TOKEN|PASSWORD|WEBHOOK|KEY$|SECRET$`)
	for function, dir := range map[string]string{"Ingest": "functions/ingest", "Process": "functions/process", "UpkeepFunction": "functions/upkeep"} {
		declared := x.names("Resources", function, "Properties", "Environment", "Variables")
		read := uppercaseTexts(t, dir, "shared/environment", "shared/source")
		for _, name := range declared {
			if !read[name] {
				t.Errorf("template.yaml: %s has the variable %s, which its program does not read", function, name)
			}
			if secret.MatchString(name) {
				t.Errorf("template.yaml: %s has the variable %s: what is secret belongs into Secrets Manager", function, name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(local[function])) {
			if !slices.Contains(declared, name) {
				t.Errorf("events/env.json: %s is not declared for %s, so sam local leaves it out", name, function)
			}
		}
		if !slices.Contains(declared, "AWS_ENDPOINT_URL") {
			t.Errorf("template.yaml: %s does not declare AWS_ENDPOINT_URL", function)
		}
	}
}

// uppercaseTexts returns the texts in the code below the folders that may name a variable.
func uppercaseTexts(t *testing.T, dirs ...string) map[string]bool {
	t.Helper()
	names := regexp.MustCompile(`"([A-Z][A-Z0-9_]+)"`)
	all := map[string]bool{}
	for _, dir := range dirs {
		err := filepath.WalkDir(root+dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range names.FindAllSubmatch(text, -1) {
				all[string(found[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
