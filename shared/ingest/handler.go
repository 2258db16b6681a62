package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// MaxBody is the size of the largest body that is read, in bytes. It is the largest that a
// Lambda function can receive.
const MaxBody = 6 << 20

const (
	hooksPath  = "/hooks/"
	healthPath = "/healthz"

	// firstRead is the largest buffer, in bytes, that is allocated because of a client's
	// Content-Length.
	firstRead = 64 << 10
)

// A Handler receives webhooks. Sources and Queue are required. It is safe for concurrent
// use as long as its fields are not changed.
type Handler struct {
	Sources *source.Sources
	Queue   Sender
	// Vault takes the bodies that do not fit the queue. If nil, such webhooks are refused.
	Vault vault.Putter
	// Spill says that the vault also takes messages that the queue did not take in time, as
	// somebody sends them from there. It requires Vault.
	Spill bool
	// Quarantine keeps requests that are refused for their signature. If nil, none is kept.
	Quarantine *Quarantine
	// Report is called for every request but health checks, after the answer, in the
	// goroutine of the request. If nil, nothing is reported.
	Report func(context.Context, Report)
	// Now is the clock for checking the signed time and recording the arrival. Nil means
	// time.Now.
	Now func() time.Time
	// Jitter returns a random duration in [0, d). Nil means a real one.
	Jitter func(d time.Duration) time.Duration
}

// A Sender is the part of [queue.Queue] that sends messages. If it returns nil, the message
// is durable; it neither retries nor runs longer than its context. It returns
// [queue.ErrTooLarge] for a message that can never fit; any other error means that the
// outcome is unknown.
type Sender interface {
	Send(ctx context.Context, m queue.Message, delay time.Duration) error
}

// ServeHTTP serves /hooks/{source} and /healthz, and answers anything else with 404. If a
// router has already matched {source}, it does not look at the request's path.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	name, isHook := sourceName(r)
	if !isHook && r.URL.Path == healthPath {
		answerHealth(w, r.Method)
		return
	}
	report := Report{Source: UnknownSource, Secret: NoSecret}
	var err error = webhook.ErrNotFound
	if isHook {
		err = h.receive(w, r, name, &report)
	}
	report.conclude(err)
	if err != nil {
		report.Encoding = contentEncoding(r.Header)
	}
	answer(w, report)
	report.Took = time.Since(began)
	if h.Report != nil {
		h.Report(r.Context(), report)
	}
}

// contentEncoding names how a body is compressed; empty if it is not. It never returns a
// text of the sender's.
func contentEncoding(h http.Header) string {
	switch name := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); name {
	case "", "identity":
		return ""
	case "gzip", "deflate", "br", "zstd":
		return name
	}
	return "other"
}

// sourceName is the name of the source in the request.
func sourceName(r *http.Request) (name string, ok bool) {
	if name := r.PathValue("source"); name != "" {
		return name, true
	}
	name, ok = strings.CutPrefix(r.URL.Path, hooksPath)
	return name, ok && name != "" && !strings.Contains(name, "/")
}

// receive returns nil if the webhook is queued, else an error that wraps the
// [webhook.Code] to answer. A panic, which is a bug of ours or of a provider's code,
// becomes an error without a code.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request, name string, report *Report) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = newPanicError(value)
		}
	}()
	if r.Method != http.MethodPost {
		return webhook.ErrMethod
	}
	request := webhook.Request{Header: r.Header, At: h.now()}
	if r.URL.RawQuery != "" {
		// It omits what it cannot parse, which can therefore not contain a signature.
		request.Query, _ = url.ParseQuery(r.URL.RawQuery)
		request.RawQuery = r.URL.RawQuery
	}
	if request.Body, err = readBody(w, r); err != nil {
		return err
	}
	ctx, cancel := withBudget(r.Context())
	defer cancel()
	message, err := h.verify(ctx, name, request, report)
	if err != nil {
		return err
	}
	return h.enqueue(ctx, message, report)
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

// readBody returns [webhook.ErrTooLarge] for a body over MaxBody, and
// [webhook.ErrMalformedBody] for one that is incomplete.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxBody {
		return nil, webhook.ErrTooLarge
	}
	var body bytes.Buffer
	body.Grow(int(max(0, min(r.ContentLength, firstRead))) + bytes.MinRead)
	_, err := io.Copy(&body, http.MaxBytesReader(w, r.Body, MaxBody))
	if isTooLarge(err) {
		return nil, webhook.ErrTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", webhook.ErrMalformedBody, err)
	}
	return body.Bytes(), nil
}

// verify returns the message of a request that a signature vouches for.
func (h *Handler) verify(
	ctx context.Context, name string, r webhook.Request, report *Report,
) (*outgoing, error) {
	began := time.Now()
	src, verified, err := h.Sources.Verify(ctx, name, r)
	report.Verifying = time.Since(began)
	if src.Name != "" {
		report.Source, report.Provider = src.Name, src.Provider.Name()
	}
	if err != nil {
		h.keep(ctx, src, r, err, report)
		return nil, err
	}
	message, err := NewMessage(src, verified, r)
	if err != nil {
		return nil, err
	}
	report.ID, report.Type, report.Secret, report.Signed = verified.ID, verified.Type, verified.Secret, verified.Signed
	report.URLExpires = verified.URLExpires
	return &outgoing{Message: message, hash: src.Settings.Hash}, nil
}

// NewMessage returns the message of a request that the source's Verifier verified. It returns
// [webhook.ErrInvalidID] or [webhook.ErrInvalidType] for what queue and ledger cannot have.
func NewMessage(src source.Source, verified webhook.Verified, r webhook.Request) (queue.Message, error) {
	if err := checkNames(verified); err != nil {
		return queue.Message{}, err
	}
	return queue.Message{
		Event: webhook.Event{
			Source:   src.Name,
			Provider: src.Provider.Name(),
			ID:       verified.ID,
			Identity: verified.Identity,
			Type:     verified.Type,
			Time:     verified.Time,
			Received: r.At.Truncate(time.Millisecond).UTC(),
			Raw:      r.Body,
		},
		Origin: origin(src.Settings, verified, r.Body),
	}, nil
}

// checkNames checks what queue and ledger require of every provider, so that none can
// accept a webhook that would be retried forever.
func checkNames(v webhook.Verified) error {
	if !webhook.ValidName(v.ID) {
		return webhook.ErrInvalidID
	}
	if !webhook.ValidName(v.Type) {
		return webhook.ErrInvalidType
	}
	return nil
}
