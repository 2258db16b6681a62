package rights

import (
	"errors"
	"fmt"
	"go/constant"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/ssa"
)

// A need is a right that a program must have.
type need struct {
	right
	why string // the line and the call, or another reason
}

// calls returns the rights that the program needs for its calls, with resources by their
// names in the template. The error lists the calls that it does not understand.
func (x *program) calls(resources map[string]string) ([]need, error) {
	known := map[string]bool{}
	for name := range resources {
		known[name] = true
	}
	var all []need
	var faults []error
	for _, c := range x.clientCalls() {
		asked, err := x.asks(c, known)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s calls %s.%s: %w", c.line, c.service, c.operation, err))
		}
		for action, names := range asked {
			for name := range names {
				resource, index, indexed := strings.Cut(name, "/")
				if r := resources[resource]; r != "" {
					resource = r
				}
				if indexed {
					resource += "/" + index
				}
				all = append(all, need{right{action: action, resource: resource, when: conditions[resource]}, c.line + " calls " + c.service + "." + c.operation})
			}
		}
	}
	slices.SortFunc(all, func(a, b need) int { return strings.Compare(a.String()+a.why, b.String()+b.why) })
	return slices.Compact(all), errors.Join(faults...)
}

// A clientCall is one place where an operation of a service's client is called.
type clientCall struct {
	service, operation string
	line               string
	caller             *ssa.Function
	input              ssa.Value // nil if the request is signed by hand
	vault, key         ssa.Value // of a call of the vault, in place of input
	topic              ssa.Value // the same of a topic
}

// clientCalls finds the calls. It leaves out the SDK's own calls, to get credentials or to
// discover endpoints, but not those of a paginator or a waiter. The vault and the topic
// sign their requests by hand: their methods count in place of that.
func (x *program) clientCalls() []clientCall {
	var all []clientCall
	for _, node := range x.nodes {
		caller := node.Func
		if strings.HasPrefix(path(caller), sdk) && !isPaginator(caller) {
			continue
		}
		for _, e := range node.Out {
			args := e.Site.Common().Args
			c := clientCall{line: x.line(x.ownSite(e.Site, node).Pos()), caller: caller}
			switch service, operation := operationOf(e.Callee.Func); {
			case operation != "":
				c.service, c.operation, c.input = service, operation, args[len(args)-2]
			case isVault(e.Callee.Func):
				c.service, c.operation = "s3", e.Callee.Func.Name()
				c.vault, c.key = argumentOf(e.Site, 0), argumentOf(e.Site, vaultKey)
			case isTopic(e.Callee.Func):
				c.service, c.operation, c.topic = "sns", e.Callee.Func.Name(), argumentOf(e.Site, 0)
			case isSigner(e.Callee.Func) && (path(caller) == vaultPackage || path(caller) == topicPackage):
				continue
			case isSigner(e.Callee.Func):
				c.service, c.operation = signedFor(args[5]), "(a request signed by hand)"
			default:
				continue
			}
			all = append(all, c)
		}
	}
	return all
}

// operationOf returns the service and the operation of a client's method.
func operationOf(f *ssa.Function) (service, operation string) {
	named := receiver(f)
	if named == nil || named.Obj().Name() != "Client" || f.Signature.Params().Len() != 3 || !strings.HasPrefix(path(f), services) {
		return "", ""
	}
	if !strings.HasSuffix(f.Signature.Params().At(1).Type().String(), "."+f.Name()+"Input") {
		return "", ""
	}
	return strings.TrimPrefix(path(f), services), f.Name()
}

func isPaginator(f *ssa.Function) bool {
	named := receiver(f)
	return named != nil && (strings.HasSuffix(named.Obj().Name(), "Paginator") || strings.HasSuffix(named.Obj().Name(), "Waiter"))
}

func isSigner(f *ssa.Function) bool {
	return path(f) == sdk+"/aws/signer/v4" && (f.Name() == "SignHTTP" || f.Name() == "PresignHTTP")
}

// signedFor returns the service for which a request is signed.
func signedFor(v ssa.Value) string {
	if c, ok := v.(*ssa.Const); ok && c.Value != nil {
		return constant.StringVal(c.Value)
	}
	return "a service"
}

// ownSite returns the call itself or, if a paginator makes it, the paginator's call.
func (x *program) ownSite(call ssa.CallInstruction, caller *callgraph.Node) ssa.CallInstruction {
	if isPaginator(caller.Func) {
		for _, e := range caller.In {
			if x.nodes[e.Caller.Func] != nil && e.Site != nil {
				return e.Site
			}
		}
	}
	return call
}

// receiver returns the type of which f is a method, or nil.
func receiver(f *ssa.Function) *types.Named {
	if f.Signature.Recv() == nil {
		return nil
	}
	t := f.Signature.Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, _ := t.(*types.Named)
	return named
}

