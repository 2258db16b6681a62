package template

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"webhookintake/shared/samtemplate"
)

// root is the path of the checkout from this package.
const root = "../../"

// A template is template.yaml, whose values may be intrinsic functions.
type template struct{ samtemplate.Template }

func readTemplate(t *testing.T) template {
	t.Helper()
	x, err := samtemplate.Read(root + "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return template{x}
}

// at returns the node at a path of keys or indexes, or nil.
func (x template) at(path ...string) *yaml.Node { return x.At(path...) }

func child(node *yaml.Node, key string) *yaml.Node { return samtemplate.Child(node, key) }

// value returns a scalar, the name in a !Ref, or the value that !FindInMap finds.
func (x template) value(t *testing.T, path ...string) string {
	t.Helper()
	node := x.at(path...)
	if node == nil {
		t.Fatalf("template.yaml has no %s", strings.Join(path, "."))
	}
	if node.Tag == "!Ref" {
		return node.Value
	}
	value, err := x.Value(node)
	if err != nil {
		t.Fatalf("template.yaml: %s: %v", strings.Join(path, "."), err)
	}
	return value
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

// names returns the keys of a mapping, in order.
func (x template) names(path ...string) []string {
	var all []string
	for name := range samtemplate.Members(x.at(path...)) {
		all = append(all, name)
	}
	return all
}

// ofType returns the names of the resources of a type.
func (x template) ofType(kind string) []string {
	var all []string
	for name := range x.Resources(kind) {
		all = append(all, name)
	}
	return all
}

// A yamlNode is a node of the template.
type yamlNode = yaml.Node

// statements returns the mappings that have an Effect, at any depth below a node.
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

// dashboard returns the body of the dashboard in a stack with upkeep, with the stack's names
// in it as they are in the template.
func (x template) dashboard(t *testing.T) string {
	t.Helper()
	at := []string{"Resources", "Dashboard", "Properties", "DashboardBody"}
	body := x.value(t, append(at, "0")...)
	for _, name := range x.names(append(at, "1")...) {
		body = strings.ReplaceAll(body, "${"+name+"}", x.at(append(at, "1", name)...).Content[1].Value)
	}
	return body
}

// values returns the scalars of a node: its own, or those of a list.
func values(node *yaml.Node) []string {
	var all []string
	forEachScalar(node, func(value string) { all = append(all, value) })
	return all
}
