package webhook

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// MaxWrites is the number of writes that one handler may return for one event.
const MaxWrites = 25

// ErrWrites says that a handler's writes cannot be committed as they are. A retry does not
// help.
var ErrWrites = errors.New("writes cannot be committed")

// An Op is what a [Write] does to its item.
type Op string

// The operations.
const (
	OpPut    Op = "put"    // replaces the item
	OpDelete Op = "delete" // removes the item; it is not an error if there is none
	OpAdd    Op = "add"    // adds to a number, which starts at 0
)

// A Value is the value of an attribute: a string, an integer or a boolean. [S], [N] and [B]
// make one.
type Value struct {
	kind byte
	s    string
	n    int64
	b    bool
}

// S returns a string value.
func S(s string) Value { return Value{kind: 's', s: s} }

// N returns an integer value.
func N(n int64) Value { return Value{kind: 'n', n: n} }

// B returns a boolean value.
func B(b bool) Value { return Value{kind: 'b', b: b} }

// Any returns the value as a string, an int64 or a bool, or nil for the zero Value.
func (v Value) Any() any {
	switch v.kind {
	case 's':
		return v.s
	case 'n':
		return v.n
	case 'b':
		return v.b
	}
	return nil
}

// Attributes are an item's attributes by name.
type Attributes map[string]Value

// A Write changes one item of a table of the user's. The ledger commits it in one
// transaction with the record that the handler finished, so it happens once. [Write.IfAbsent] and
// [Write.IfEquals] give it a condition.
type Write struct {
	Op    Op
	Table string
	Key   Attributes  // the item's whole primary key: one attribute or two
	Set   Attributes  // OpPut: the other attributes
	Name  string      // OpAdd: the attribute that is added to
	By    int64       // OpAdd: what is added
	If    []Condition // at most one; none: the write is unconditional
}

// Put returns a write that replaces the item with that key.
func Put(table string, key, attributes Attributes) Write {
	return Write{Op: OpPut, Table: table, Key: key, Set: attributes}
}

// Delete returns a write that removes the item with that key.
func Delete(table string, key Attributes) Write {
	return Write{Op: OpDelete, Table: table, Key: key}
}

// Add returns a write that adds by to the number in the named attribute of the item with
// that key.
func Add(table string, key Attributes, name string, by int64) Write {
	return Write{Op: OpAdd, Table: table, Key: key, Name: name, By: by}
}

// Item returns a text that identifies the item: two writes with the same Item change the
// same item.
func (w Write) Item() string {
	var b strings.Builder
	b.WriteString(strconv.Quote(w.Table))
	for _, name := range slices.Sorted(maps.Keys(w.Key)) {
		fmt.Fprintf(&b, " %q=%#v", name, w.Key[name].Any())
	}
	return b.String()
}

// CheckWrites returns [ErrWrites] with the reason if ws cannot be one transaction: if there
// are more than [MaxWrites], two of them change one item, or one is incomplete.
func CheckWrites(ws []Write) error {
	if len(ws) > MaxWrites {
		return fmt.Errorf("%w: %d of them, at most %d", ErrWrites, len(ws), MaxWrites)
	}
	seen := map[string]bool{}
	for i, w := range ws {
		if problem := w.problem(); problem != "" {
			return fmt.Errorf("%w: write %d: %s", ErrWrites, i, problem)
		}
		if seen[w.Item()] {
			return fmt.Errorf("%w: write %d: another one changes the same item of %s", ErrWrites, i, w.Table)
		}
		seen[w.Item()] = true
	}
	return nil
}

func (w Write) problem() string {
	if w.Table == "" {
		return "no table"
	}
	if len(w.Key) < 1 || len(w.Key) > 2 {
		return "the key has one attribute or two"
	}
	for _, value := range w.Key {
		if value.kind == 'b' || value == S("") {
			return "a key attribute is a number or a string that is not empty"
		}
	}
	if problem := conditionProblem(w.If); problem != "" {
		return problem
	}
	for _, attributes := range []Attributes{w.Key, w.Set} {
		for name, value := range attributes {
			if name == "" || value.kind == 0 {
				return "an attribute without name or value"
			}
		}
	}
	switch w.Op {
	case OpPut:
		for name := range w.Set {
			if _, ok := w.Key[name]; ok {
				return "put sets a key attribute"
			}
		}
		return ""
	case OpDelete:
		return ""
	case OpAdd:
		if _, ok := w.Key[w.Name]; ok || w.Name == "" {
			return "add names no attribute, or one of the key"
		}
		return ""
	}
	return "no such operation"
}
