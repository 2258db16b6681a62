package contiguity_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// readShapes reads the list, by event.
func readShapes(t *testing.T) map[string][]shape {
	t.Helper()
	text, err := os.ReadFile(shapesFile)
	if err != nil {
		t.Fatal(err)
	}
	byEvent := map[string][]shape{}
	for line := range strings.Lines(string(text)) {
		event, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		path, kind, ok := strings.Cut(rest, " ")
		if !ok {
			t.Fatalf("%s: %q is no event, field and kind", shapesFile, line)
		}
		byEvent[event] = append(byEvent[event], shape{event, path, kind})
	}
	if len(byEvent) == 0 {
		t.Fatalf("%s lists nothing", shapesFile)
	}
	return byEvent
}

// drawShapes writes the list from the provider's OpenAPI file.
func drawShapes(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, event := range slices.Sorted(maps.Keys(d.Webhooks)) {
		content := d.Webhooks[event].Post.RequestBody.Content["application/json"]
		data := d.property(d.follow(content.Schema), "data")
		for _, s := range d.shapes(event, "", data) {
			fmt.Fprintln(&list, s.event, s.path, s.kind)
		}
	}
	if err := os.WriteFile(shapesFile, []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A document is an OpenAPI file, as far as the list needs it.
type document struct {
	Webhooks map[string]struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 any    // a name, or a list of names
	Properties           map[string]schema
	Items                *schema
	OneOf                []schema
	AllOf                []schema
	AdditionalProperties bool
}

func (d document) follow(s schema) schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.follow(d.Components.Schemas[name])
	}
	if len(s.OneOf) > 0 {
		return d.follow(s.OneOf[0]) // the other one is null
	}
	return s
}

// property is the most special description of an event's field.
func (d document) property(s schema, name string) schema {
	found := s.Properties[name]
	for _, part := range s.AllOf {
		if p, ok := d.follow(part).Properties[name]; ok {
			found = p
		}
	}
	return d.follow(found)
}

// shapes are the fields of an object, and of the objects in it.
func (d document) shapes(event, at string, object schema) (all []shape) {
	for _, name := range slices.Sorted(maps.Keys(object.Properties)) {
		s := d.follow(object.Properties[name])
		path := at + name
		kind := s.kind()
		below := path + "."
		if kind == "array" {
			s = d.follow(*s.Items)
			kind = "array of " + s.kind()
			below = path + "[]."
		}
		if s.AdditionalProperties {
			all = append(all, shape{event, path, "open"})
			continue
		}
		all = append(all, shape{event, path, kind})
		all = append(all, d.shapes(event, below, s)...)
	}
	return all
}

// kind is the name of the type; of several, null is not counted.
func (s schema) kind() string {
	if types, ok := s.Type.([]any); ok {
		types = slices.DeleteFunc(slices.Clone(types), func(t any) bool { return t == "null" })
		return fmt.Sprint(types...)
	}
	return fmt.Sprint(s.Type)
}
