package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"webhookintake/shared/webhook"
)

func bodyChecks() []check {
	return []check{
		{"NotAnObject", "A signed body that is not a JSON object is malformed_body.", checkNotAnObject},
		{"VerifiedFirst", "Nothing is parsed that is not signed.", checkVerifiedFirst},
		{"Large", "A body of 2 MB is verified like any other.", checkLarge},
		{"Open", "Open reads the same as Verify, if the settings do not change it.", checkOpen},
	}
}

// notObjects are bodies that no provider can use.
func notObjects() []string {
	return []string{
		"", " ", "null", "true", "7", `"text"`, "[]", `[{"id":"evt_1"}]`, "{", `{"id":"evt_1"`,
		"{} {}", "{}x", "\ufeff{}", "\xff", "id=evt_1&type=x", `{"id":"evt_1",}`, `{'id':'evt_1'}`,
		`{"deep":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}",
	}
}

func checkNotAnObject(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	for _, body := range notObjects() {
		if err := refused(v, c.sign(current, []byte(body)), webhook.ErrMalformedBody); err != nil {
			return fmt.Errorf("%.40q: %w", body, err)
		}
	}
	return nil
}

func checkVerifiedFirst(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	for _, body := range notObjects() {
		if err := refused(v, c.sign(foreign, []byte(body)), webhook.ErrSignatureMismatch); err != nil {
			return fmt.Errorf("%.40q: %w", body, err)
		}
	}
	return nil
}

func checkLarge(c Case) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	large := addField(c.Body, `"padding":"`+strings.Repeat("x", 2<<20)+`"`)
	return taken(v, c.sign(current, large), 0)
}

func checkOpen(c Case) error {
	got, err := c.Provider.Open(c.Body)
	if err != nil {
		return err
	}
	if string(got.Data) != string(c.Want.Data) || !got.Time.Equal(c.Want.Time) {
		return fmt.Errorf("opened %s at %v, want %s at %v", got.Data, got.Time, c.Want.Data, c.Want.Time)
	}
	if _, err := c.Provider.Open([]byte("[]")); !errors.Is(err, webhook.ErrMalformedBody) {
		return fmt.Errorf("open of an array: %w, want %w", err, webhook.ErrMalformedBody)
	}
	return nil
}

func idCheck() check {
	return check{"ID", "An id is a string of 1 to 200 characters of 0x21–0x7E.", func(c Case) error {
		read := func(e webhook.Envelope) string { return e.ID }
		return c.checkName(c.IDField, read, webhook.ErrMissingID, webhook.ErrInvalidID)
	}}
}

func typeCheck() check {
	return check{"Type", "A type is a string of 1 to 200 characters of 0x21–0x7E.", func(c Case) error {
		read := func(e webhook.Envelope) string { return e.Type }
		return c.checkName(c.TypeField, read, webhook.ErrMissingType, webhook.ErrInvalidType)
	}}
}

// checkName tries values of the field that holds the id or the type.
func (c Case) checkName(field string, read func(webhook.Envelope) string, missing, invalid webhook.Code) error {
	v, err := c.verifier()
	if err != nil {
		return err
	}
	longest := `"` + strings.Repeat("~", 200) + `"`
	for _, tt := range []struct {
		value string // JSON; empty means that the field is absent
		want  webhook.Code
	}{
		{`"!"`, ""}, {longest, ""}, {`"evt\u005f1"`, ""},
		{"", missing}, {"null", missing},
		{`""`, invalid}, {"7", invalid}, {"true", invalid}, {`["a"]`, invalid}, {`{"a":1}`, invalid},
		{`"two words"`, invalid}, {`"tab\t"`, invalid}, {`"\u0000"`, invalid}, {`"\u007f"`, invalid},
		{`"é"`, invalid}, {"\"\xff\"", invalid}, {`"~` + longest[1:], invalid},
	} {
		body, err := c.bodyWith(field, tt.value)
		if err != nil {
			return err
		}
		r := c.sign(current, body)
		if tt.want != "" {
			err = refused(v, r, tt.want)
		} else {
			err = c.takenAs(v, r, tt.value, read)
		}
		if err != nil {
			return fmt.Errorf("%s %.20q: %w", field, tt.value, err)
		}
	}
	return c.checkRepeated(v, field, read)
}

func (c Case) takenAs(v webhook.Verifier, r webhook.Request, value string, read func(webhook.Envelope) string) error {
	var want string
	if err := json.Unmarshal([]byte(value), &want); err != nil {
		return err
	}
	got, err := v.Verify(r)
	if err != nil {
		return err
	}
	if read(got.Envelope) != want {
		return fmt.Errorf("read %q, want %q", read(got.Envelope), want)
	}
	return nil
}

// checkRepeated repeats the field, also in upper case. The last field of the exact name
// counts.
func (c Case) checkRepeated(v webhook.Verifier, field string, read func(webhook.Envelope) string) error {
	body := addField(c.Body, fmt.Sprintf("%q:\"first\",%q:\"other\"", field, strings.ToUpper(field)))
	got, err := v.Verify(c.sign(current, body))
	if err != nil {
		return fmt.Errorf("%s twice: %w", field, err)
	}
	if want := read(c.Want); read(got.Envelope) != want {
		return fmt.Errorf("%s twice: read %q, want %q", field, read(got.Envelope), want)
	}
	return nil
}

// bodyWith returns the body with another value of one field, or without the field.
func (c Case) bodyWith(field, value string) ([]byte, error) {
	o := map[string]json.RawMessage{}
	if err := json.Unmarshal(c.Body, &o); err != nil {
		return nil, err
	}
	delete(o, field)
	body, err := json.Marshal(o)
	if err != nil || value == "" {
		return body, err
	}
	return addField(body, fmt.Sprintf("%q:%s", field, value)), nil
}
