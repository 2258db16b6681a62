package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/shared/webhook"
)

// A trafficFlags says what traffic is wanted.
type trafficFlags struct {
	message messageFlags // without file and provider
	rate    string
	length  time.Duration
	faults  string
	seed    uint64
	fast    int
	yes     bool
	json    bool
}

// fastByDefault is what --fast alone means: minutes become seconds.
const fastByDefault = "60"

func (a *app) trafficCommand() *cobra.Command {
	var flags trafficFlags
	c := &cobra.Command{
		Use:   "traffic " + strings.Join(traffic.Names(), "|"),
		Short: "Send what a provider would send, for a while",
		Long: `traffic sends a stream of signed events of all the provider's types, new ones each time,
and behaves as the provider does: it waits as long for an answer, tries again as often,
and gives up. What a provider does not document is assumed, and said.

Faults are given as a list, each with or without the share of events it befalls:
  duplicate   the event is sent a second time, a little later
  reorder     the event is held back until later ones were sent
  forged      the signature does not hold: the receiver must refuse it
  slow        the answer is read slowly, or the connection dropped before it, so that the
              provider tries again what the receiver may have accepted
  all         each of them

At the end a table says what came of the deliveries: accepted (2xx), retried (tried more
than once), refused (forged, as expected), lost (given up without a 2xx), and how long the
acknowledgement took. It exits with 1 if one was lost or a forged one accepted, or if it
was interrupted.

To another machine than this one it sends only with --yes: be sure that it is yours.`,
		Example: `  go tool hookctl traffic contiguity
  go tool hookctl traffic compliancely --rate 5/s --for 30s --faults all --fast
  go tool hookctl traffic kyc --faults duplicate=10%,forged=1% --seed 7 --json
  go tool hookctl traffic kyc --to https://… --yes --rate 50/s --for 5m --secret-env KYC_SECRET`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(traffic.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: a.command(func(ctx context.Context, args []string) error {
			return a.traffic(ctx, flags, args)
		}),
	}
	flags.add(c)
	return c
}

func (f *trafficFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.message.to, "to", "", "send to this `URL`, by default to hookctl run; without a path,\n/hooks/<provider> is added")
	c.Flags().StringVar(&f.message.signed, "signed", "", "`WHAT` kyc signs: body, the default, or timestamp.body")
	c.Flags().StringVar(&f.message.header, "header", "", "`NAME` of Compliancely's signature header, where it is another")
	f.message.secret.add(c)
	c.Flags().StringVar(&f.rate, "rate", "20/s", fmt.Sprintf("so many events a second, minute or hour: `N/s`, N/m or N/h;\nat most %d/s", traffic.MaxRate))
	c.Flags().DurationVar(&f.length, "for", time.Minute, fmt.Sprintf("for so `LONG`, as 30s or 5m; at most %d events", traffic.MaxEvents))
	c.Flags().StringVar(&f.faults, "faults", "", "what goes wrong: a `LIST` of duplicate, reorder, forged, slow, all,\neach alone or with a share, as duplicate=5%")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "repeat the schedule of the run with this `SEED`; 0 draws one")
	c.Flags().IntVar(&f.fast, "fast", 1, "make the waits before another try `N` times shorter;\n--fast alone: "+fastByDefault)
	c.Flags().Lookup("fast").NoOptDefVal = fastByDefault
	c.Flags().BoolVar(&f.yes, "yes", false, "send to another machine than this one")
	c.Flags().BoolVar(&f.json, "json", false, "print the report as JSON, and nothing else")
}

func (a *app) traffic(ctx context.Context, f trafficFlags, args []string) error {
	o, err := a.trafficOptions(f, args)
	if err != nil {
		return err
	}
	if err := reachable(ctx, o.URL); err != nil {
		return err
	}
	if !f.json {
		a.announce(o, f)
	}
	live := newProgressLine(a.stderr)
	o.Progress = live.show
	report, err := traffic.Run(ctx, o)
	live.clear()
	if err != nil {
		return fmt.Errorf("send traffic: %w", err)
	}
	if f.json {
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		err = e.Encode(report)
	} else {
		_, err = report.WriteTo(a.stdout)
	}
	if err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return withHints(report)
}

// withHints is the report's error, with what to do about why tries failed.
func withHints(r traffic.Report) error {
	err := r.Err()
	if err == nil || r.Lost+r.Unfinished == 0 {
		return err
	}
	for reason := range r.Failures {
		_, code, _ := strings.Cut(reason, " ")
		if next := hint(webhook.Code(code)); next != "" {
			err = fmt.Errorf("%w\n%s: %s", err, code, next)
		}
	}
	return err
}

