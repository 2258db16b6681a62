package providertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"webhookintake/shared/webhook"
)

func settingsChecks() []check {
	return []check{
		{"Name", "The provider has the name that the sources document uses.", checkName},
		{"NoSecret", "Without a secret, or with an empty one, there is no Verifier.", checkNoSecret},
		{"UnusedFields", "A field that the provider does not use is refused by name.", checkUnused},
		{"AllFaults", "The error names all fields at fault.", checkAllFaults},
		{"Bound", "A later change of the settings has no effect.", checkBound},
		{"Printing", "A Verifier that is printed shows no secret.", checkPrinting},
		{"SignWithoutSecret", "No Verifier accepts what was signed without a secret.", checkSignWithoutSecret},
	}
}

// faulty returns an error unless Configure refuses s and names the fields, without quoting
// a secret.
func (c Case) faulty(s webhook.Settings, fields ...string) error {
	v, err := c.Provider.Configure(s)
	if err == nil || v != nil {
		return fmt.Errorf("configured, want faults in %v", fields)
	}
	if named := faultyFields(err); !slices.Equal(named, fields) {
		return fmt.Errorf("faults in %v, want %v: %w", named, fields, err)
	}
	return leak(err.Error(), webhook.Request{})
}

// joinedErrors is implemented by the errors of errors.Join.
type joinedErrors interface {
	error
	Unwrap() []error
}

// faultyFields are the fields of the FieldErrors that err joins, in order.
func faultyFields(err error) (fields []string) {
	if joined, ok := errors.AsType[joinedErrors](err); ok {
		for _, err := range joined.Unwrap() {
			fields = append(fields, faultyFields(err)...)
		}
		return fields
	}
	if fault, ok := errors.AsType[*webhook.FieldError](err); ok {
		return []string{fault.Field}
	}
	return []string{"(no FieldError)"}
}

func checkName(c Case) error {
	if got := c.Provider.Name(); got != c.Name {
		return fmt.Errorf("name %q, want %q", got, c.Name)
	}
	return nil
}

func toleranceCheck() check {
	return check{"NegativeTolerance", "A negative tolerance is refused.", func(c Case) error {
		s := c.settings(current)
		s.ToleranceS = new(int64(-1))
		return c.faulty(s, webhook.FieldTolerance)
	}}
}

func checkNoSecret(c Case) error {
	return errors.Join(
		c.faulty(c.settings(), "secrets"),
		c.faulty(c.settings(webhook.NewSecret("")), "secrets[0]"),
		c.faulty(c.settings(current, webhook.Secret{}), "secrets[1]"),
	)
}

// unused returns settings of the case, each with one field set that the provider does not
// use.
func (c Case) unused() map[string]webhook.Settings {
	all := map[string]webhook.Settings{}
	for name, set := range map[string]func(*webhook.Settings){
		webhook.FieldTolerance: func(s *webhook.Settings) { s.ToleranceS = new(int64(1)) },
		webhook.FieldSigned:    func(s *webhook.Settings) { s.Signed = "body" },
		webhook.FieldProduct:   func(s *webhook.Settings) { s.Product = "tin_match" },
		webhook.FieldHeader:    func(s *webhook.Settings) { s.Header = "X-Other" },
		webhook.FieldKey:       func(s *webhook.Settings) { s.Key = []string{"/id"} },
		webhook.FieldWindow:    func(s *webhook.Settings) { s.DedupWindowS = new(int64(3600)) },
		webhook.FieldURLs:      func(s *webhook.Settings) { s.URLSecrets = []webhook.Secret{foreign} },
	} {
		if !slices.Contains(c.Uses, name) {
			s := c.settings(current)
			set(&s)
			all[name] = s
		}
	}
	return all
}

func checkUnused(c Case) error {
	var errs []error
	for name, s := range c.unused() {
		errs = append(errs, c.faulty(s, name))
	}
	return errors.Join(errs...)
}

func checkAllFaults(c Case) error {
	for name, s := range c.unused() {
		s.Secrets = nil
		if err := c.faulty(s, "secrets", name); err != nil {
			return err
		}
	}
	return nil
}

func checkBound(c Case) error {
	s := c.settings(current, previous)
	v, err := c.Provider.Configure(s)
	if err != nil {
		return err
	}
	s.Secrets[0] = foreign
	return errors.Join(
		taken(v, c.sign(current, c.Body), 0),
		refused(v, c.sign(foreign, c.Body), webhook.ErrSignatureMismatch),
	)
}

func checkPrinting(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		text := fmt.Sprintf(format, v)
		if strings.Contains(text, current.Reveal()) || strings.Contains(text, fmt.Sprintf("%x", current.Reveal())) {
			return fmt.Errorf("%s shows the secret", format)
		}
	}
	return nil
}

func checkSignWithoutSecret(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	return refused(v, c.Provider.Sign(c.settings(), c.ID, c.Body, At), webhook.ErrSignatureMismatch)
}
