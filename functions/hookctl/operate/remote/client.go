package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/upkeep"
)

// A Client is the intake that a [Handler] serves.
type Client struct {
	Address // of the handler
	HTTP    *http.Client
}

var _ operate.Intake = (*Client)(nil)

// Ledger implements [operate.Intake].
func (c *Client) Ledger() (operate.Ledger, error) { return ledgerClient{c}, nil }

// Queue implements [operate.Intake].
func (c *Client) Queue() (queue.Queue, error) { return queueClient{c, queueEvents}, nil }

// DeadLetters implements [operate.Intake].
func (c *Client) DeadLetters() (queue.Queue, error) { return queueClient{c, queueDead}, nil }

// Counts implements [operate.Intake].
func (c *Client) Counts(ctx context.Context) (out operate.Counts, err error) {
	err = c.call(ctx, callCounts, none{}, &out)
	return out, err
}

// Processing implements [operate.Processing].
func (c *Client) Processing(ctx context.Context) (operate.ProcessingState, error) {
	var out processing
	err := c.call(ctx, callProcessing, none{}, &out)
	return out.State, err
}

// SetProcessing implements [operate.Processing].
func (c *Client) SetProcessing(ctx context.Context, want operate.ProcessingState) error {
	return c.call(ctx, callSwitch, processing{want}, new(none))
}

// RunUpkeep implements [operate.Intake].
func (c *Client) RunUpkeep(ctx context.Context) (out upkeep.Answer, err error) {
	err = c.call(ctx, callUpkeep, none{}, &out)
	return out, err
}

// Runs implements [operate.Runs].
func (c *Client) Runs(ctx context.Context, key string, from, until time.Time) ([]operate.Run, error) {
	var out runsOut
	err := c.call(ctx, callRuns, runsIn{key, from, until}, &out)
	return out.Runs, err
}

// errNotWhole says that an answer ended before its end.
var errNotWhole = errors.New("the answer is not whole: hookctl run may have ended")

// post sends a call. A caller closes the answer's body.
func (c *Client) post(ctx context.Context, name string, in any) (*http.Response, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+Path+name, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.Token)
	r.Header.Set("Content-Type", "application/json")
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	reply, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask hookctl run at %s: %w; is it running? Start it with hookctl run, or name a stack with --stack", c.URL, err)
	}
	if reply.StatusCode == http.StatusOK {
		return reply, nil
	}
	defer func() { _ = reply.Body.Close() }()
	var f failure
	if err := json.NewDecoder(io.LimitReader(reply.Body, 1<<20)).Decode(&f); err != nil || f.Error == "" {
		return nil, fmt.Errorf("ask hookctl run at %s: status %d, not an answer of hookctl run", c.URL, reply.StatusCode)
	}
	return nil, f.err()
}

// call sends a call and reads its answer into out.
func (c *Client) call(ctx context.Context, name string, in, out any) error {
	reply, err := c.post(ctx, name, in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = reply.Body.Close() }()
	if err := json.NewDecoder(reply.Body).Decode(out); err != nil {
		return fmt.Errorf("%s: %w: %w", name, errNotWhole, err)
	}
	return nil
}

type ledgerClient struct{ *Client }

// Record implements [operate.Ledger].
func (c ledgerClient) Record(ctx context.Context, key string) (rec ledger.Record, ok bool, err error) {
	var out recordOut
	if err := c.call(ctx, callRecord, keyIn{key}, &out); err != nil || out.Record == nil {
		return rec, false, err
	}
	return *out.Record, true, nil
}

// Payload implements [operate.Ledger].
func (c ledgerClient) Payload(ctx context.Context, key string) ([]byte, error) {
	var out payloadOut
	if err := c.call(ctx, callPayload, keyIn{key}, &out); err != nil {
		return nil, err
	}
	return append([]byte{}, out.Payload...), nil // an empty body is kept, too
}

