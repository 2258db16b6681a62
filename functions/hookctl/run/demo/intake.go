package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// patience is how long a sender waits for its answer: longer than ingest may take.
const patience = 10 * time.Second

// An intake is a pipeline behind a real port of this machine, which takes one webhook at a
// time.
type intake struct {
	*pipeline.Pipeline
	clock    *clock
	url      string
	answered chan ingest.Report
	server   *http.Server
	client   *http.Client
}

// open returns an intake with the sample sources. Close it after use.
func open(ctx context.Context, handlers *hook.Registry) (*intake, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the demo: %w", err)
	}
	s := &intake{
		clock: new(clock), url: "http://" + listener.Addr().String(),
		answered: make(chan ingest.Report, 1),
		client:   &http.Client{Transport: new(http.Transport)},
	}
	s.Pipeline = pipeline.New(pipeline.Options{
		Sources: source.Fixed(dialect.Sources()), Handlers: handlers,
		Answered: func(r pipeline.Answered) { s.answered <- r.Report },
		Now:      s.clock.Now,
	})
	s.server = &http.Server{Handler: s.Pipeline, ReadHeaderTimeout: patience}
	go func() { _ = s.server.Serve(listener) }() // returns when close is called
	return s, nil
}

func (s *intake) close() {
	s.client.CloseIdleConnections()
	_ = s.server.Close()
}

// post sends a request to a source and returns ingest's own report of it.
func (s *intake) post(ctx context.Context, sourceName string, r webhook.Request) (ingest.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := dialect.NewRequest(ctx, s.url+"/hooks/"+sourceName, r)
	if err != nil {
		return ingest.Report{}, fmt.Errorf("post to %s: %w", sourceName, err)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return ingest.Report{}, fmt.Errorf("post to %s: %w", sourceName, err)
	}
	_, _ = io.Copy(io.Discard, answer.Body) // only the status matters
	_ = answer.Body.Close()
	select {
	case report := <-s.answered:
		if report.Status != answer.StatusCode {
			return report, fmt.Errorf("post to %s: answered %d, reported %d", sourceName, answer.StatusCode, report.Status)
		}
		return report, nil
	case <-ctx.Done():
		return ingest.Report{}, fmt.Errorf("post to %s: no report: %w", sourceName, ctx.Err())
	}
}

// deliverText posts the event of the later chapters, the same at every call, and handles it.
func (s *intake) deliverText(ctx context.Context) (ingest.Report, pipeline.Worked, error) {
	src, sample, err := textSample()
	if err != nil {
		return ingest.Report{}, pipeline.Worked{}, err
	}
	report, err := s.post(ctx, src.Name, dialect.Sign(src.Provider, src.Settings, sample.Body, time.Now()))
	if err != nil {
		return ingest.Report{}, pipeline.Worked{}, err
	}
	worked, err := s.work(ctx)
	return report, worked, err
}

// errNothing says that no message was waiting.
var errNothing = errors.New("no message is waiting in the queue")

// work handles the one waiting message.
func (s *intake) work(ctx context.Context) (pipeline.Worked, error) {
	worked, err := s.Step(ctx, 0)
	if err != nil {
		return pipeline.Worked{}, fmt.Errorf("handle the queue: %w", err)
	}
	if len(worked) != 1 {
		return pipeline.Worked{}, errNothing
	}
	return worked[0], nil
}

// A clock shows the time of day, and can be set forward. The zero clock is exact.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now returns the time that the clock shows.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
