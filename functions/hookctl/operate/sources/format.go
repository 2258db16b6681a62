package sources

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// The forms of the document. An ingest refuses a document that has what it does not know,
// so nothing newer may be written than the deployed one reads.
const (
	formatFirst = 1
	formatKeyed = 2 // "$key", url_secrets and dedup_window_s
)

// Why a key or a newer field is not written.
var (
	ErrFormat  = errors.New("the deployed ingest does not read this yet")
	ErrHasKey  = errors.New("the document has a key already")
	ErrHasNone = errors.New("the document has nothing to take out")
)

// newFields are the fields of sources that came with formatKeyed.
var newFields = []string{webhook.FieldURLs, webhook.FieldWindow}

// Format returns the form that an ingest has to read for this document.
func (d Document) Format() int {
	if len(d.Newer()) > 0 {
		return formatKeyed
	}
	return formatFirst
}

// Newer lists what an ingest of the first form refuses: "$key", and fields of sources.
func (d Document) Newer() []string {
	var found []string
	if d.HasKey() {
		found = append(found, source.KeyName)
	}
	for _, name := range d.Names() {
		value, _ := d.sources.get(name)
		fields, _ := readObject(value)
		for _, field := range newFields {
			if _, ok := fields.get(field); ok {
				found = append(found, name+"."+field)
			}
		}
	}
	return found
}

// CheckFormat returns [ErrFormat] if an ingest that reads that form would refuse d.
func (d Document) CheckFormat(read int) error {
	if d.Format() <= read {
		return nil
	}
	return fmt.Errorf("%w: %s; deploy the stack with this version's template first", ErrFormat, strings.Join(d.Newer(), ", "))
}

// HasKey reports whether d has the key of ids and digests.
func (d Document) HasKey() bool { return d.sources.index(source.KeyName) >= 0 }

// WithKey returns d with a new random key, in place of one that it has if replace is set.
func (d Document) WithKey(replace bool) (Document, error) {
	if d.HasKey() && !replace {
		return d, fmt.Errorf("%w; to make another, say --replace", ErrHasKey)
	}
	key := member{source.KeyName, encode(randomKey())}
	return Document{append(object{key}, d.sources.without(source.KeyName)...)}, nil
}

// randomKey returns 32 random bytes in base64.
func randomKey() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return base64.StdEncoding.EncodeToString(b[:])
}

// Downgrade returns d without what an ingest of the first form refuses.
func (d Document) Downgrade() (Document, error) {
	if d.Format() == formatFirst {
		return d, ErrHasNone
	}
	down := Document{d.sources.without(source.KeyName)}
	for _, name := range d.Names() {
		fields, err := d.fields(name)
		if err != nil {
			return d, err
		}
		if slices.ContainsFunc(newFields, func(field string) bool { return fields.index(field) >= 0 }) {
			for _, field := range newFields {
				fields = fields.without(field)
			}
			down = down.withFields(name, fields)
		}
	}
	return down, nil
}

// MakeURLSecret returns d with a new random secret first in the url_secrets of the source,
// and the former first one behind it.
func (d Document) MakeURLSecret(name string) (Document, error) {
	fields, err := d.fields(name)
	if err != nil {
		return d, err
	}
	secrets := append([]webhook.Secret{webhook.NewSecret(randomKey())}, d.URLSecrets(name)...)
	return d.withFields(name, fields.with(webhook.FieldURLs, writeSecrets(secrets[:min(len(secrets), 2)]...))), nil
}

// URLSecrets returns the secrets of the URLs of a source.
func (d Document) URLSecrets(name string) []webhook.Secret {
	value, _ := d.sources.get(name)
	fields, _ := readObject(value)
	list, _ := fields.get(webhook.FieldURLs)
	var secrets []webhook.Secret
	_ = json.Unmarshal(list, &secrets) // what cannot be read, Validate refuses
	return secrets
}

// NewFaults returns the faults of after, as [source.Set.Faults] tells them, that before has
// not: what was in use does not keep a source from being changed.
func NewFaults(before, after Document) error {
	set, err := after.Validate()
	if err != nil {
		return err
	}
	was, _ := before.Validate() // of what is not valid, everything is new
	var old []string
	for _, text := range texts(was.Faults()) {
		old = append(old, place.ReplaceAllString(text, ""))
	}
	var faults []string
	for _, text := range texts(set.Faults()) {
		if !slices.Contains(old, place.ReplaceAllString(text, "")) {
			faults = append(faults, text)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return errors.New(strings.Join(faults, "\n"))
}

// place is where a secret is in its list, which a rotation changes.
var place = regexp.MustCompile(`\[\d+\]`)

func texts(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}
