package template

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// root is the path of the checkout from this package.
const root = "../../"

// A template is template.yaml, whose values may be intrinsic functions.
type template struct{ root *yaml.Node }

func readTemplate(t *testing.T) template {
	t.Helper()
	text, err := os.ReadFile(root + "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return template{document.Content[0]}
}

// at is the node under keys or indexes, nil where there is none.
func (x template) at(path ...string) *yaml.Node {
	node := x.root
	for _, key := range path {
		if node = child(node, key); node == nil {
			return nil
		}
	}
	return node
}

func child(node *yaml.Node, key string) *yaml.Node {
	if node.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(key); err == nil && i < len(node.Content) {
			return node.Content[i]
		}
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// value is a scalar, or what !FindInMap finds.
func (x template) value(t *testing.T, path ...string) string {
	t.Helper()
	node := x.at(path...)
	if node == nil {
		t.Fatalf("template.yaml has no %s", strings.Join(path, "."))
	}
	if node.Tag == "!FindInMap" {
		found := []string{"Mappings"}
		for _, part := range node.Content {
			found = append(found, part.Value)
		}
		return x.value(t, found...)
	}
	if node.Kind != yaml.ScalarNode {
		t.Fatalf("template.yaml: %s is no single value", strings.Join(path, "."))
	}
	return node.Value
}

func (x template) seconds(t *testing.T, path ...string) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(x.value(t, path...))
	if err != nil {
		t.Fatalf("template.yaml: %s: %v", strings.Join(path, "."), err)
	}
	return time.Duration(n) * time.Second
}

func forEachScalar(node *yaml.Node, fn func(string)) {
	if node.Kind == yaml.ScalarNode {
		fn(node.Value)
	}
	for _, c := range node.Content {
		forEachScalar(c, fn)
	}
}

// names are the keys of a mapping, in order.
func (x template) names(path ...string) []string {
	var all []string
	for i, node := range x.at(path...).Content {
		if i%2 == 0 {
			all = append(all, node.Value)
		}
	}
	return all
}

// ofType are the names of the resources of a type.
func (x template) ofType(kind string) []string {
	var all []string
	for _, name := range x.names("Resources") {
		if x.at("Resources", name, "Type").Value == kind {
			all = append(all, name)
		}
	}
	return all
}

// A yamlNode is a node of the template.
type yamlNode = yaml.Node

// statements are the mappings that have an Effect, wherever they are below a node.
func statements(node *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	if node.Kind == yaml.MappingNode && child(node, "Effect") != nil {
		all = append(all, node)
	}
	for _, c := range node.Content {
		all = append(all, statements(c)...)
	}
	return all
}

// values are the scalars of a node: its own, or those of a list.
func values(node *yaml.Node) []string {
	var all []string
	forEachScalar(node, func(value string) { all = append(all, value) })
	return all
}
