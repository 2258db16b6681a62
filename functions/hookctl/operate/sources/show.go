package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	dots = "••••"
	// maskedFrom is the least length, in characters, of a secret whose end is shown.
	maskedFrom = 12
	shown      = 4
)

// Mask returns the last characters of a secret, which distinguish it from others, or
// nothing of a short one.
func Mask(s webhook.Secret) string {
	runes := []rune(s.Reveal())
	if len(runes) < maskedFrom {
		return dots
	}
	return dots + string(runes[len(runes)-shown:])
}

// A Row is one source as it is listed.
type Row struct {
	Name     string                     `json:"source"`
	Provider string                     `json:"provider"`
	Secrets  []string                   `json:"secrets"` // masked, the first one first
	Settings map[string]json.RawMessage `json:"settings"`
}

// Rows returns the sources in the document's order. The document has to be valid: otherwise
// a secret may be in another field.
func (d Document) Rows() []Row {
	rows := []Row{}
	for _, name := range d.Names() {
		e := d.Entry(name)
		row := Row{Name: name, Provider: e.Provider, Secrets: []string{}, Settings: map[string]json.RawMessage{}}
		for _, s := range e.Secrets {
			row.Secrets = append(row.Secrets, Mask(s))
		}
		for _, s := range e.Settings {
			row.Settings[s.Field] = s.Value
		}
		rows = append(rows, row)
	}
	return rows
}

// SettingsText returns the settings in one line.
func (r Row) SettingsText() string {
	var parts []string
	for _, field := range settingFields() {
		if value, ok := r.Settings[field]; ok {
			parts = append(parts, field+"="+plain(value))
		}
	}
	return strings.Join(parts, " ")
}

// plain returns a value on one line, and a string without its quotes.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil {
		return "?"
	}
	return compact.String()
}

// Changes returns what changes for a source, line by line, with its secrets masked. If
// nothing changes, there is no line.
func Changes(before, after Document, name string) []string {
	if bytes.Equal(before.Text(), after.Text()) {
		return nil
	}
	was, is := before.Entry(name), after.Entry(name)
	var lines []string
	line := func(what, format string, args ...any) {
		lines = append(lines, fmt.Sprintf("  %-11s  %s", what, fmt.Sprintf(format, args...)))
	}
	switch {
	case is.Name == "":
		lines = append(lines, name+" is removed: its webhooks are then answered with 404 (unknown_source)")
	case was.Name == "":
		lines = append(lines, name+" is new, of provider "+is.Provider)
	default:
		lines = append(lines, name+" is changed")
	}
	if was.Name != "" && is.Name != "" && was.Provider != is.Provider {
		line(fieldProvider, "%s -> %s", known(before, was.Provider), is.Provider)
	}
	for i, s := range is.Secrets {
		line(fmt.Sprintf("secrets[%d]", i), "%s  %s", Mask(s), origin(s, i, was.Secrets))
	}
	for i, s := range was.Secrets {
		if !slices.ContainsFunc(is.Secrets, func(o webhook.Secret) bool { return same(o, s) }) {
			line("dropped", "%s  was secrets[%d]", Mask(s), i)
		}
	}
	if was, is := len(before.URLSecrets(name)), len(after.URLSecrets(name)); was != is || is > 0 && !same(before.URLSecrets(name)[0], after.URLSecrets(name)[0]) {
		line(webhook.FieldURLs, "%d -> %d: webhooks must come to URLs that hookctl sources url made", was, is)
	}
	if after.HasKey() && !before.HasKey() {
		line(source.KeyName, "new: makes ids and digests unguessable")
	}
	for _, field := range settingFields() {
		old, now := setting(was, field), setting(is, field)
		if old != now && is.Name != "" {
			line(field, "%s -> %s", known(before, old), now)
		}
	}
	return lines
}

// origin returns where a secret was before.
func origin(s webhook.Secret, index int, was []webhook.Secret) string {
	switch i := slices.IndexFunc(was, func(o webhook.Secret) bool { return same(o, s) }); i {
	case -1:
		return "new"
	case index:
		return "stays"
	default:
		return fmt.Sprintf("was secrets[%d]", i)
	}
}

func setting(e Entry, field string) string {
	if i := slices.IndexFunc(e.Settings, func(s Setting) bool { return s.Field == field }); i >= 0 {
		return plain(e.Settings[i].Value)
	}
	return "not set"
}

// known returns a value of a valid document. Otherwise a secret may be in another field.
func known(d Document, value string) string {
	if _, err := d.Validate(); err != nil {
		return "?"
	}
	return value
}
