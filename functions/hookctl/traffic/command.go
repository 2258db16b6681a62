package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/webhook"
)

// flags say what traffic is sent, and where.
type flags struct {
	target sign.TargetFlags
	rate   string
	length time.Duration
	faults string
	seed   uint64
	fast   int
	yes    bool
	json   bool
}

// fastByDefault is the value of --fast alone: minutes become seconds.
const fastByDefault = "60"

// Command returns the command "traffic".
func Command(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "traffic " + strings.Join(Names(), "|"),
		Short: "Send the events of a provider for some time",
		Long: `traffic sends new, signed events of all types of a provider, and behaves as the provider
does: it waits as long for an answer, tries again as often, and gives up. It assumes what
the provider does not document, and says so.

--faults takes a list of faults, each with or without its share of the events:
  duplicate   the event is sent a second time, a little later
  reorder     the event is held back until later ones were sent
  forged      the signature is invalid: the receiver must refuse it
  slow        the answer is read slowly, or the connection is dropped before it, so that
              the provider tries again although the receiver may have accepted the event
  all         all of these

At the end a table shows the deliveries: accepted (2xx), retried (tried more than once),
refused (forged, as expected), lost (given up without a 2xx), and how long the answers
took. It exits with 1 if a delivery was lost, a forged one was accepted, or the run was
interrupted.

It sends to another machine only with --yes. Be sure that the machine is yours.`,
		Example: `  go tool hookctl traffic contiguity
  go tool hookctl traffic compliancely --rate 5/s --for 30s --faults all --fast
  go tool hookctl traffic kyc --faults duplicate=10%,forged=1% --seed 7 --json
  go tool hookctl traffic kyc --to https://… --yes --rate 50/s --for 5m --secret-env KYC_SECRET`,
		Args:              cli.Args(0, 1),
		ValidArgsFunction: cli.Words(Names()...),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return send(ctx, e, f, args)
		}),
	}
	f.add(c)
	return c
}

func (f *flags) add(c *cobra.Command) {
	f.target.Add(c)
	c.Flags().StringVar(&f.rate, "rate", "20/s", fmt.Sprintf("events per second, minute or hour: `N/s`, N/m or N/h;\nat most %d/s", MaxRate))
	cli.Flag(c, &f.length, "for", time.Minute, cli.Span(time.Millisecond), fmt.Sprintf("send for this `DURATION`, as 30s or 5m; at most %d events", MaxEvents))
	c.Flags().StringVar(&f.faults, "faults", "", "add faults: a `LIST` of duplicate, reorder, forged, slow, all,\neach alone or with a share, as duplicate=5%")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "repeat the schedule of the run with this `SEED`; 0 draws a new one")
	cli.Flag(c, &f.fast, "fast", 1, cli.Whole(1, 1000), "make the waits before a retry `N` times shorter;\n--fast alone: "+fastByDefault)
	c.Flags().Lookup("fast").NoOptDefVal = fastByDefault
	c.Flags().BoolVar(&f.yes, "yes", false, "send even to another machine")
	c.Flags().BoolVar(&f.json, "json", false, "print the report as JSON, and nothing else")
}

func send(ctx context.Context, e *cli.Env, f flags, args []string) error {
	o, err := f.options(e, args)
	if err != nil {
		return err
	}
	if err := reachable(ctx, o.URL); err != nil {
		return err
	}
	if !f.json {
		announce(e.Out, o, f)
	}
	progress := e.Progress()
	o.Progress = func(p Progress) { progress.Show(p.String()) }
	report, err := Run(ctx, o)
	progress.Clear()
	if err != nil {
		return fmt.Errorf("send traffic: %w", err)
	}
	if f.json {
		if err := e.Out.JSON(report); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
	} else {
		report.Print(e.Out)
	}
	return withAdvice(report)
}

// withAdvice returns the report's error, with advice for each reason of failed tries.
func withAdvice(r Report) error {
	err := r.Err()
	if err == nil || r.Lost+r.Unfinished == 0 {
		return err
	}
	for reason := range r.Failures {
		_, code, _ := strings.Cut(reason, " ")
		if next := cli.RefusalAdvice(webhook.Code(code)); next != "" {
			err = fmt.Errorf("%w\n%s: %s", err, code, next)
		}
	}
	return err
}

// options reads the flags.
func (f flags) options(e *cli.Env, args []string) (o Options, err error) {
	if len(args) == 0 {
		return o, cli.Usagef("name a provider: %s", strings.Join(Names(), ", "))
	}
	profile, err := ProfileOf(args[0])
	if err != nil {
		return o, &cli.UsageError{Err: err}
	}
	o.Profile = profile.Faster(f.fast)
	if o.Plan, err = f.plan(); err != nil {
		return o, &cli.UsageError{Err: err}
	}
	for _, s := range dialect.Samples() {
		if s.Provider.Name() == profile.Provider {
			o.Samples = append(o.Samples, s)
		}
	}
	d, err := dialect.Of(profile.Provider)
	if err != nil {
		return o, err
	}
	target, err := f.target.Target(e, d.Provider)
	if err != nil {
		return o, err
	}
	if !f.yes && !cli.IsLoopback(target.URL) {
		return o, cli.Usagef("--to names another machine: if it is yours and may get this load, add --yes")
	}
	o.URL, o.Settings = target.URL, target.Settings
	return o, nil
}

func (f flags) plan() (p Plan, err error) {
	if p.Rate, err = ParseRate(f.rate); err != nil {
		return p, fmt.Errorf("--rate %q: %w", f.rate, err)
	}
	if p.Events, err = Events(p.Rate, f.length); err != nil {
		return p, fmt.Errorf("--for: %w", err)
	}
	if p.Faults, err = ParseFaults(f.faults); err != nil {
		return p, fmt.Errorf("--faults %q: %w", f.faults, err)
	}
	if p.Seed = f.seed; p.Seed == 0 {
		p.Seed = uint64(rand.Uint32()) + 1 // short enough to be typed
	}
	return p, nil
}

// reachable connects to a port of this machine, to find at once that no receiver runs.
func reachable(ctx context.Context, text string) error {
	u, err := url.Parse(text)
	if err != nil || !cli.IsLoopback(text) {
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

// announce prints what is sent, and where. It leaves out the query of the URL, which may
// contain a token.
func announce(out *cli.Writer, o Options, f flags) {
	shown, _, _ := strings.Cut(o.URL, "?")
	out.Print("%d events of %d types, %s for %s, to %s", o.Plan.Events, len(o.Samples), f.rate, f.length, shown)
	out.Print("Faults: %s. Seed %d.", o.Plan.Faults, o.Plan.Seed)
	out.Print("%s", o.Profile)
	out.Print("%s", o.Profile.Assumed)
	if f.fast > 1 {
		out.Print("These waits before a retry are %d times shorter than the provider's (--fast).", f.fast)
	}
	out.Print("")
}
