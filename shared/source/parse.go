package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"webhookintake/shared/webhook"
)

// ParseOptions say what a sources document may contain.
type ParseOptions struct {
	Providers   []webhook.Provider // nil means those of [Providers]
	AllowSample bool               // accept secrets that contain "sample-only"; not for real webhooks
}

// maxNameLen is the maximum length of a source's name, in bytes.
const maxNameLen = 63

// reservedName is the prefix of the keys of kept payloads, with which the dedup keys of a
// source of that name would collide.
const reservedName = "payload"

const fieldProvider = "provider"

// Parse reads a sources document. It refuses repeated and unknown names, text after the
// document, fields that the provider does not use, and sample secrets unless they are
// allowed. "{}" is the empty Set. Beside the sources there may be the [KeyName].
//
// Its error joins one [webhook.FieldError] for each fault, whose Field is the path
// "sources.<name>.<field>". It never quotes a value.
func Parse(doc []byte, o ParseOptions) (Set, error) {
	set, _, err := parse(doc, o)
	return set, err
}

// parse is [Parse], and also returns what makes hashes.
func parse(doc []byte, o ParseOptions) (Set, webhook.Hasher, error) {
	if o.Providers == nil {
		o.Providers = Providers()
	}
	entries, err := readDocument(doc)
	if err != nil {
		return nil, webhook.Hasher{}, &webhook.FieldError{Field: "sources", Problem: err.Error()}
	}
	hash, faults := readKey(entries)
	set := Set{}
	for name, value := range entries.All() {
		if name == KeyName {
			continue
		}
		p := parser{name: name, o: o, hash: hash}
		if _, repeated := set[name]; repeated {
			p.fault("", "this name occurs twice; give each source one entry")
		}
		set[name] = p.source(value)
		faults = append(faults, p.faults...)
	}
	if len(faults) > 0 {
		return nil, webhook.Hasher{}, errors.Join(faults...)
	}
	return set, hash, nil
}

// KeyName is the name, next to those of the sources, of the key with which ids and digests
// are made.
const KeyName = "$key"

// readKey reads the key. Without one, hashes have no key.
func readKey(entries webhook.Object) (hash webhook.Hasher, faults []error) {
	fault := func(problem string) {
		faults = append(faults, &webhook.FieldError{Field: "sources." + KeyName, Problem: problem})
	}
	var keys []json.RawMessage
	for name, value := range entries.All() {
		if name == KeyName {
			keys = append(keys, value)
		}
	}
	switch len(keys) {
	case 0:
		return hash, nil
	case 1:
	default:
		fault("occurs twice; keep one")
	}
	var key webhook.Secret
	if err := json.Unmarshal(keys[0], &key); err != nil || key.IsEmpty() {
		fault("want 32 random bytes in base64, as a string")
		return hash, faults
	}
	hash, ok := webhook.NewHasher(key)
	if !ok {
		fault("want 32 random bytes in padded base64; hookctl sources key makes them")
	}
	return hash, faults
}

// A parser reads one entry of the document and collects its faults.
type parser struct {
	name   string
	o      ParseOptions
	hash   webhook.Hasher
	faults []error
	at     []string // fields that have a fault already
}

// fault records what is wrong with a field. The empty field is the source itself.
func (p *parser) fault(field, problem string) {
	path := "sources." + p.name
	if !validName(p.name) {
		path = "sources." + strconv.QuoteToASCII(p.name)
	}
	if field != "" {
		path += "." + field
	}
	p.at = append(p.at, field)
	p.faults = append(p.faults, &webhook.FieldError{Field: path, Problem: problem})
}

func (p *parser) source(value json.RawMessage) Source {
	if !validName(p.name) || p.name == reservedName {
		p.fault("", "not a source's name: give 1 to 63 of a-z, 0-9 and -, not starting with -, and not \"payload\"")
	}
	entry, err := webhook.ParseObject(value)
	if err != nil {
		p.fault("", `want an object, as {"secrets": ["…"]}`)
		return Source{}
	}
	provider, settings := p.fields(entry)
	settings.Hash = p.hash
	s := Source{Name: p.name, Provider: p.provider(provider), Settings: settings}
	s.Verifier = p.configure(s)
	if !p.o.AllowSample {
		p.refuseSamples("secrets", settings.Secrets)
		p.refuseSamples(webhook.FieldURLs, settings.URLSecrets)
	}
	return s
}

