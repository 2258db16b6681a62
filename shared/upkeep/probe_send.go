package upkeep

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

	"webhookintake/shared/ledger"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	probeTries   = 2
	probeTry     = 8 * time.Second // ingest has 5 s, after it has started
	probeBetween = time.Second
	maxAnswer    = 4 << 10 // bytes
)

// A Step is a part of a probe's way.
type Step string

// The steps, in their order.
const (
	StepSend   Step = "send"   // nothing answers at the public URL
	StepAnswer Step = "answer" // ingest does not take the webhook
	StepQueue  Step = "queue"  // process has not got the event
	StepLedger Step = "ledger" // process has got it, and it is not recorded as completed
)

// A StepError says at which step a probe failed.
type StepError struct {
	Step Step
	Err  error
}

func (e *StepError) Error() string { return string(e.Step) + ": " + e.Err.Error() }
func (e *StepError) Unwrap() error { return e.Err }

// ErrorCode names the step in logs, which have no text of errors.
func (e *StepError) ErrorCode() string { return "probe_" + string(e.Step) }

// An unknownSourceError is the answer of an ingest that has no source of probes.
type unknownSourceError struct{ error }

func (unknownSourceError) Is(err error) bool { return err == webhook.ErrUnknownSource }

// send posts the probe, and once more if that fails. A copy does no harm: it is one event. If
// ingest does not know the source or its secret, the second is signed with what the sources
// say by then; the error is [source.ErrNoProbe] if they have none anymore.
func (p *Probe) send(ctx context.Context, src source.Source, id string) error {
	body, err := json.Marshal(map[string]any{"type": webhook.ProbeType, "timestamp": p.Now().UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err = p.post(ctx, src.Provider.Sign(src.Settings, id, body, p.Now()), id)
		if err == nil || try == probeTries || !pauseFor(ctx, probeBetween) {
			return err
		}
		if !errors.Is(err, webhook.ErrSignatureMismatch) && !errors.Is(err, webhook.ErrUnknownSource) {
			continue
		}
		newer, failed := p.Source(ctx, sourceAgeOnRefusal)
		if errors.Is(failed, source.ErrNoProbe) {
			return failed
		}
		if failed == nil {
			src = newer
		}
	}
}

func (p *Probe) post(ctx context.Context, signed webhook.Request, id string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTry)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(signed.Body))
	if err != nil {
		return &StepError{StepSend, err}
	}
	request.Header = signed.Header
	request.Header.Set("Content-Type", "application/json")
	response, err := p.Client.Do(request)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err != nil {
		return &StepError{StepSend, fmt.Errorf("post to %s: %w", p.URL, err)}
	}
	defer response.Body.Close() //nolint:errcheck // what was read is judged by itself
	var answer struct {
		ID   string       `json:"id"`
		Code webhook.Code `json:"error"`
	}
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	_ = json.Unmarshal(text, &answer) // another server's is judged by what it does not have
	switch {
	case response.StatusCode == http.StatusOK && answer.ID == id:
		return nil
	case response.StatusCode == http.StatusNotFound && answer.Code == webhook.ErrUnknownSource:
		return &StepError{StepAnswer, &unknownSourceError{errors.New("ingest does not know the source of probes: it is of an older version, or has not read the new key")}}
	case answer.Code != "":
		return &StepError{StepAnswer, fmt.Errorf("ingest answers %d: %w", response.StatusCode, answer.Code)}
	}
	return &StepError{StepAnswer, fmt.Errorf("%s answers %d, and is not our ingest", p.URL, response.StatusCode)}
}

// faultOf says what is wrong with the record of a probe that was taken so long ago.
func faultOf(rec ledger.Record, ok bool, err error, since time.Duration) error {
	since = since.Round(time.Second)
	switch {
	case err != nil:
		return &StepError{StepLedger, fmt.Errorf("read the record: %w", quiet{err})}
	case !ok:
		return &StepError{StepQueue, fmt.Errorf("process has not got the event after %v: it is stopped, or behind", since)}
	}
	return &StepError{StepLedger, fmt.Errorf("process got the event, and has not completed it after %v: its record is %s", since, rec.State)}
}
