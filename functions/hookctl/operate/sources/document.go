package sources

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"unicode/utf8"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Fields of an entry that are not settings.
const (
	fieldProvider = "provider"
	fieldSecrets  = "secrets"
)

// A Document is a sources document that is being edited. It keeps the order, the fields
// and the exact text of what is not edited. The zero Document has no sources.
type Document struct{ sources object }

// ReadDocument reads a document as far as editing needs. If it is not a JSON object, the
// error is that of [source.Parse], which quotes nothing.
func ReadDocument(text []byte) (Document, error) {
	if o, ok := readObject(text); ok {
		return Document{o}, nil
	}
	if _, err := source.Parse(text, source.ParseOptions{}); err != nil {
		return Document{}, err
	}
	return Document{}, errors.New("not a JSON object")
}

// Text returns the document as JSON, one line for each source.
func (d Document) Text() []byte {
	if len(d.sources) == 0 {
		return []byte("{}")
	}
	return d.sources.text("{\n  ", ",\n  ", "\n}\n")
}

// Validate reports whether ingest accepts the document. The error joins all faults, by
// source and field, without values.
func (d Document) Validate() (source.Set, error) {
	return source.Parse(d.Text(), source.ParseOptions{})
}

// Names returns the sources' names, in the document's order.
func (d Document) Names() []string {
	var names []string
	for _, m := range d.sources {
		if m.name != source.KeyName {
			names = append(names, m.name)
		}
	}
	return names
}

// Has reports whether there is a source of that name.
func (d Document) Has(name string) bool {
	_, ok := d.sources.get(name)
	return ok && name != source.KeyName
}

// An Entry is one source, as far as it can be read: a value of a wrong type is absent.
type Entry struct {
	Name, Provider string
	Secrets        []webhook.Secret
	Settings       []Setting
}

// A Setting is an optional field of a source. A nil Value means that it is not set.
type Setting struct {
	Field string
	Value json.RawMessage
}

// Entry returns the source of that name, or the zero Entry.
func (d Document) Entry(name string) Entry {
	value, ok := d.sources.get(name)
	if !ok {
		return Entry{}
	}
	fields, _ := readObject(value)
	e := Entry{Name: name, Provider: name}
	if value, ok := fields.get(fieldProvider); ok {
		e.Provider = ""
		_ = json.Unmarshal(value, &e.Provider) // a value that is not a string is not a provider
	}
	if value, ok := fields.get(fieldSecrets); ok {
		e.Secrets, _ = readSecrets(value)
	}
	for _, field := range settingFields() {
		if value, ok := fields.get(field); ok {
			e.Settings = append(e.Settings, Setting{field, value})
		}
	}
	return e
}

// settingFields returns the optional fields in the order of lists.
func settingFields() []string {
	return []string{webhook.FieldSigned, webhook.FieldProduct, webhook.FieldHeader, webhook.FieldTolerance, webhook.FieldKey, webhook.FieldWindow}
}

func readSecrets(value json.RawMessage) ([]webhook.Secret, error) {
	var secrets []webhook.Secret
	if err := json.Unmarshal(value, &secrets); err != nil {
		return nil, errors.New("its secrets are not a list of strings")
	}
	return secrets, nil
}

// writeSecrets is the one place where secrets become text again.
func writeSecrets(secrets ...webhook.Secret) json.RawMessage {
	texts := make([]string, len(secrets))
	for i, s := range secrets {
		texts[i] = s.Reveal()
	}
	return encode(texts)
}

// encode encodes strings and numbers, which cannot fail.
func encode(value any) json.RawMessage {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	_ = e.Encode(value)
	return bytes.TrimRight(text.Bytes(), "\n")
}

// An object is a JSON object whose members keep their order and their text.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

// readObject reads a text that is one JSON object in UTF-8.
func readObject(text []byte) (object, bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	fields, err := webhook.ParseObject(text)
	if err != nil {
		return nil, false
	}
	var o object
	for name, value := range fields.All() {
		o = append(o, member{name, value})
	}
	return o, true
}

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

func (o object) get(name string) (json.RawMessage, bool) {
	if i := o.index(name); i >= 0 {
		return o[i].value, true
	}
	return nil, false
}

// with returns o with another value of that name, in its place or at the end. A name that
// occurs twice stays so, for [source.Parse] to refuse.
func (o object) with(name string, value json.RawMessage) object {
	changed := slices.Clone(o)
	if i := o.index(name); i >= 0 {
		changed[i].value = value
		return changed
	}
	return append(changed, member{name, value})
}

// without returns o without any member of that name.
func (o object) without(name string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return m.name == name })
}

func (o object) text(before, between, after string) []byte {
	var text bytes.Buffer
	text.WriteString(before)
	for i, m := range o {
		if i > 0 {
			text.WriteString(between)
		}
		text.Write(encode(m.name))
		text.WriteString(": ")
		text.Write(m.value)
	}
	text.WriteString(after)
	return text.Bytes()
}