// trafficOptions understands the flags. Every error is one of usage, but those of
// reading a secret.
func (a *app) trafficOptions(f trafficFlags, args []string) (o traffic.Options, err error) {
	usage := func(err error) (traffic.Options, error) { return o, &usageError{err} }
	if len(args) == 0 {
		return usage(fmt.Errorf("name a provider: %s", strings.Join(traffic.Names(), ", ")))
	}
	profile, err := traffic.ProfileOf(args[0])
	if err != nil {
		return usage(err)
	}
	if f.fast < 1 || f.fast > 1000 {
		return usage(errors.New("--fast has to be from 1 to 1000"))
	}
	o.Profile = profile.Faster(f.fast)
	if o.Plan, err = f.plan(); err != nil {
		return usage(err)
	}
	for _, s := range sample.All() {
		if s.Provider.Name() == profile.Provider {
			o.Samples = append(o.Samples, s)
		}
	}
	m := message{}
	if m.provider, err = sample.Provider(profile.Provider); err != nil {
		return usage(err)
	}
	if o.URL, err = target(f.message.to, m.provider); err != nil {
		return usage(err)
	}
	if !f.yes && !isLoopback(o.URL) {
		return usage(errors.New("--to leads to another machine: if it is yours and may get this load, add --yes"))
	}
	err = a.settings(&m, f.message)
	o.Settings = m.settings
	return o, err
}

func (f trafficFlags) plan() (p traffic.Plan, err error) {
	if p.Rate, err = traffic.ParseRate(f.rate); err != nil {
		return p, fmt.Errorf("--rate: %w", err)
	}
	if p.Events, err = traffic.Events(p.Rate, f.length); err != nil {
		return p, fmt.Errorf("--for: %w", err)
	}
	if p.Faults, err = traffic.ParseFaults(f.faults); err != nil {
		return p, fmt.Errorf("--faults: %w", err)
	}
	if p.Seed = f.seed; p.Seed == 0 {
		p.Seed = uint64(rand.Uint32()) + 1 // short, to be typed again
	}
	return p, nil
}

// isLoopback reports whether the URL is of this machine, as its text says. A name that
// is only resolved to it could lead elsewhere at the next look.
func isLoopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// reachable knocks at a port of this machine, so that a receiver that was not started is
// found before a minute of losses.
func reachable(ctx context.Context, text string) error {
	u, err := url.Parse(text)
	if err != nil || !isLoopback(text) {
		return err
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme // "http" and "https" name their ports
	}
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return fmt.Errorf("nothing receives at %s: %w\nstart a receiver in another terminal: go tool hookctl run", u.Host, err)
	}
	return connection.Close()
}

// announce says what is sent where. The query of the URL may hold a token.
func (a *app) announce(o traffic.Options, f trafficFlags) {
	shown, _, _ := strings.Cut(o.URL, "?")
	fmt.Fprintf(a.stdout, "%d events of %d types, %s for %s, to %s\n", o.Plan.Events, len(o.Samples), f.rate, f.length, shown)
	fmt.Fprintf(a.stdout, "Faults: %s. Seed %d.\n", o.Plan.Faults, o.Plan.Seed)
	fmt.Fprintln(a.stdout, o.Profile)
	fmt.Fprintln(a.stdout, o.Profile.Assumed)
	if f.fast > 1 {
		fmt.Fprintf(a.stdout, "These waits before another try are %d times shorter than the provider's (--fast).\n", f.fast)
	}
	fmt.Fprintln(a.stdout)
}

// A progressLine is written over and over on a terminal, and nowhere else.
type progressLine struct {
	out   io.Writer
	width int // of the terminal, in characters; 0 where there is none
}

func newProgressLine(out io.Writer) progressLine {
	return progressLine{out: out, width: terminalWidth(out)}
}

// terminalWidth is that of the terminal which a stream leads to, 0 for none.
func terminalWidth(stream any) int {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// startLine goes to the beginning of the line and clears it.
const startLine = "\r\x1b[K"

func (l progressLine) show(p traffic.Progress) { l.write(p.String()) }

func (l progressLine) write(text string) {
	if l.width > 0 {
		fmt.Fprint(l.out, startLine+screen.Cut(text, l.width-1))
	}
}

func (l progressLine) clear() {
	if l.width > 0 {
		fmt.Fprint(l.out, startLine)
	}
}
