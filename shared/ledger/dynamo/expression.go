package dynamo

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// An expression is a conditional update under construction. It aliases every name: state,
// owner, hash and type are reserved words, and a user's attribute may have any name.
type expression struct {
	sets, removes, adds []string
	conditions          []string
	names               map[string]string // by alias
	values              item              // by alias
}

func newExpression() *expression {
	return &expression{names: map[string]string{}, values: item{}}
}

func (e *expression) name(attr string) string {
	for alias, name := range e.names {
		if name == attr {
			return alias
		}
	}
	alias := fmt.Sprintf("#n%d", len(e.names))
	e.names[alias] = attr
	return alias
}

func (e *expression) value(v types.AttributeValue) string {
	alias := fmt.Sprintf(":v%d", len(e.values))
	e.values[alias] = v
	return alias
}

func (e *expression) set(attr string, v types.AttributeValue) {
	e.sets = append(e.sets, e.name(attr)+" = "+e.value(v))
}

func (e *expression) remove(attr string) {
	e.removes = append(e.removes, e.name(attr))
}

// add adds to a number or to a set, which need not exist.
func (e *expression) add(attr string, v types.AttributeValue) {
	e.adds = append(e.adds, e.name(attr)+" "+e.value(v))
}

func (e *expression) require(attr string, v types.AttributeValue) {
	e.conditions = append(e.conditions, e.name(attr)+" = "+e.value(v))
}

// requireUnchanged requires that found still exists and nobody has claimed or ended it
// since. Its done and started may still have grown.
func (e *expression) requireUnchanged(found ledger.Record) {
	e.require(attrState, text(string(found.State)))
	e.require(attrOwner, text(found.Owner))
	e.require(attrFence, number(found.Fence))
}

// requireInForce requires that c holds the record.
func (e *expression) requireInForce(c ledger.Claim) {
	e.requireUnchanged(ledger.Record{State: ledger.StateClaimed, Owner: c.Owner, Fence: c.Fence})
}

// requireAbsent requires that there is no item.
func (e *expression) requireAbsent() {
	e.conditions = append(e.conditions, "attribute_not_exists("+e.name(attrKey)+")")
}

// turn changes the attributes of key's record from found into those of next. It adds to a set of names that
// only grows, so names that were added since the read stay.
func (e *expression) turn(key string, found, next ledger.Record) {
	before, after := encode(key, found), encode(key, next)
	gained := without(next.Done, found.Done)
	if len(without(found.Done, next.Done)) == 0 {
		delete(before, attrDone)
		delete(after, attrDone)
		if len(gained) > 0 {
			e.add(attrDone, names(gained))
		}
	}
	for _, attr := range slices.Sorted(maps.Keys(after)) {
		if !equal(before[attr], after[attr]) {
			e.set(attr, after[attr])
		}
	}
	for _, attr := range slices.Sorted(maps.Keys(before)) {
		if after[attr] == nil {
			e.remove(attr)
		}
	}
}

func equal(a, b types.AttributeValue) bool { return reflect.DeepEqual(a, b) }

// without returns names without those in some.
func without(names, some []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(some, name) })
}

// update is the update expression.
func (e *expression) update() *string {
	var parts []string
	for _, clause := range []struct {
		verb    string
		actions []string
	}{{"SET", e.sets}, {"REMOVE", e.removes}, {"ADD", e.adds}} {
		if len(clause.actions) > 0 {
			parts = append(parts, clause.verb+" "+strings.Join(clause.actions, ", "))
		}
	}
	return new(strings.Join(parts, " "))
}

// condition is the condition expression.
func (e *expression) condition() *string {
	return new(strings.Join(e.conditions, " AND "))
}

// DynamoDB refuses empty parts of an expression. The following return nil in place of an
// empty one.

func (e *expression) optionalCondition() *string {
	if len(e.conditions) == 0 {
		return nil
	}
	return e.condition()
}

func (e *expression) optionalNames() map[string]string {
	if len(e.names) == 0 {
		return nil
	}
	return e.names
}

func (e *expression) optionalValues() item {
	if len(e.values) == 0 {
		return nil
	}
	return e.values
}