var (
	errUnknown    = errors.New("iam.go does not say what IAM calls that")
	errNoResource = errors.New("cannot find out on what: its input comes from no variable of the template and no output of the stack")
)

// asks returns the actions that a call needs, and for each action the names of the
// variables or outputs that its resource comes from.
func (x *program) asks(c clientCall, known map[string]bool) (map[string]map[string]bool, error) {
	if c.vault != nil {
		return x.onVault(c, known)
	}
	if c.topic != nil {
		return x.onTopic(c, known)
	}
	s, ok := knownServices[c.service]
	if !ok || c.input == nil {
		return nil, errUnknown
	}
	if c.operation == "Invoke" {
		s.field = s.invoked
	}
	switch {
	case c.service == "dynamodb" && c.operation == "TransactWriteItems":
		return x.transaction(c, known)
	case c.service == "dynamodb" && c.operation == "BatchExecuteStatement":
		return x.statements(c, known)
	case c.service == "dynamodb" && c.operation == "BatchGetItem":
		return x.batchGet(c, known)
	case s.field != "" && !hasField(c.input, s.field):
		return nil, errUnknown
	case s.always != "":
		return map[string]map[string]bool{s.actionOf(c.operation): {s.always: true}}, nil
	}
	names := trace(x, known, c.input, s.field).names
	if len(names) == 0 {
		return nil, errNoResource
	}
	if hasField(c.input, "IndexName") { // then the right is on the index, not on its table
		names = onIndexes(names, trace(x, known, c.input, "IndexName").texts)
	}
	return map[string]map[string]bool{s.actionOf(c.operation): names}, nil
}

func hasField(input ssa.Value, name string) bool {
	s := structOf(input.Type())
	for i := range s.NumFields() {
		if s.Field(i).Name() == name {
			return true
		}
	}
	return false
}

func onIndexes(tables, indexes map[string]bool) map[string]bool {
	if len(indexes) == 0 {
		return tables
	}
	names := map[string]bool{}
	for table := range tables {
		for index := range indexes {
			names[table+"/index/"+index] = true
		}
	}
	return names
}

// batchGet returns what BatchGetItem needs: its input names the tables as the keys of a map.
func (x *program) batchGet(c clientCall, known map[string]bool) (map[string]map[string]bool, error) {
	names := trace(x, known, c.input, "RequestItems", mapKey).names
	if len(names) == 0 {
		return nil, errNoResource
	}
	return map[string]map[string]bool{"dynamodb:BatchGetItem": names}, nil
}

// transaction returns what TransactWriteItems needs: an action for each kind of write.
func (x *program) transaction(c clientCall, known map[string]bool) (map[string]map[string]bool, error) {
	asked := map[string]map[string]bool{}
	for kind, action := range transactionActions {
		if !trace(x, known, c.input, "TransactItems", element, kind).assigned {
			continue
		}
		asked[action] = trace(x, known, c.input, "TransactItems", element, kind, "TableName").names
		if len(asked[action]) == 0 {
			return nil, fmt.Errorf("%s: %w", kind, errNoResource)
		}
	}
	return asked, nil
}

// verb begins a statement of PartiQL.
var verb = regexp.MustCompile(`^(INSERT INTO|UPDATE|DELETE FROM|SELECT)\b`)

// statements returns what BatchExecuteStatement needs: an action for each verb. A statement
// is text, composed in the caller's package; its table is in the same list, or the same
// sum, as the constant with the verb.
func (x *program) statements(c clientCall, known map[string]bool) (map[string]map[string]bool, error) {
	asked := map[string]map[string]bool{}
	var faults []error
	for f := range x.nodes {
		if path(f) != path(c.caller) {
			continue
		}
		forEach(f, func(i ssa.Instruction) {
			for _, operand := range i.Operands(nil) {
				text, ok := (*operand).(*ssa.Const)
				if !ok || text.Value == nil || text.Value.Kind() != constant.String || !verb.MatchString(constant.StringVal(text.Value)) {
					continue
				}
				action := partiQLActions[verb.FindString(constant.StringVal(text.Value))]
				if asked[action] == nil {
					asked[action] = map[string]bool{}
				}
				names := beside(x, known, i)
				if len(names) == 0 {
					faults = append(faults, fmt.Errorf("the statement at %s: %w", x.line(i.Pos()), errNoResource))
				}
				maps.Copy(asked[action], names)
			}
		})
	}
	if len(asked) == 0 {
		faults = append(faults, errors.New("found no statement in its package"))
	}
	return asked, errors.Join(faults...)
}

// beside returns the names in the list or the sum into which an instruction puts a
// constant.
func beside(x *program, known map[string]bool, i ssa.Instruction) map[string]bool {
	switch i := i.(type) {
	case *ssa.Store:
		if at, ok := i.Addr.(*ssa.IndexAddr); ok {
			return trace(x, known, at.X, element).names
		}
	case *ssa.BinOp:
		return trace(x, known, i).names
	}
	return nil
}
