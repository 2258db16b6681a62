package rights

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// stackItself is the resource of calls to CloudFormation.
const stackItself = "AWS::StackName"

// everything is the resource of calls that no policy can limit to a stack: of metrics, and of
// a list of alarms.
const everything = "*"

// A right allows an action on a resource of the template, or on one that a parameter names.
type right struct {
	action   string
	resource string // "Table", "Table/index/open", "KmsKeyArn"
	via      string // the only service that may use the key, as "sqs"
	when     string // the condition of the template under which it exists
}

func (r right) String() string {
	text := r.action + " on " + r.resource
	if r.via != "" {
		text += " via " + r.via
	}
	if r.when != "" {
		text += " where " + r.when
	}
	return text
}

// A grant is a right that a policy gives.
type grant struct {
	right
	sid  string
	line int // of template.yaml
}

// A template is template.yaml.
type template struct{ root *yaml.Node }

func parse(text []byte) (template, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return template{}, fmt.Errorf("template.yaml: %w", err)
	}
	return template{document.Content[0]}, nil
}

// at returns the node at a path of keys, or nil.
func (x template) at(keys ...string) *yaml.Node {
	node := x.root
	for _, key := range keys {
		if node = child(node, key); node == nil {
			return nil
		}
	}
	return node
}

// lineOf returns the line on which the entry at a path of keys begins.
func (x template) lineOf(keys ...string) int {
	last := len(keys) - 1
	for _, key := range x.at(keys[:last]...).Content {
		if key.Value == keys[last] {
			return key.Line
		}
	}
	return 0
}

func child(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// resources returns the resource that each name means: variables of the functions, and
// outputs of the stack.
func (x template) resources() map[string]string {
	all := map[string]string{handlersTable: handlersTable}
	enter := func(name string, value *yaml.Node) {
		if value != nil && value.Tag == "!If" {
			value = value.Content[1]
		}
		if value == nil || value.Kind != yaml.ScalarNode {
			return
		}
		resource := strings.TrimSuffix(value.Value, ".Arn")
		if (value.Tag == "!Ref" || value.Tag == "!GetAtt") && x.has(resource) {
			all[name] = resource
		}
	}
	outputs := x.at("Outputs")
	for i := 0; outputs != nil && i+1 < len(outputs.Content); i += 2 {
		enter(outputs.Content[i].Value, child(outputs.Content[i+1], "Value"))
	}
	resources := x.at("Resources")
	for i := 1; i < len(resources.Content); i += 2 {
		variables := child(child(child(resources.Content[i], "Properties"), "Environment"), "Variables")
		for j := 0; variables != nil && j+1 < len(variables.Content); j += 2 {
			enter(variables.Content[j].Value, variables.Content[j+1])
		}
	}
	return all
}

// has reports whether the template has the resource, or the event of a function of which SAM
// makes it.
func (x template) has(resource string) bool {
	if x.at("Resources", resource) != nil {
		return true
	}
	resources := x.at("Resources")
	for i := 0; i+1 < len(resources.Content); i += 2 {
		event, ok := strings.CutPrefix(resource, resources.Content[i].Value)
		if ok && child(child(child(resources.Content[i+1], "Properties"), "Events"), event) != nil {
			return true
		}
	}
	return false
}

// grants returns the rights that a role or a managed policy gives, and its faults.
func (x template) grants(policy string) (all []grant, faults []string) {
	properties := x.at("Resources", policy, "Properties")
	if managed := child(properties, "ManagedPolicyArns"); managed != nil {
		faults = append(faults, fmt.Sprintf("template.yaml:%d: %s has a managed policy, whose actions AWS may add to", managed.Line, policy))
	}
	var read func(node *yaml.Node, when string)
	read = func(node *yaml.Node, when string) {
		switch {
		case child(node, "Effect") != nil:
			g, err := statement(node, when)
			if err != nil {
				faults = append(faults, fmt.Sprintf("template.yaml:%d: %s: %v", node.Line, policy, err))
			}
			all = append(all, g...)
		case node.Tag == "!If":
			read(node.Content[1], node.Content[0].Value)
			read(node.Content[2], "not "+node.Content[0].Value)
		default:
			for _, c := range node.Content {
				read(c, when)
			}
		}
	}
	for _, key := range []string{"Policies", "PolicyDocument"} {
		if node := child(properties, key); node != nil {
			read(node, "")
		}
	}
	return all, faults
}

// statement reads a statement that allows actions. Its error says what it cannot judge.
func statement(node *yaml.Node, when string) ([]grant, error) {
	if effect := child(node, "Effect").Value; effect != "Allow" {
		return nil, fmt.Errorf("a statement that is %s is not understood here", effect)
	}
	sid, actions, resources := child(node, "Sid"), child(node, "Action"), child(node, "Resource")
	if sid == nil || actions == nil || resources == nil {
		return nil, fmt.Errorf("a statement needs Sid, Action and Resource")
	}
	names := resourceNames(resources)
	condition := child(node, "Condition")
	if listed := only(condition, "StringLike", "s3:prefix"); listed != nil && len(names) == 1 && actions.Value == "s3:ListBucket" {
		bucket := names[0]
		names, condition = nil, nil
		for _, prefix := range scalars(listed) {
			names = append(names, bucket+"/"+prefix.Value)
		}
	}
	if keys := only(condition, "ForAllValues:StringLike", "dynamodb:LeadingKeys"); keys != nil && areItsOwn(keys) {
		condition = nil // TestUpkeepKeys in .ci/template runs the program, and compares its keys
	}
	services, err := via(condition)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sid.Value, err)
	}
	var all []grant
	for _, action := range scalars(actions) {
		for _, resource := range names {
			for _, service := range services {
				all = append(all, grant{right{action.Value, resource, service, when}, sid.Value, action.Line})
			}
		}
	}
	return all, nil
}

