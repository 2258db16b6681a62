package memory

import (
	"fmt"
	"maps"

	"webhookintake/shared/webhook"
)

// tables are the user's items, by table and by itemID. Items are replaced, never
// changed, so they can be handed out.
type tables map[string]map[string]webhook.Attributes

// itemID is one text for one item.
func itemID(table string, key webhook.Attributes) string {
	return webhook.Delete(table, key).Item()
}

// apply applies all writes, or none and returns webhook.ErrCondition or webhook.ErrWrites.
// They change distinct items, so the result of each is known before the first is applied.
func (ts tables) apply(writes []webhook.Write) error {
	after := make([]webhook.Attributes, len(writes))
	for i, w := range writes {
		item := ts[w.Table][w.Item()]
		if !w.Holds(item) {
			return fmt.Errorf("%w: write %d", webhook.ErrCondition, i)
		}
		var err error
		if after[i], err = changed(item, w); err != nil {
			return fmt.Errorf("%w: write %d: %w", webhook.ErrWrites, i, err)
		}
	}
	for i, w := range writes {
		if ts[w.Table] == nil {
			ts[w.Table] = map[string]webhook.Attributes{}
		}
		if after[i] == nil {
			delete(ts[w.Table], w.Item())
			continue
		}
		ts[w.Table][w.Item()] = after[i]
	}
	return nil
}

// changed returns item as w leaves it; nil is no item.
func changed(item webhook.Attributes, w webhook.Write) (webhook.Attributes, error) {
	if w.Op == webhook.OpDelete {
		return nil, nil
	}
	next := maps.Clone(w.Key)
	if w.Op == webhook.OpPut {
		maps.Copy(next, w.Set)
		return next, nil
	}
	maps.Copy(next, item)
	var n int64
	if old, ok := item[w.Name]; ok {
		if n, ok = old.Any().(int64); !ok {
			return nil, fmt.Errorf("attribute %q is not a number", w.Name)
		}
	}
	next[w.Name] = webhook.N(n + w.By)
	return next, nil
}
