package webhook_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/webhook"
)

func key(id string) webhook.Attributes { return webhook.Attributes{"pk": webhook.S(id)} }

func adds(n int) (ws []webhook.Write) {
	for i := range n {
		ws = append(ws, webhook.Add("counts", key(fmt.Sprint("k", i)), "n", 1))
	}
	return ws
}

func TestCheckWrites(t *testing.T) {
	t.Parallel()
	type attributes = webhook.Attributes
	for _, tt := range []struct {
		name   string
		writes []webhook.Write
		reason string // empty: they can be committed
	}{
		{"none", nil, ""},
		{"one of each", []webhook.Write{
			webhook.Put("t", key("a"), attributes{"s": webhook.S(""), "n": webhook.N(0), "b": webhook.B(false)}),
			webhook.Delete("t", key("b")),
			webhook.Add("t", key("c"), "n", -1),
		}, ""},
		{"two-part key", []webhook.Write{webhook.Put("t", attributes{"pk": webhook.S("a"), "sk": webhook.N(1)}, nil)}, ""},
		{"same key, other table", []webhook.Write{webhook.Delete("t", key("a")), webhook.Delete("u", key("a"))}, ""},
		{"text and number alike", []webhook.Write{
			webhook.Delete("t", key("1")), webhook.Delete("t", attributes{"pk": webhook.N(1)}),
		}, ""},
		{"as many as allowed", adds(25), ""},
		{"one more", adds(26), "26 of them, at most 25"},
		{"same item", []webhook.Write{webhook.Put("t", key("a"), nil), webhook.Delete("t", key("a"))}, "write 1: another one"},
		{"no table", []webhook.Write{webhook.Delete("", key("a"))}, "write 0: no table"},
		{"no key", []webhook.Write{webhook.Delete("t", nil)}, "write 0: the key has"},
		{"key of three", []webhook.Write{webhook.Delete("t", attributes{"a": webhook.N(1), "b": webhook.N(1), "c": webhook.N(1)})}, "the key has"},
		{"boolean key", []webhook.Write{webhook.Delete("t", attributes{"pk": webhook.B(true)})}, "a key attribute is"},
		{"empty key", []webhook.Write{webhook.Delete("t", key(""))}, "a key attribute is"},
		{"key without value", []webhook.Write{webhook.Delete("t", attributes{"pk": {}})}, "without name or value"},
		{"attribute without value", []webhook.Write{webhook.Put("t", key("a"), attributes{"x": {}})}, "without name or value"},
		{"attribute without name", []webhook.Write{webhook.Put("t", key("a"), attributes{"": webhook.N(1)})}, "without name or value"},
		{"put of its key", []webhook.Write{webhook.Put("t", key("a"), key("b"))}, "put sets a key attribute"},
		{"add to nothing", []webhook.Write{webhook.Add("t", key("a"), "", 1)}, "add names no attribute"},
		{"add to its key", []webhook.Write{webhook.Add("t", key("a"), "pk", 1)}, "add names no attribute"},
		{"one condition each", []webhook.Write{
			webhook.Put("t", key("a"), nil).IfAbsent(), webhook.Delete("t", key("b")).IfEquals("s", webhook.S("")),
			webhook.Add("t", key("c"), "n", 1).IfEquals("pk", webhook.S("c")),
		}, ""},
		{"two conditions", []webhook.Write{webhook.Put("t", key("a"), nil).IfAbsent().IfAbsent()}, "at most one condition"},
		{"condition without attribute", []webhook.Write{webhook.Delete("t", key("a")).IfEquals("", webhook.S("x"))}, "condition without"},
		{"condition without value", []webhook.Write{webhook.Delete("t", key("a")).IfEquals("s", webhook.Value{})}, "condition without"},
		{"no operation", []webhook.Write{webhook.Delete("t", key("a")), {Table: "t", Key: key("b")}}, "write 1: no such operation"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := webhook.CheckWrites(tt.writes)
			if tt.reason == "" {
				if err != nil {
					t.Errorf("CheckWrites = %v", err)
				}
				return
			}
			if !errors.Is(err, webhook.ErrWrites) || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("CheckWrites = %v, want ErrWrites with %q", err, tt.reason)
			}
		})
	}
}

// A condition is one write's: the write that it was made from stays as it was.
func TestConditionsAreNotShared(t *testing.T) {
	t.Parallel()
	w := webhook.Delete("t", key("a"))
	w.If = make([]webhook.Condition, 0, 4)
	absent, equals := w.IfAbsent(), w.IfEquals("n", webhook.N(1))
	if len(w.If) != 0 || !absent.Holds(nil) || equals.Holds(nil) {
		t.Errorf("conditions of the first: %v, of the second: %v, of the third: %v", w.If, absent.If, equals.If)
	}
	if item := (webhook.Attributes{"n": webhook.N(1)}); absent.Holds(item) || !equals.Holds(item) {
		t.Errorf("on %v: %v, %v", item, absent.Holds(item), equals.Holds(item))
	}
}

func TestItem(t *testing.T) {
	t.Parallel()
	two := webhook.Attributes{"pk": webhook.S("a"), "sk": webhook.N(1)}
	if webhook.Put("t", two, key("x")).Item() != webhook.Delete("t", two).Item() {
		t.Error("writes to one item must have one Item")
	}
	seen := map[string]int{}
	for i, w := range []webhook.Write{
		webhook.Delete("t", two), webhook.Delete("t", key("a")), webhook.Delete("u", key("a")),
		webhook.Delete("t", key(`a" "sk"=1`)), webhook.Delete("t", key("1")),
		webhook.Delete("t", webhook.Attributes{"pk": webhook.N(1)}), webhook.Delete(`t" "pk"="a`, key("a")),
	} {
		if other, ok := seen[w.Item()]; ok {
			t.Errorf("writes %d and %d to different items have one Item", other, i)
		}
		seen[w.Item()] = i
	}
}

func TestValueAny(t *testing.T) {
	t.Parallel()
	got := []any{webhook.S("s").Any(), webhook.N(-7).Any(), webhook.B(true).Any(), webhook.Value{}.Any()}
	if diff := cmp.Diff([]any{"s", int64(-7), true, nil}, got); diff != "" {
		t.Errorf("Any (-want +got):\n%s", diff)
	}
}