// areItsOwn reports whether the keys are those of notes, of which a program has its own in the
// table, and of probes. The record of no event of a user's begins so.
func areItsOwn(keys *yaml.Node) bool {
	return !slices.ContainsFunc(scalars(keys), func(key *yaml.Node) bool {
		return !strings.HasPrefix(key.Value, ":") && !strings.HasPrefix(key.Value, "probe#")
	})
}

// only returns the value of a condition that has one operator with one key, or nil.
func only(condition *yaml.Node, operator, key string) *yaml.Node {
	of := child(condition, operator)
	if of == nil || len(condition.Content) != 2 || len(of.Content) != 2 {
		return nil
	}
	return child(of, key)
}

// via returns the services that a condition on a key names; a single empty one if there is
// no condition.
func via(condition *yaml.Node) ([]string, error) {
	if condition == nil {
		return []string{""}, nil
	}
	named := only(condition, "StringEquals", "kms:ViaService")
	if named == nil {
		return nil, fmt.Errorf("a condition other than kms:ViaService, s3:prefix of s3:ListBucket, or dynamodb:LeadingKeys of notes and probes, is not understood here")
	}
	var all []string
	for _, s := range scalars(named) {
		service, rest, _ := strings.Cut(s.Value, ".")
		if s.Tag != "!Sub" || rest != "${AWS::Region}.${AWS::URLSuffix}" {
			return nil, fmt.Errorf("kms:ViaService is %q, want !Sub <service>.${AWS::Region}.${AWS::URLSuffix}", s.Value)
		}
		all = append(all, service)
	}
	return all, nil
}

// resourceNames returns the resources of a statement, by their names in the template.
func resourceNames(node *yaml.Node) []string {
	switch node.Tag {
	case "!Split": // a parameter's list, each with a suffix
		name, suffix := "", ""
		for _, s := range scalars(node) {
			if s.Tag == "!Ref" {
				name = s.Value
			}
			if _, after, ok := strings.Cut(s.Value, "}"); ok {
				suffix = after
			}
		}
		return []string{name + suffix}
	case "!Sub":
		if strings.HasSuffix(node.Value, ":stack/${AWS::StackName}/*") {
			return []string{stackItself}
		}
		if strings.HasSuffix(node.Value, ":alarm:*") {
			return []string{everything}
		}
		if _, mapping, ok := strings.Cut(node.Value, ":event-source-mapping:${"); ok {
			return []string{strings.TrimSuffix(mapping, "}")}
		}
		name := strings.TrimSuffix(strings.TrimPrefix(node.Value, "${"), ":live") // the alias of a function
		return []string{strings.Replace(name, ".Arn}", "", 1)}
	case "!GetAtt", "!Ref":
		return []string{strings.TrimSuffix(node.Value, ".Arn")}
	}
	if node.Kind == yaml.ScalarNode {
		return []string{node.Value}
	}
	var all []string
	for _, c := range node.Content {
		all = append(all, resourceNames(c)...)
	}
	return all
}

// scalars returns the single values of a node, in order.
func scalars(node *yaml.Node) []*yaml.Node {
	if node.Kind == yaml.ScalarNode {
		return []*yaml.Node{node}
	}
	var all []*yaml.Node
	for _, c := range node.Content {
		all = append(all, scalars(c)...)
	}
	return all
}
