package send

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/webhook"
)

const (
	// timeout is how long an answer may take: somewhat more than ingest's timeout.
	timeout = 15 * time.Second
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
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
	var last answer
	for range f.times {
		r := m.Sign(e.Now())
		if f.badSignature {
			r = dialect.SignWrong(m.Provider, m.Settings, m.Body, e.Now())
		}
		got, err := post(ctx, m.URL, r)
		if err != nil {
			return err
		}
		if err := got.print(e.Out, f.json); err != nil {
			return err
		}
		if got.Status != http.StatusOK {
			refused++
			last = got
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d refused: %s", refused, f.times, advice(last))
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

// An answer is the receiver's answer.
type answer struct {
	Status int          `json:"status"`
	ID     string       `json:"id,omitempty"`
	Error  webhook.Code `json:"error,omitempty"`
	Millis float64      `json:"ms"`
}

// post sends r. An answer of any status is not an error.
func post(ctx context.Context, to string, r webhook.Request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := dialect.NewRequest(ctx, to, r)
	if err != nil {
		return answer{}, fmt.Errorf("send: %w", err)
	}
	// The intake does not redirect, and providers do not follow.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // its URL may hold a token
		}
		return answer{}, fmt.Errorf("send to %s: %w\nis the receiver running? Start one in another terminal: go tool hookctl run", to, err)
	}
	took := time.Since(began)
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return answer{}, fmt.Errorf("read the answer: %w", err)
	}
	got := answer{Millis: float64(took.Microseconds()) / 1000}
	_ = json.Unmarshal(text, &got) // another program's answer has neither id nor code
	got.Status = response.StatusCode
	return got, nil
}

func (got answer) print(out *cli.Writer, asJSON bool) error {
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

// advice returns why an answer is not 200, and what to do about it.
func advice(got answer) string {
	if got.Error == "" {
		return fmt.Sprintf("status %d, which is not an answer of the intake: does the URL lead to it?", got.Status)
	}
	text := fmt.Sprintf("%d %s", got.Status, got.Error)
	if next := cli.RefusalAdvice(got.Error); next != "" {
		text += "\n" + next
	}
	return text
}
