package webhook

import (
	"errors"
	"slices"
)

// ErrCondition says that the condition of a handler's write does not hold, so nothing
// was committed.
var ErrCondition = errors.New("the condition of a write does not hold")

// A Condition is what must hold of an item for a [Write] to be committed.
// [Write.IfAbsent] and [Write.IfEquals] make one.
type Condition struct {
	Absent bool   // there is no item with the write's key
	Name   string // if not Absent: there is one, whose attribute of this name
	Value  Value  // has this value
}

// IfAbsent returns w with the condition that there is no item with its key.
func (w Write) IfAbsent() Write { return w.onlyIf(Condition{Absent: true}) }

// IfEquals returns w with the condition that its item exists and that the attribute has
// that value. With an attribute of the key it says that the item exists.
func (w Write) IfEquals(attribute string, v Value) Write {
	return w.onlyIf(Condition{Name: attribute, Value: v})
}

func (w Write) onlyIf(c Condition) Write {
	w.If = append(slices.Clip(w.If), c)
	return w
}

// Holds reports whether item, nil for none, meets every condition of w.
func (w Write) Holds(item Attributes) bool {
	return !slices.ContainsFunc(w.If, func(c Condition) bool { return !c.holds(item) })
}

func (c Condition) holds(item Attributes) bool {
	if c.Absent {
		return item == nil
	}
	v, ok := item[c.Name]
	return ok && v == c.Value
}

// conditionProblem says why a write cannot have these conditions, or returns "".
func conditionProblem(cs []Condition) string {
	switch {
	case len(cs) > 1:
		return "a write has at most one condition"
	case len(cs) == 1 && !cs[0].Absent && (cs[0].Name == "" || cs[0].Value.kind == 0):
		return "a condition without attribute or value"
	}
	return ""
}
