package rights

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A tracer follows values back to the names that they come from: to the QUEUE_URL in
// getenv("QUEUE_URL"), through any number of structs and functions. It keeps different
// calls of one function apart: a queue that was opened with DLQ_URL is not the one that the
// same function opened with QUEUE_URL.
type tracer struct {
	program *program
	known   map[string]bool // the names to look for

	names    map[string]bool // the names found
	texts    map[string]bool // the constants found, names among them
	assigned bool            // whether anything is assigned to the value
	seen     map[string]bool
}

// A frame is a call that the trace has entered from its result, so that it continues at the
// same call's arguments.
type frame struct {
	call  ssa.CallInstruction
	of    *ssa.Function
	outer *frame
}

// Limits on how far a value is followed; the programs need less than half.
const (
	maxFields = 10
	maxFrames = 10
)

// element is the step from a slice, an array or a map to its elements.
const element = "[]"

// mapKey is the step from a map to its keys.
const mapKey = "[key]"

// trace follows the value at the end of fields, starting from v. It looks through pointers.
func trace(x *program, known map[string]bool, v ssa.Value, fields ...string) *tracer {
	t := &tracer{program: x, known: known, names: map[string]bool{}, texts: map[string]bool{}, seen: map[string]bool{}}
	t.follow(v, fields, nil)
	return t
}

func (t *tracer) follow(v ssa.Value, fields []string, in *frame) {
	key := fmt.Sprintf("%p %s", v, strings.Join(fields, "."))
	for f := in; f != nil; f = f.outer {
		key += fmt.Sprintf(" %p", f.call)
	}
	if t.seen[key] || len(fields) > maxFields {
		return
	}
	t.seen[key] = true
	t.assignments(v, fields, in)
	switch v := v.(type) {
	case *ssa.Const:
		t.constant(v, fields)
	case *ssa.Call:
		t.result(v, 0, fields, in)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			t.result(call, v.Index, fields, in)
			return
		}
		t.follow(v.Tuple, fields, in)
	case *ssa.Parameter:
		t.argument(v, fields, in)
	case *ssa.FreeVar:
		for _, made := range t.program.closures[v.Parent()] {
			t.follow(made.Bindings[index(v.Parent().FreeVars, v)], fields, nil)
		}
	case *ssa.FieldAddr:
		t.field(v.X, v.Field, fields, in)
	case *ssa.Field:
		t.field(v.X, v.Field, fields, in)
	case *ssa.IndexAddr:
		t.follow(v.X, prepend(element, fields), in)
	case *ssa.Index:
		t.follow(v.X, prepend(element, fields), in)
	case *ssa.Range:
		t.follow(v.X, prepend(element, fields), in)
	case *ssa.Lookup: // of outputs["QueueUrl"], the index is the name
		t.follow(v.Index, nil, in)
		t.follow(v.X, prepend(element, fields), in)
	default: // a load, a conversion, a join of branches: its operands
		if instruction, ok := v.(ssa.Instruction); ok {
			for _, operand := range instruction.Operands(nil) {
				if *operand != nil {
					t.follow(*operand, fields, in)
				}
			}
		}
	}
}

// handlersTable is the only name that is not a variable: a handler gives the table of a
// write.
const handlersTable = "HandlerTableArns"

// field follows a field of a struct. Where the program gets a struct from outside, this says
// what its field holds.
func (t *tracer) field(of ssa.Value, n int, fields []string, in *frame) {
	name := fieldName(of.Type(), n)
	if len(fields) == 0 {
		switch strings.TrimLeft(of.Type().String(), "*") + "." + name {
		case module + "shared/webhook.Write.Table":
			t.names[handlersTable] = true
		case module + "shared/queue.Stored.Key": // of a message: where ingest, or an operator, put its body
			t.texts["bodies/"] = true
		}
	}
	t.follow(of, prepend(name, fields), in)
}

func (t *tracer) constant(v *ssa.Const, fields []string) {
	if v.Value == nil || v.Value.Kind() != constant.String || len(fields) > 0 {
		return
	}
	text := constant.StringVal(v.Value)
	t.texts[text] = true
	if t.known[text] {
		t.names[text] = true
	}
}

