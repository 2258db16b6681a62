package sign

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/samples"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// DefaultAddress is the address at which run listens, and to which send sends.
const DefaultAddress = "127.0.0.1:8080"

// MessageFlags name a webhook, and say how it is signed and where it is sent.
type MessageFlags struct {
	TargetFlags
	File, Provider string
}

// Add adds the flags to a command.
func (f *MessageFlags) Add(c *cobra.Command) {
	c.Flags().StringVar(&f.File, "file", "", "read the body from this `FILE`, instead of a sample; - is standard input")
	c.Flags().StringVar(&f.Provider, "provider", "", "`NAME` of the provider whose webhook the file is; without it the file is one\nthat hookctl run --save wrote, or one of events/http")
	cli.Complete(c, "provider", dialect.Providers()...)
	f.TargetFlags.Add(c)
}

// TargetFlags say where webhooks are sent and how they are signed.
type TargetFlags struct {
	To             string
	Signed, Header string
	Secret         cli.SecretFlags
}

// Add adds the flags to a command.
func (f *TargetFlags) Add(c *cobra.Command) {
	c.Flags().StringVar(&f.To, "to", "", "send to this `URL`, by default to hookctl run; a URL without a path gets\n/hooks/<provider>")
	c.Flags().StringVar(&f.Signed, "signed", "", "`WHAT` kyc signs: body, the default, or timestamp.body")
	cli.Complete(c, "signed", "body", "timestamp.body")
	c.Flags().StringVar(&f.Header, "header", "", "`NAME` of Compliancely's signature header, if it is another")
	f.Secret.Add(c)
}

// A Target is the URL of a provider's webhooks, and the settings to sign them with.
type Target struct {
	Provider webhook.Provider
	Settings webhook.Settings
	URL      string
}

// Target returns the target of a provider's webhooks. The settings are those of the
// sample source, unless the flags say otherwise.
func (f TargetFlags) Target(e *cli.Env, p webhook.Provider) (t Target, err error) {
	t.Provider, t.Settings = p, dialect.Sources()[p.Name()].Settings
	if t.URL, err = hookURL(f.To, p); err != nil {
		return t, err
	}
	t.Settings.Signed, t.Settings.Header = f.Signed, f.Header
	secret, ok, err := e.Secret(f.Secret)
	if err != nil {
		return t, err
	}
	if problem := source.SecretProblem(secret); ok && !secret.IsEmpty() && problem != "" {
		return t, cli.Usagef("the secret %s", problem)
	}
	if ok {
		t.Settings.Secrets = []webhook.Secret{secret}
	}
	if _, err := p.Configure(t.Settings); err != nil {
		return t, cli.Usagef("provider %s: %w", p.Name(), err)
	}
	return t, nil
}

// hookURL returns the URL to send to.
func hookURL(to string, p webhook.Provider) (string, error) {
	if to == "" {
		to = "http://" + DefaultAddress
	}
	u, err := url.Parse(to)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || !cli.IsPort(u.Port()) {
		shown, _, _ := strings.Cut(to, "?") // the query may hold a token
		return "", cli.BadValue("to", shown, "an http or https URL, as https://example.com/hooks/"+p.Name())
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/hooks/" + p.Name()
	}
	return u.String(), nil
}

// A Message is a webhook before it is signed.
type Message struct {
	Target
	Sample dialect.Sample // the zero Sample for a file
	ID     string         // goes into the provider's header; empty: the body's, if it has one
	Body   []byte
	File   string // has just the body; empty if none has
}

// Message returns the webhook that the flags and arguments name.
func (f MessageFlags) Message(e *cli.Env, args []string) (m Message, err error) {
	var p webhook.Provider
	switch {
	case f.File != "" && len(args) > 0:
		return m, cli.Usagef("give the name of a sample or --file, not both")
	case f.File != "":
		if p, err = f.read(e, &m); err != nil {
			return m, err
		}
	case len(args) == 0:
		return m, cli.Usagef("name a sample, or give --file and --provider; the samples:\n  %s", strings.Join(dialect.Names(), "\n  "))
	case f.Provider != "":
		return m, cli.Usagef("--provider is for --file; a sample has its own")
	default:
		if m.Sample, err = dialect.Find(args[0]); err != nil {
			return m, &cli.UsageError{Err: err}
		}
		p, m.Body = m.Sample.Provider, m.Sample.Body
	}
	m.Target, err = f.Target(e, p)
	return m, err
}

// read puts the webhook in the file into m, and returns its provider.
func (f MessageFlags) read(e *cli.Env, m *Message) (p webhook.Provider, err error) {
	if f.Provider != "" {
		d, err := dialect.Of(f.Provider)
		if err != nil {
			return nil, cli.BadValue("provider", f.Provider, "one of "+strings.Join(dialect.Providers(), ", "))
		}
		p, m.File = d.Provider, f.File
	}
	if f.File == "-" {
		m.Body, err = io.ReadAll(e.Stdin)
	} else {
		m.Body, err = os.ReadFile(f.File)
	}
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	if p != nil {
		return p, nil
	}
	sent, err := samples.Read(m.Body)
	if err != nil {
		return nil, cli.Usagef("%w; if it is a body, name its provider with --provider", err)
	}
	m.ID, m.Body = sent.ID, sent.Body
	return sent.Provider, nil
}

// Sign returns the signed request for the message's body.
func (m Message) Sign(at time.Time) webhook.Request {
	if m.ID != "" {
		return m.Provider.Sign(m.Settings, m.ID, m.Body, at)
	}
	return dialect.Sign(m.Provider, m.Settings, m.Body, at)
}
