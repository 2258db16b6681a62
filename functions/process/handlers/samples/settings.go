package samples

import (
	"context"
	"errors"
	"log/slog"
	"net/mail"
	"net/url"
	"path"
	"strings"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// sampleOnly marks a value that only serves to show what a handler would do.
const sampleOnly = "sample-only"

// settings reads the settings of handlers, and collects the missing and the wrong ones, so
// that the program reports them all at once.
type settings struct {
	getenv func(string) string
	off    []slog.Attr // by handler: the settings that are missing
	faults []error
}

// on reports whether every setting that a handler needs is set, and whether one of them
// contains "sample-only": the handler then logs what it would do, and calls nobody.
func (s *settings) on(handler string, names ...string) (on, sample bool) {
	var missing []string
	for _, name := range names {
		value := s.getenv(name)
		if value == "" {
			missing = append(missing, name)
		}
		sample = sample || strings.Contains(value, sampleOnly)
	}
	if len(missing) > 0 {
		s.off = append(s.off, slog.String(handler, strings.Join(missing, " ")))
		return false, false
	}
	return true, sample
}

// report logs once which handlers are off, and which settings each of them lacks. Its error
// joins the faults, each with the name of the setting and never with its value.
func (s *settings) report() error {
	if len(s.off) > 0 {
		slog.Info("handlers that are off, and the settings they wait for", slog.GroupAttrs("off", s.off...))
	}
	return errors.Join(s.faults...)
}

func (s *settings) fault(name, problem string) {
	s.faults = append(s.faults, &webhook.FieldError{Field: name, Problem: problem})
}

// text reads any text.
func (s *settings) text(name string) string { return s.getenv(name) }

// contiguity returns a client for Contiguity's API with the token in that setting; nil if
// the setting is empty.
func (s *settings) contiguity(name string) *contiguity.Client {
	token := s.getenv(name)
	if token == "" {
		return nil
	}
	client, err := newContiguity(webhook.NewSecret(token), "")
	if fault, ok := errors.AsType[*webhook.FieldError](err); ok { // it has no other type
		s.fault(name, fault.Problem)
	}
	return client
}

// confirmTIN returns a function that fetches a request from Compliancely; nil if there are
// no credentials.
func (s *settings) confirmTIN() func(context.Context, compliancely.TINResult) (compliancely.TINResult, error) {
	const user, password = "COMPLIANCELY_USERNAME", "COMPLIANCELY_PASSWORD"
	name, secret := s.getenv(user), s.getenv(password)
	switch {
	case name == "" && secret == "", strings.Contains(name+secret, sampleOnly):
		return nil
	case name == "":
		s.fault(user, "is missing, but "+password+" is set")
	case secret == "":
		s.fault(password, "is missing, but "+user+" is set")
	}
	client, err := compliancely.NewClient(compliancely.ClientOptions{Username: name, Password: webhook.NewSecret(secret)})
	if err != nil {
		return nil // one of the two is missing
	}
	return func(ctx context.Context, r compliancely.TINResult) (compliancely.TINResult, error) {
		return compliancely.Confirm(ctx, client, r)
	}
}

// address reads an https URL; empty if the setting is empty.
func (s *settings) address(name string) string {
	value := s.getenv(name)
	u, err := url.Parse(value)
	if value != "" && (err != nil || u.Scheme != "https" || u.Hostname() == "") {
		s.fault(name, "want a URL that begins with https://")
	}
	return value
}

// file reads an https URL whose path ends with a file extension.
func (s *settings) file(name string) string {
	value := s.address(name)
	if u, err := url.Parse(value); err == nil && u.Hostname() != "" && path.Ext(u.Path) == "" {
		s.fault(name, "want the URL of a file with its extension, such as .pdf")
	}
	return value
}

// tableLetters are the characters that DynamoDB accepts in a table's name.
const tableLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

func isNoTableLetter(c rune) bool { return !strings.ContainsRune(tableLetters, c) }

// table reads the name of a DynamoDB table.
func (s *settings) table(name string) string {
	value := s.getenv(name)
	if value != "" && (len(value) < 3 || len(value) > 255 || strings.ContainsFunc(value, isNoTableLetter)) {
		s.fault(name, "want the name of a DynamoDB table: 3 to 255 letters, digits, _ . or -")
	}
	return value
}

// mailboxes reads one e-mail address, or several separated by commas.
func (s *settings) mailboxes(name string) []string {
	list, err := mail.ParseAddressList(s.getenv(name))
	if err != nil {
		s.fault(name, "want an e-mail address, or several with commas between them")
	}
	var texts []string
	for _, a := range list {
		if a.Name == "" {
			texts = append(texts, a.Address)
			continue
		}
		texts = append(texts, a.String())
	}
	return texts
}

// mailbox reads one e-mail address.
func (s *settings) mailbox(name string) string {
	list := s.mailboxes(name)
	if len(list) > 1 {
		s.fault(name, "want one e-mail address")
	}
	return strings.Join(list, "")
}