// assignments follows the values stored in a variable, or in a field or element of it,
// however the store gets there: through another load of the pointer, or from a closure.
func (t *tracer) assignments(to ssa.Value, fields []string, in *frame) {
	if to.Referrers() == nil {
		return
	}
	first := func(name string) bool { return len(fields) > 0 && fields[0] == name }
	for _, r := range *to.Referrers() {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Addr == to {
				t.assigned = t.assigned || len(fields) == 0 && !isNil(r.Val)
				t.follow(r.Val, fields, in)
			}
		case *ssa.MapUpdate:
			if r.Map == to && first(element) {
				t.follow(r.Value, fields[1:], in)
			}
			if r.Map == to && first(mapKey) {
				t.follow(r.Key, fields[1:], in)
			}
		case *ssa.FieldAddr:
			if first(fieldName(to.Type(), r.Field)) {
				t.assignments(r, fields[1:], in)
			}
		case *ssa.IndexAddr:
			if r.X == to && first(element) {
				t.assignments(r, fields[1:], in)
			}
		case *ssa.Slice:
			t.assignments(r, fields, in)
		case *ssa.UnOp: // a load of a variable that holds a pointer
			if _, pointer := r.Type().Underlying().(*types.Pointer); r.Op == token.MUL && pointer && len(fields) > 0 {
				t.assignments(r, fields, in)
			}
		case *ssa.MakeClosure:
			for i, bound := range r.Bindings {
				if bound == to {
					t.assignments(r.Fn.(*ssa.Function).FreeVars[i], fields, nil)
				}
			}
		}
	}
}

// result follows the i-th result of a call into the functions that it may call. A call with
// a known name among its arguments is the lookup of that name.
func (t *tracer) result(call *ssa.Call, i int, fields []string, in *frame) {
	arguments := call.Call.Args
	if _, builtin := call.Call.Value.(*ssa.Builtin); builtin { // append
		for _, argument := range arguments {
			t.follow(argument, fields, in)
		}
		return
	}
	if len(fields) == 0 {
		for _, argument := range arguments {
			c, ok := argument.(*ssa.Const)
			if ok && c.Value != nil && c.Value.Kind() == constant.String && t.known[constant.StringVal(c.Value)] {
				t.constant(c, nil)
				return
			}
		}
	}
	node := t.program.nodes[call.Parent()]
	if node == nil || in.depth() >= maxFrames {
		return
	}
	for _, e := range node.Out {
		callee := e.Callee.Func
		switch {
		case e.Site != ssa.CallInstruction(call):
		case isVault(callee) && callee.Name() == "List": // the keys begin with its prefix
			t.follow(argumentOf(call, vaultKey), nil, in)
		case strings.HasPrefix(path(callee), module), strings.HasPrefix(path(callee), sdk):
			forEach(callee, func(r *ssa.Return) {
				t.follow(r.Results[i], fields, &frame{call, callee, in})
			})
		default: // assume that a function of another library returns its arguments
			for _, argument := range arguments {
				t.follow(argument, fields, in)
			}
		}
	}
}

// argument follows a parameter to the call through which the trace came or, if it came
// through none, to every call of the function.
func (t *tracer) argument(v *ssa.Parameter, fields []string, in *frame) {
	f := v.Parent()
	i := index(f.Params, v)
	if in != nil {
		if a := argumentOf(in.call, i); in.of == f && a != nil {
			t.follow(a, fields, in.outer)
		}
		return
	}
	node := t.program.nodes[f]
	if node == nil {
		return
	}
	for _, e := range node.In {
		if t.program.nodes[e.Caller.Func] == nil || e.Site == nil {
			continue
		}
		if a := argumentOf(e.Site, i); a != nil {
			t.follow(a, fields, nil)
		}
	}
}

// argumentOf returns a call's argument for the i-th parameter, where the receiver is the
// first.
func argumentOf(call ssa.CallInstruction, i int) ssa.Value {
	c := call.Common()
	if c.IsInvoke() {
		if i == 0 {
			return c.Value
		}
		i--
	}
	if i < len(c.Args) {
		return c.Args[i]
	}
	return nil
}

func (f *frame) depth() int {
	if f == nil {
		return 0
	}
	return 1 + f.outer.depth()
}

func fieldName(of types.Type, i int) string {
	return structOf(of).Field(i).Name()
}

// structOf returns the struct that a type is or points to, or nil.
func structOf(t types.Type) *types.Struct {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, _ := t.Underlying().(*types.Struct)
	return s
}

func prepend(name string, fields []string) []string { return append([]string{name}, fields...) }

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

func index[T comparable](in []T, x T) int {
	for i, y := range in {
		if x == y {
			return i
		}
	}
	return -1
}
