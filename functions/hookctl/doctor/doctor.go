package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
)

// Type is the event type of the synthetic webhook, for providers whose bodies have a type.
const Type = "webhookintake.doctor"

// Options say what is checked, and how. Find and Handlers are needed.
type Options struct {
	// Find returns the parts of the intake. It is the first step.
	Find func(context.Context) (Site, error)
	// Handlers returns the handlers that the intake may have.
	Handlers func() (*hook.Registry, error)
	// Source is the name of the source whose webhook is sent. Empty means the first by
	// name whose events have ids, preferably one whose event no handler handles.
	Source string
	// Yes sends the webhook even if handlers would handle it.
	Yes bool
	// Wait is how long to wait for the end of the event; 0 means a minute.
	Wait time.Duration
	// Settle is how long the copy may take to leave the queue; 0 means 10 seconds.
	Settle time.Duration
	// Transport sends the requests. If nil, Run makes one.
	Transport http.RoundTripper
	// Now is the clock for signatures; nil means time.Now.
	Now func() time.Time
	// Report, if set, is called with each step when it has ended.
	Report func(Step)
}

// The defaults of [Options].
const (
	DefaultWait   = time.Minute
	defaultSettle = 10 * time.Second
)

// A Site is the parts of one intake. Make it with [SiteOf].
type Site struct {
	Name      string // of the stack; empty if the environment names the parts
	Flags     string // the flags of hookctl that name the stack; or empty
	HealthURL string
	HookURL   func(source string) (string, error)
	// Sources reads the sources document. It returns [source.ErrNoVersion] if there is
	// none yet.
	Sources func(context.Context) ([]byte, error)
	// URLs is the log in which ingest writes when the URLs in use expire; nil if it is not known.
	URLs        sources.Log
	AllowSample bool // the intake may have public sample secrets
	// Table returns when the ledger's table was created, or [ErrNoTable]. Created is when
	// the stack was; zero if that is not known.
	Table   func(context.Context) (time.Time, error)
	Created time.Time
	// Vault says whether webhooks that SQS did not take wait in the vault; nil if there is none.
	Vault       func(context.Context) (bool, error)
	Ledger      Ledger
	Queue       Counter
	DeadLetters Counter // nil if it is not known
	// IngestLogs and ProcessLogs say where to look when a function is at fault.
	IngestLogs, ProcessLogs string
}

// A Ledger reads records. Its error means that the record could not be read.
type Ledger interface {
	Record(ctx context.Context, key string) (rec ledger.Record, ok bool, err error)
}

// A Counter counts the messages of a queue.
type Counter func(context.Context) (stack.Counts, error)

// An exam is one run of the steps, with what later steps need from earlier ones.
type exam struct {
	Options
	registry *hook.Registry // nil until the sources are known

	site   Site
	event  event         // known after the step "sources"
	record ledger.Record // known after the step "ledger"

	unprobed error // why the stack cannot test itself; nil if it can
}

// Run takes the steps one after another until one fails. The report has all findings and
// failures.
func Run(ctx context.Context, o Options) Report {
	e := newExam(o)
	defer (&http.Client{Transport: e.Transport}).CloseIdleConnections()
	report := Report{OK: true}
	for _, s := range e.steps() {
		step := Step{Status: NotTried}
		if report.OK {
			began := time.Now()
			step = s.take(ctx)
			if ctx.Err() != nil && step.Status == Failed {
				step = failed("", "interrupted")
			}
			step.Millis = float64(time.Since(began).Microseconds()) / 1000
		}
		step.Name = s.name
		if step.Status == Failed {
			report.OK = false
		}
		report.Steps = append(report.Steps, step)
		if e.Report != nil {
			e.Report(step)
		}
	}
	report.Stack, report.Source = e.site.Name, e.event.Name
	if e.event.Name != "" {
		report.Event = e.event.key()
	}
	return report
}

func newExam(o Options) *exam {
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	if o.Settle == 0 {
		o.Settle = defaultSettle
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	return &exam{Options: o}
}

// steps returns the steps in their order. Each relies on those before it.
func (e *exam) steps() []struct {
	name string
	take func(context.Context) Step
} {
	return []struct {
		name string
		take func(context.Context) Step
	}{
		{"outputs", e.outputs},
		{"table", e.table},
		{"vault", e.vault},
		{"health", e.health},
		{"sources", e.sources},
		{"handlers", e.handlers},
		{"refusal", e.refusal},
		{"accepted", e.accepted},
		{"again", e.again},
		{"ledger", e.ledger},
		{"copy", e.copy},
		{"queues", e.queues},
	}
}

// outputs finds the site.
func (e *exam) outputs(ctx context.Context) Step {
	site, err := e.Find(ctx)
	if err != nil {
		next := "check that the stack is deployed, and that --region and --profile are those it was deployed with"
		if _, setup := errors.AsType[cli.SetupError](err); setup || errors.Is(err, stack.ErrMissing) {
			next = "" // the error says what to do
		}
		return failed(next, "%w", err)
	}
	e.site = site
	where := "the environment names everything that is needed"
	if site.Name != "" {
		where = fmt.Sprintf("stack %s names everything that is needed", site.Name)
	}
	return passed("%s", where)
}

// command returns a command line of this program, for this site.
func (e *exam) command(text string) string { return "go tool hookctl " + text + e.site.Flags }
