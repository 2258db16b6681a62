package send

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/sign"
)

// flags say what is sent and how.
type flags struct {
	message      sign.MessageFlags
	id           string
	times        int
	badSignature bool
	json         bool
}

// Command returns the command "send".
func Command(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "send [SAMPLE]",
		Short: "Send a signed webhook",
		Long: `send signs a sample, or the body in a file, as its provider would, with the current time,
and posts it.

A sample gets a new event id and the current time, so that it is handled and not dropped as
a duplicate. With --id it is the same event at every call; --times sends one event several
times. A file is sent byte for byte.

send signs with the provider's sample secret, which "hookctl run" accepts, unless a flag
names another one. It exits with 1 unless every answer is 200.`,
		Example: `  go tool hookctl send text.incoming.sms
  go tool hookctl send text.incoming.sms --times 3     # the second and third are dropped
  go tool hookctl send kyc.session.approved --bad-signature
  go tool hookctl send --file body.json --provider kyc --secret-env KYC_SECRET --to https://…`,
		Args:              cli.Args(0, 1),
		ValidArgsFunction: cli.Words(dialect.Words()...),
		RunE: e.Run(func(ctx context.Context, args []string) error {
			return send(ctx, e, f, args)
		}),
	}
	f.message.Add(c)
	c.Flags().StringVar(&f.id, "id", "", "send the sample with this event `ID` and its own time")
	cli.Flag(c, &f.times, "times", 1, cli.Whole(1, 0), "send the same event `N` times")
	c.Flags().BoolVar(&f.badSignature, "bad-signature", false, "sign with a wrong secret; the receiver has to refuse that")
	c.Flags().BoolVar(&f.json, "json", false, "print each answer as a line of JSON")
	return c
}

func send(ctx context.Context, e *cli.Env, f flags, args []string) error {
	m, err := f.message.Message(e, args)
	if err != nil {
		return err
	}
	if err := m.CheckTransport(); err != nil {
		return err
	}
	if err := identify(&m, f.id, e.Now()); err != nil {
		return &cli.UsageError{Err: err}
	}
	refused := 0
	var last sign.Answer
	for range f.times {
		r := m.Sign(e.Now())
		if f.badSignature {
			r = dialect.SignWrong(m.Provider, m.Settings, m.Body, e.Now())
		}
		got, err := sign.Post(ctx, m.URL, r)
		if err != nil {
			return err
		}
		if err := printAnswer(e.Out, got, f.json); err != nil {
			return err
		}
		if got.Status != http.StatusOK {
			refused++
			last = got
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d refused: %s", refused, f.times, last.Advice())
	}
	return nil
}

// identify gives a sample the requested id, or a new one.
func identify(m *sign.Message, id string, at time.Time) (err error) {
	switch {
	case m.Sample.Name == "" && id != "":
		return errors.New("--id is for a sample; a file is sent byte for byte")
	case m.Sample.Name == "":
		return nil
	case id == "":
		m.Body = m.Sample.Fresh(at)
		return nil
	}
	m.Body, err = m.Sample.WithID(id)
	return err
}

func printAnswer(out *cli.Writer, got sign.Answer, asJSON bool) error {
	if asJSON {
		return out.JSONLine(got)
	}
	what := "accepted  " + got.ID
	if got.Status != http.StatusOK {
		what = "refused   " + string(got.Error)
	}
	out.Print("%d  %s  %.1f ms", got.Status, what, got.Millis)
	return nil
}
