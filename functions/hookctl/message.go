package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/webhook"
)

// defaultAddr is where run serves, and where send sends.
const defaultAddr = "127.0.0.1:8080"

// A messageFlags says which webhook is meant, how it is signed, and where it goes.
type messageFlags struct {
	file, provider string
	to             string
	signed, header string
	secret         secretFlags
}

func (f *messageFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "file", "", "take the body from a `FILE` and not a sample; - is standard input")
	c.Flags().StringVar(&f.provider, "provider", "", "whose webhook the file is, by the provider's `NAME`")
	c.Flags().StringVar(&f.to, "to", "", "send to this `URL`, by default to hookctl run; without a path,\n/hooks/<provider> is added")
	c.Flags().StringVar(&f.signed, "signed", "", "`WHAT` kyc signs: body, the default, or timestamp.body")
	c.Flags().StringVar(&f.header, "header", "", "`NAME` of Compliancely's signature header, where it is another")
	f.secret.add(c)
}

// A message is a webhook that is yet to be signed.
type message struct {
	provider webhook.Provider
	settings webhook.Settings
	sample   sample.Sample // the zero Sample for a file
	body     []byte
	url      string
}

// message finds out what is to be sent. Settings are those of the sample source, as far
// as the flags do not say otherwise.
func (a *app) message(f messageFlags, args []string) (m message, err error) {
	switch {
	case f.file != "" && len(args) > 0:
		return m, &usageError{errors.New("give a sample's name or --file, not both")}
	case f.file != "":
		err = a.fromFile(&m, f)
	case len(args) == 0:
		return m, &usageError{fmt.Errorf("name a sample, or give --file and --provider; the samples:\n  %s",
			strings.Join(sample.Names(), "\n  "))}
	case f.provider != "":
		return m, &usageError{errors.New("--provider goes with --file; a sample has its own")}
	default:
		if m.sample, err = sample.Find(args[0]); err != nil {
			return m, &usageError{err}
		}
		m.provider, m.body = m.sample.Provider, m.sample.Body
	}
	if err != nil {
		return m, err
	}
	if m.url, err = target(f.to, m.provider); err != nil {
		return m, &usageError{err}
	}
	return m, a.settings(&m, f)
}

func (a *app) fromFile(m *message, f messageFlags) (err error) {
	if f.provider == "" {
		return &usageError{errors.New("--file needs --provider, so that it is signed as that provider signs")}
	}
	if m.provider, err = sample.Provider(f.provider); err != nil {
		return &usageError{err}
	}
	if f.file == "-" {
		m.body, err = io.ReadAll(a.stdin)
	} else {
		m.body, err = os.ReadFile(f.file)
	}
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	return nil
}

func (a *app) settings(m *message, f messageFlags) error {
	m.settings = sample.Sources()[m.provider.Name()].Settings
	m.settings.Signed, m.settings.Header = f.signed, f.header
	secret, ok, err := a.secret(f.secret)
	if err != nil {
		return err
	}
	if ok {
		m.settings.Secrets = []webhook.Secret{secret}
	}
	if _, err := m.provider.Configure(m.settings); err != nil {
		return &usageError{fmt.Errorf("provider %s: %w", m.provider.Name(), err)}
	}
	return nil
}

// target is the URL to send to.
func target(to string, p webhook.Provider) (string, error) {
	if to == "" {
		to = "http://" + defaultAddr
	}
	u, err := url.Parse(to)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", fmt.Errorf("--to %q is no URL; give one as https://example.com/hooks/%s", to, p.Name())
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/hooks/" + p.Name()
	}
	return u.String(), nil
}

// sign makes the request for the message's body.
func (m message) sign(at time.Time) webhook.Request {
	return sample.Sign(m.provider, m.settings, m.body, at)
}
