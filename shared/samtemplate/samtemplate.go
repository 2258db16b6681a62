// Package samtemplate reads the SAM template, template.yaml, for tests.
//
// It finds nodes by their keys, and resolves a parameter to its default and a mapping to
// its value. It never evaluates a condition or another intrinsic function, and no program
// imports it.
package samtemplate

import (
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// A Template is a SAM template. Its nodes keep their tags, as !Ref.
type Template struct{ root *yaml.Node }

// Read reads the template in a file.
func Read(path string) (Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Template{}, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return Template{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(document.Content) == 0 {
		return Template{}, fmt.Errorf("%s is empty", path)
	}
	return Template{document.Content[0]}, nil
}

// At returns the node at a path of keys and indexes, or nil if there is none.
func (t Template) At(path ...string) *yaml.Node { return Child(t.root, path...) }

// Child returns the node at a path of keys and indexes below node, or nil if there is none.
func Child(node *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		node = step(node, key)
	}
	return node
}

func step(node *yaml.Node, key string) *yaml.Node {
	switch {
	case node == nil:
		return nil
	case node.Kind == yaml.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && 0 <= i && i < len(node.Content) {
			return node.Content[i]
		}
		return nil
	}
	for name, value := range Members(node) {
		if name == key {
			return value
		}
	}
	return nil
}

// Members iterates over the members of a mapping, in the order of the text. Other nodes
// have none.
func Members(node *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}

// Resources iterates over the names and the nodes of the resources of a type.
func (t Template) Resources(kind string) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		for name, resource := range Members(t.At("Resources")) {
			if at := Child(resource, "Type"); at != nil && at.Value == kind && !yield(name, resource) {
				return
			}
		}
	}
}

// Value returns a single value: that of the node, or the one that its !Ref or !FindInMap
// refers to. A node that is nil has the value "".
func (t Template) Value(node *yaml.Node) (string, error) {
	switch {
	case node == nil:
		return "", nil
	case node.Tag == "!Ref":
		return t.value("Parameters", node.Value, "Default")
	case node.Tag == "!FindInMap":
		path := []string{"Mappings"}
		for _, part := range node.Content {
			path = append(path, part.Value)
		}
		return t.value(path...)
	case node.Kind != yaml.ScalarNode:
		return "", fmt.Errorf("line %d is not a single value", node.Line)
	}
	return node.Value, nil
}

func (t Template) value(path ...string) (string, error) {
	node := t.At(path...)
	if node == nil {
		return "", fmt.Errorf("the template has no %s", strings.Join(path, "."))
	}
	return t.Value(node)
}
