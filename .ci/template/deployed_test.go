package template

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A stack is what CloudFormation would make from template.yaml for one set of parameters:
// SAM's resources are expanded, and conditions and parameters are evaluated.
type stack struct {
	name       string
	Parameters map[string]string
	Template   struct{ Resources map[string]map[string]any }
}

// stacks returns the stacks that .ci/scan/matrix.py wrote into a folder, by the names of
// their sets.
func stacks(t *testing.T) map[string]stack {
	t.Helper()
	dir := os.Getenv("WEBHOOK_TEST_TEMPLATES")
	if dir == "" {
		t.Skip("WEBHOOK_TEST_TEMPLATES is not set: give the folder that .ci/scan/matrix.py wrote, or run make test LAYERS=template")
	}
	files, err := filepath.Glob(dir + "/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d templates in %s, %v: want one for each set of parameters", len(files), dir, err)
	}
	all := map[string]stack{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := stack{name: strings.TrimSuffix(filepath.Base(file), ".json")}
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[s.name] = s
	}
	for _, name := range []string{"default", "prod", "everything"} {
		if all[name].Template.Resources == nil {
			t.Fatalf("no set of parameters has the name %s", name)
		}
	}
	return all
}

// get returns the value at a path in a resource, or nil.
func (s stack) get(resource string, path ...string) any {
	var node any = s.Template.Resources[resource]
	for _, key := range path {
		members, _ := node.(map[string]any)
		node = members[key]
	}
	return node
}

// ofType returns the names of the resources of a type.
func (s stack) ofType(kind string) []string {
	var all []string
	for name, r := range s.Template.Resources {
		if r["Type"] == kind {
			all = append(all, name)
		}
	}
	return all
}

// inSub matches the references in a text of Fn::Sub.
var inSub = regexp.MustCompile(`\$\{([A-Za-z0-9:_]+)[.}]`)

// references returns the resources to which a node refers, by Ref, Fn::GetAtt, Fn::Sub and
// DependsOn.
func references(node any) []string {
	var all []string
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			all = append(all, references(item)...)
		}
	case map[string]any:
		for key, value := range node {
			switch key {
			case "Ref", "DependsOn", "Fn::GetAtt", "Fn::Sub":
				all = append(all, named(key, value)...)
			}
			all = append(all, references(value)...)
		}
	}
	return all
}

func named(key string, value any) []string {
	list, _ := value.([]any)
	text, isText := value.(string)
	if len(list) > 0 && key != "DependsOn" {
		text, isText = list[0].(string)
	}
	switch {
	case key == "DependsOn" && !isText:
		var all []string
		for _, item := range list {
			all = append(all, item.(string))
		}
		return all
	case key == "Fn::Sub":
		own := map[string]any{} // names for which the function itself gives values
		if len(list) == 2 {
			own, _ = list[1].(map[string]any)
		}
		var all []string
		for _, found := range inSub.FindAllStringSubmatch(text, -1) {
			if _, ok := own[found[1]]; !ok {
				all = append(all, found[1])
			}
		}
		return all
	case !isText:
		return nil // a property that happens to have the name
	}
	text, _, _ = strings.Cut(text, ".")
	return []string{text}
}

// needs reports whether CloudFormation makes and updates a resource only after another.
func (s stack) needs(resource, other string, seen map[string]bool) bool {
	seen[resource] = true
	for _, next := range references(s.Template.Resources[resource]) {
		if next == other || !seen[next] && s.needs(next, other, seen) {
			return true
		}
	}
	return false
}
