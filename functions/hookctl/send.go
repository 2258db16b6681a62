package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/webhook"
)

const (
	// sendTimeout is how long one answer is waited for: ingest's timeout and some.
	sendTimeout = 15 * time.Second
	// maxAnswer is how much of an answer is read.
	maxAnswer = 64 << 10
)

// A sendFlags says how a message is sent.
type sendFlags struct {
	message      messageFlags
	id           string
	times        int
	badSignature bool
	json         bool
}

func (a *app) sendCommand() *cobra.Command {
	var flags sendFlags
	c := &cobra.Command{
		Use:   "send [SAMPLE]",
		Short: "Send a signed webhook",
		Long: `send signs a sample, or the body in a file, as its provider would, now, and posts it.

A sample is sent with a new event id and the time of now, so that it is handled and not
dropped as a duplicate. With --id it is the same event at every call; --times sends one
event several times. A file is sent byte for byte.

It signs with the sample secret of the provider, which "hookctl run" takes, unless a flag
says where another secret is. It exits with 1 unless every answer is 200.`,
		Example: `  go tool hookctl send text.incoming.sms
  go tool hookctl send text.incoming.sms --times 3     # the second and third are dropped
  go tool hookctl send kyc.session.approved --bad-signature
  go tool hookctl send --file body.json --provider kyc --secret-env KYC_SECRET --to https://…`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(sample.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: a.command(func(ctx context.Context, args []string) error {
			return a.send(ctx, flags, args)
		}),
	}
	flags.message.add(c)
	c.Flags().StringVar(&flags.id, "id", "", "send the sample with this event `ID`, and its own time")
	c.Flags().IntVar(&flags.times, "times", 1, "send the same event `N` times")
	c.Flags().BoolVar(&flags.badSignature, "bad-signature", false, "sign with another secret, to see it refused")
	c.Flags().BoolVar(&flags.json, "json", false, "print each answer as a line of JSON")
	return c
}

func (a *app) send(ctx context.Context, f sendFlags, args []string) error {
	if f.times < 1 {
		return &usageError{errors.New("--times has to be 1 or more")}
	}
	m, err := a.message(f.message, args)
	if err != nil {
		return err
	}
	if err := m.identify(f.id, a.now()); err != nil {
		return &usageError{err}
	}
	refused := 0
	var last answer
	for range f.times {
		r := m.sign(a.now())
		if f.badSignature {
			r = sample.SignWrong(m.provider, m.settings, m.body, a.now())
		}
		got, err := post(ctx, m.url, r)
		if err != nil {
			return err
		}
		a.printAnswer(got, f.json)
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

// identify gives a sample the id that was asked for, or a new one.
func (m *message) identify(id string, at time.Time) (err error) {
	switch {
	case m.sample.Name == "" && id != "":
		return errors.New("--id goes with a sample; a file is sent byte for byte")
	case m.sample.Name == "":
		return nil
	case id == "":
		m.body = m.sample.Fresh(at)
		return nil
	}
	m.body, err = m.sample.WithID(id)
	return err
}

// An answer is what the receiver said.
type answer struct {
	Status int          `json:"status"`
	ID     string       `json:"id,omitempty"`
	Error  webhook.Code `json:"error,omitempty"`
	Millis float64      `json:"ms"`
}

// post sends r. An answer of any status is no error.
func post(ctx context.Context, to string, r webhook.Request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, sample.URL(to, r), bytes.NewReader(r.Body))
	if err != nil {
		return answer{}, fmt.Errorf("send: %w", err)
	}
	request.Header = r.Header.Clone()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "hookctl")
	// A receiver that redirects is not the one that is meant, and providers do not follow.
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
	_ = json.Unmarshal(text, &got) // an answer that is not ours has neither id nor code
	got.Status = response.StatusCode
	return got, nil
}

func (a *app) printAnswer(got answer, asJSON bool) {
	if asJSON {
		line, _ := json.Marshal(got) // of strings and numbers alone, so it cannot fail
		fmt.Fprintf(a.stdout, "%s\n", line)
		return
	}
	what := "accepted  " + got.ID
	if got.Status != http.StatusOK {
		what = "refused   " + string(got.Error)
	}
	fmt.Fprintf(a.stdout, "%d  %s  %.1f ms\n", got.Status, what, got.Millis)
}

// advice says why an answer is not 200, and what to do about it.
func advice(got answer) string {
	if got.Error == "" {
		return fmt.Sprintf("status %d, and not in the form in which the intake answers: does the URL lead to it?", got.Status)
	}
	text := fmt.Sprintf("%d %s", got.Status, got.Error)
	if next := hint(got.Error); next != "" {
		text += "\n" + next
	}
	return text
}
