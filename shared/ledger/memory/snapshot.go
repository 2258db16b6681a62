package memory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// snapshot is the content of a store as JSON.
type snapshot struct {
	Records  map[string]ledger.Record             `json:"records"`
	Payloads map[string][]byte                    `json:"payloads"`
	Newest   []newest                             `json:"newest"`
	States   map[string]ledger.StateValue         `json:"states"`
	Notes    map[string]ledger.Note               `json:"notes,omitempty"`
	Tables   map[string]map[string]map[string]any `json:"tables"`
}

type newest struct {
	Entity ledger.Entity `json:"entity"`
	At     time.Time     `json:"at"`
}

// Snapshot returns the content as JSON, payloads included, for [Store.Restore].
func (s *Store) Snapshot() (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := snapshot{Records: s.records, Payloads: s.payloads, States: s.states, Notes: s.notes, Tables: map[string]map[string]map[string]any{}}
	for entity, at := range s.newest {
		all.Newest = append(all.Newest, newest{entity, at})
	}
	for table, items := range s.tables {
		all.Tables[table] = map[string]map[string]any{}
		for id, item := range items {
			values := map[string]any{}
			for name, v := range item {
				values[name] = v.Any()
			}
			all.Tables[table][id] = values
		}
	}
	return json.Marshal(all)
}

// Restore replaces the content with that of a snapshot. If it fails, nothing changes.
func (s *Store) Restore(raw json.RawMessage) error {
	var all snapshot
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // otherwise a number in a table would lose digits
	if err := d.Decode(&all); err != nil {
		return fmt.Errorf("restore the ledger: %w", err)
	}
	restored, err := tablesOf(all.Tables)
	if err != nil {
		return fmt.Errorf("restore the ledger: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records, s.payloads, s.states, s.tables = all.Records, all.Payloads, all.States, restored
	s.notes = all.Notes
	s.newest = map[ledger.Entity]time.Time{}
	for _, n := range all.Newest {
		s.newest[n.Entity] = n.At
	}
	return nil
}

func tablesOf(stored map[string]map[string]map[string]any) (tables, error) {
	all := tables{}
	for table, items := range stored {
		all[table] = map[string]webhook.Attributes{}
		for id, values := range items {
			item := webhook.Attributes{}
			for name, v := range values {
				var err error
				if item[name], err = valueOf(v); err != nil {
					return nil, fmt.Errorf("table %s: attribute %s: %w", table, name, err)
				}
			}
			all[table][id] = item
		}
	}
	return all, nil
}

func valueOf(v any) (webhook.Value, error) {
	switch v := v.(type) {
	case string:
		return webhook.S(v), nil
	case bool:
		return webhook.B(v), nil
	case json.Number:
		n, err := v.Int64()
		return webhook.N(n), err
	}
	return webhook.Value{}, fmt.Errorf("%T is not an attribute's value", v)
}