// fields reads the fields of an entry, matching names exactly.
func (p *parser) fields(entry webhook.Object) (provider string, s webhook.Settings) {
	provider = p.name
	var read []string
	for name, value := range entry.All() {
		dst, want := field(name, &provider, &s)
		switch {
		case dst == nil:
			p.fault(fieldName(name), "there is no such field; remove it, or correct its name")
		case slices.Contains(read, name):
			p.fault(name, "occurs twice; keep one")
		case string(value) == "null" || json.Unmarshal(value, dst) != nil:
			p.fault(name, "want "+want)
		}
		read = append(read, name)
	}
	return provider, s
}

// field returns where the value of a field belongs, nil if there is no such field, and what
// it must be. There may be hundreds of sources, and a switch is faster than a map.
func field(name string, provider *string, s *webhook.Settings) (dst any, want string) {
	switch name {
	case fieldProvider:
		return provider, "a string"
	case "secrets":
		return &s.Secrets, "a list of strings"
	case webhook.FieldTolerance:
		return &s.ToleranceS, "a whole number of seconds"
	case webhook.FieldSigned:
		return &s.Signed, "a string"
	case webhook.FieldProduct:
		return &s.Product, "a string"
	case webhook.FieldHeader:
		return &s.Header, "a string"
	case webhook.FieldKey:
		return &s.Key, "a list of strings"
	case webhook.FieldWindow:
		return &s.DedupWindowS, "a whole number of seconds"
	case webhook.FieldURLs:
		return &s.URLSecrets, "a list of strings"
	}
	return nil, ""
}

// fieldName is an unknown field's name, quoted if it could be confused with the text
// around it.
func fieldName(name string) string {
	if name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '.' || r > '~' }) {
		return name
	}
	return strconv.QuoteToASCII(name)
}

// provider finds the provider of that name. It records no second fault of a field that
// could not be read.
func (p *parser) provider(name string) webhook.Provider {
	var known []string
	for _, provider := range p.o.Providers {
		if provider.Name() == name {
			return provider
		}
		known = append(known, provider.Name())
	}
	if !slices.Contains(p.at, fieldProvider) {
		p.fault(fieldProvider, "no provider of that name; give one of "+strings.Join(known, ", "))
	}
	return nil
}

// configure makes the verifier, and records the faults that the provider finds in fields
// that could be read. Without a provider it finds the general faults.
func (p *parser) configure(s Source) webhook.Verifier {
	if s.Provider == nil {
		p.providerFaults(s.Settings.Check(webhook.FieldTolerance, webhook.FieldSigned,
			webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey, webhook.FieldWindow, webhook.FieldURLs))
		return nil
	}
	verifier, err := s.Provider.Configure(s.Settings)
	p.providerFaults(err)
	return verifier
}

// providerFaults records the FieldErrors that err joins. It does not show the text of any
// other error, which could contain a secret.
func (p *parser) providerFaults(err error) {
	if err == nil {
		return
	}
	if many, ok := errors.AsType[joinedError](err); ok {
		for _, one := range many.Unwrap() {
			p.providerFaults(one)
		}
		return
	}
	fault, ok := errors.AsType[*webhook.FieldError](err)
	if !ok {
		p.fault("", "the provider refuses the settings")
		return
	}
	if field, _, _ := strings.Cut(fault.Field, "["); !slices.Contains(p.at, field) {
		p.fault(fault.Field, fault.Problem)
	}
}

// A joinedError is an error of errors.Join.
type joinedError interface {
	error
	Unwrap() []error
}

func (p *parser) refuseSamples(field string, secrets []webhook.Secret) {
	for i, secret := range secrets {
		if secret.IsSample() {
			p.fault(fmt.Sprintf("%s[%d]", field, i), "is a public sample secret; give the provider's own")
		}
	}
}

// validName reports whether a source can have that name. It becomes part of URLs, queue
// attributes and table keys.
func validName(name string) bool {
	if name == "" || len(name) > maxNameLen || name[0] == '-' {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}
