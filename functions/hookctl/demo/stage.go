package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"webhookintake/functions/hookctl/pipeline"
	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// patience is how long a sender of the story waits for its answer. It is longer than
// ingest may take.
const patience = 10 * time.Second

// A stage is a pipeline behind a real port of this machine, where one webhook at a time
// is followed.
type stage struct {
	*pipeline.Pipeline
	clock    *clock
	url      string
	answered chan ingest.Report
	server   *http.Server
	client   *http.Client
}

// open makes a stage with the sample sources. Close it after use.
func open(ctx context.Context, handlers *hook.Registry) (*stage, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a port for the story: %w", err)
	}
	s := &stage{
		clock: new(clock), url: "http://" + listener.Addr().String(),
		answered: make(chan ingest.Report, 1),
		client:   &http.Client{Transport: new(http.Transport)},
	}
	s.Pipeline = pipeline.New(pipeline.Options{
		Sources: source.Fixed(sample.Sources()), Handlers: handlers,
		Answered: func(r ingest.Report) { s.answered <- r },
		Now:      s.clock.Now,
	})
	s.server = &http.Server{Handler: s.Pipeline, ReadHeaderTimeout: patience}
	go func() { _ = s.server.Serve(listener) }() // returns when close is called
	return s, nil
}

func (s *stage) close() {
	s.client.CloseIdleConnections()
	_ = s.server.Close()
}

// post sends a request to a source and gives ingest's own report of it.
func (s *stage) post(ctx context.Context, sourceName string, r webhook.Request) (ingest.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, sample.URL(s.url+"/hooks/"+sourceName, r), bytes.NewReader(r.Body))
	if err != nil {
		return ingest.Report{}, fmt.Errorf("post to %s: %w", sourceName, err)
	}
	request.Header = r.Header.Clone()
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(request)
	if err != nil {
		return ingest.Report{}, fmt.Errorf("post to %s: %w", sourceName, err)
	}
	_, _ = io.Copy(io.Discard, answer.Body) // the status says it
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

// errNothing says that no message waited where one should.
var errNothing = errors.New("nothing waits in the queue")

// work works off the one message that waits.
func (s *stage) work(ctx context.Context) (pipeline.Worked, error) {
	worked, err := s.Step(ctx, 0)
	if err != nil {
		return pipeline.Worked{}, fmt.Errorf("work off the queue: %w", err)
	}
	if len(worked) != 1 {
		return pipeline.Worked{}, errNothing
	}
	return worked[0], nil
}

// A clock is the time of day, and can be set forward. The zero clock is right.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the time that the clock shows.
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