// Records implements [operate.Ledger].
func (c ledgerClient) Records(ctx context.Context, s ledger.Scan) iter.Seq2[ledger.Found, error] {
	return func(yield func(ledger.Found, error) bool) {
		ctx, stop := context.WithCancel(ctx) // ends the reading on the other side
		defer stop()
		reply, err := c.post(ctx, callRecords, recordsIn{s.Source, s.Type, s.State, s.Reason, s.From, s.Until})
		if err != nil {
			yield(ledger.Found{}, fmt.Errorf("%s: %w", callRecords, err))
			return
		}
		defer func() { _ = reply.Body.Close() }()
		for lines := json.NewDecoder(reply.Body); ; {
			var line recordsLine
			err := lines.Decode(&line)
			if err != nil {
				err = fmt.Errorf("%s: %w: %w", callRecords, errNotWhole, err)
			} else {
				err = line.tell(s)
			}
			switch {
			case err != nil:
				yield(ledger.Found{}, err)
				return
			case line.End, line.Found != nil && !yield(*line.Found, nil):
				return
			}
		}
	}
}

// tell calls the functions of s that the line is for, and returns the error that it holds.
func (l recordsLine) tell(s ledger.Scan) error {
	switch {
	case l.Items != nil && s.Progress != nil:
		s.Progress(*l.Items)
	case l.Skipped != "" && s.Skipped != nil:
		s.Skipped(errors.New(l.Skipped))
	case l.Skipped != "":
		return errors.New(l.Skipped)
	}
	return l.err()
}

// Size implements [operate.Ledger].
func (c ledgerClient) Size(ctx context.Context) (out ledger.Size, err error) {
	err = c.call(ctx, callSize, none{}, &out)
	return out, err
}

// Open implements [operate.Index].
func (c ledgerClient) Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error) {
	var out openOut
	err := c.call(ctx, callOpen, openIn{partition, after, limit}, &out)
	return out.Entries, err
}

// RecordsOf implements [operate.Index].
func (c ledgerClient) RecordsOf(ctx context.Context, keys []string) (map[string]ledger.Record, error) {
	var out recordsOfOut
	err := c.call(ctx, callRecordsOf, keysIn{keys}, &out)
	return out.Records, err
}

// Reindex implements [operate.Index].
func (c ledgerClient) Reindex(ctx context.Context, found ledger.Found, now time.Time) (bool, error) {
	var out wroteOut
	err := c.call(ctx, callReindex, foundIn{found, now}, &out)
	return out.Wrote, err
}

// Drop implements [operate.Index].
func (c ledgerClient) Drop(ctx context.Context, found ledger.Found, now time.Time) (bool, error) {
	var out wroteOut
	err := c.call(ctx, callDrop, foundIn{found, now}, &out)
	return out.Wrote, err
}

type queueClient struct {
	*Client
	name string
}

// Send implements [queue.Queue].
func (c queueClient) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	wire, err := queue.Encode(m)
	if err != nil {
		return err
	}
	return c.call(ctx, callSend, sendIn{c.name, wire, delay}, new(none))
}

// Receive implements [queue.Queue].
func (c queueClient) Receive(ctx context.Context, limit int, wait time.Duration) (messages []queue.Message, err error) {
	var out receiveOut
	err = c.call(ctx, callReceive, receiveIn{c.name, limit, wait}, &out)
	for _, wire := range out.Wires {
		messages = append(messages, queue.Decode(wire))
	}
	return messages, err
}

// Delete implements [queue.Queue].
func (c queueClient) Delete(ctx context.Context, receipts []string) []error {
	return c.each(ctx, callDelete, deleteIn{c.name, receipts}, len(receipts))
}

// Defer implements [queue.Queue].
func (c queueClient) Defer(ctx context.Context, deferrals []queue.Deferral) []error {
	return c.each(ctx, callDefer, deferIn{c.name, deferrals}, len(deferrals))
}

// each sends a call about n messages and returns an error for each.
func (c queueClient) each(ctx context.Context, name string, in any, n int) []error {
	var out failuresOut
	err := c.call(ctx, name, in, &out)
	if err == nil && len(out.Failures) != n {
		err = fmt.Errorf("%s: %w: %d answers for %d messages", name, errNotWhole, len(out.Failures), n)
	}
	errs := make([]error, n)
	for i := range errs {
		if errs[i] = err; err == nil {
			errs[i] = out.Failures[i].err()
		}
	}
	return errs
}
