package sources

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Why a change is refused. The errors that wrap them say what to do.
var (
	ErrUnknownSource = errors.New("no such source")
	ErrNeedsSecret   = errors.New("a new source needs a secret")
	ErrSameSecret    = errors.New("the source already has that secret")
	ErrBadSecret     = errors.New("this cannot be a secret")
	ErrUnreadable    = errors.New("the entry cannot be edited")
)

// An Edit is a change of one source. The zero Edit changes nothing.
type Edit struct {
	Secret   webhook.Secret // replaces all secrets; empty keeps them
	Provider *string        // nil keeps it
	Settings []Setting      // a nil Value removes the field
}

// Set returns d with the source of that name added or changed.
func (d Document) Set(name string, e Edit) (Document, error) {
	fields, err := d.fields(name)
	if errors.Is(err, ErrUnknownSource) && e.Secret.IsEmpty() {
		return d, fmt.Errorf("%w: %q", ErrNeedsSecret, name)
	}
	if err != nil && !errors.Is(err, ErrUnknownSource) {
		return d, err
	}
	if e.Provider != nil {
		fields = withProvider(fields, name, *e.Provider)
	}
	if !e.Secret.IsEmpty() {
		if err := checkSecret(e.Secret); err != nil {
			return d, err
		}
		fields = fields.with(fieldSecrets, writeSecrets(e.Secret))
	}
	for _, s := range e.Settings {
		if s.Value == nil {
			fields = fields.without(s.Field)
			continue
		}
		fields = fields.with(s.Field, s.Value)
	}
	return d.withFields(name, fields), nil
}

// withProvider writes the provider, unless the source has its name.
func withProvider(fields object, name, provider string) object {
	if provider == "" || provider == name {
		return fields.without(fieldProvider)
	}
	return fields.with(fieldProvider, encode(provider))
}

// Rotate returns d with a new secret first in the source and the former first one behind
// it, so that webhooks signed with either are accepted. Older secrets are dropped.
func (d Document) Rotate(name string, secret webhook.Secret) (Document, error) {
	fields, secrets, err := d.secrets(name)
	if err != nil {
		return d, err
	}
	if err := checkSecret(secret); err != nil {
		return d, err
	}
	if i := slices.IndexFunc(secrets, func(s webhook.Secret) bool { return same(s, secret) }); i >= 0 {
		return d, fmt.Errorf("%w, as secrets[%d]; to make it the only one, use set", ErrSameSecret, i)
	}
	rotated := append([]webhook.Secret{secret}, secrets[:min(len(secrets), 1)]...)
	return d.withFields(name, fields.with(fieldSecrets, writeSecrets(rotated...))), nil
}

// Revoke returns d with the new secret as the only one of the source.
func (d Document) Revoke(name string, secret webhook.Secret) (Document, error) {
	fields, _, err := d.secrets(name)
	if err != nil {
		return d, err
	}
	if err := checkSecret(secret); err != nil {
		return d, err
	}
	return d.withFields(name, fields.with(fieldSecrets, writeSecrets(secret))), nil
}

// Finish returns d with only the first secret of the source. If it has no other, that is d.
func (d Document) Finish(name string) (Document, error) {
	fields, secrets, err := d.secrets(name)
	if err != nil || len(secrets) < 2 {
		return d, err
	}
	return d.withFields(name, fields.with(fieldSecrets, writeSecrets(secrets[0]))), nil
}

// Remove returns d without the source.
func (d Document) Remove(name string) (Document, error) {
	if !d.Has(name) {
		return d, d.unknown(name)
	}
	return Document{d.sources.without(name)}, nil
}

// fields returns the fields of a source, or [ErrUnknownSource].
func (d Document) fields(name string) (object, error) {
	value, ok := d.sources.get(name)
	if !ok {
		return nil, d.unknown(name)
	}
	fields, ok := readObject(value)
	if !ok {
		return nil, fmt.Errorf("%w: source %q is not a JSON object; remove it and set it again", ErrUnreadable, name)
	}
	return fields, nil
}

func (d Document) secrets(name string) (object, []webhook.Secret, error) {
	fields, err := d.fields(name)
	if err != nil {
		return nil, nil, err
	}
	value, ok := fields.get(fieldSecrets)
	if !ok {
		value = json.RawMessage("[]")
	}
	secrets, err := readSecrets(value)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: source %q: %w; set them again", ErrUnreadable, name, err)
	}
	return fields, secrets, nil
}

func (d Document) withFields(name string, fields object) Document {
	return Document{d.sources.with(name, fields.text("{", ", ", "}"))}
}

func (d Document) unknown(name string) error {
	if len(d.sources) == 0 {
		return fmt.Errorf("%w %q: there are no sources yet", ErrUnknownSource, name)
	}
	return fmt.Errorf("%w %q: there are %s", ErrUnknownSource, name, strings.Join(d.Names(), ", "))
}

// checkSecret refuses a secret that was not copied well. It does not quote what it refuses.
func checkSecret(s webhook.Secret) error {
	if s.IsEmpty() {
		return fmt.Errorf("%w: it is empty", ErrBadSecret)
	}
	if problem := source.SecretProblem(s); problem != "" {
		return fmt.Errorf("%w: it %s", ErrBadSecret, problem)
	}
	return nil
}

func same(a, b webhook.Secret) bool { return a.Reveal() == b.Reveal() }
