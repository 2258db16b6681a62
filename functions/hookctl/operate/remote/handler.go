package remote

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/upkeep"
)

// maxRequest is more than any call needs: the largest message is 1 MiB, and JSON may escape
// each of its bytes.
const maxRequest = 8 << 20

// Handler serves an intake to whoever has the token, below [Path].
func Handler(in operate.Intake, token string) http.Handler {
	s := server{in}
	mux := http.NewServeMux()
	handlePart(mux, callRecord, s.Ledger, record)
	handlePart(mux, callPayload, s.Ledger, payload)
	handlePart(mux, callSize, s.Ledger, size)
	handlePart(mux, callOpen, s.Ledger, open)
	handlePart(mux, callRecordsOf, s.Ledger, recordsOf)
	handlePart(mux, callReindex, s.Ledger, reindex)
	handlePart(mux, callDrop, s.Ledger, drop)
	handlePart(mux, callPayloads, s.Ledger, payloads)
	handlePart(mux, callErase, s.Ledger, erase)
	handlePart(mux, callState, s.Ledger, state)
	handlePart(mux, callEraseState, s.Ledger, eraseState)
	handle(mux, callCounts, s.counts)
	handle(mux, callProcessing, s.processing)
	handle(mux, callSwitch, s.setProcessing)
	handle(mux, callUpkeep, s.runUpkeep)
	handle(mux, callRuns, s.runs)
	handle(mux, callSend, s.send)
	handle(mux, callReceive, s.receive)
	handle(mux, callDelete, s.delete)
	handle(mux, callDefer, s.deferAll)
	handlePart(mux, callObjects, s.Vault, objects)
	handlePart(mux, callObject, s.Vault, object)
	handlePart(mux, callDeleteObject, s.Vault, deleteObject)
	handlePart(mux, callVerifyRequest, s.Quarantine, verifyRequest)
	mux.HandleFunc(Path+callRecords, s.records)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusNotFound, failure{Error: "there is no such call: the two programs are of different versions"})
	})
	return guard{next: mux, token: token}
}

// A guard lets in only what a program on this machine sends that can read the token's file.
type guard struct {
	next  http.Handler
	token string
}

// ServeHTTP implements [http.Handler].
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, why := g.problem(r)
	if why != "" {
		answer(w, status, failure{Error: why})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	g.next.ServeHTTP(w, r)
}

// problem returns why a request is refused, or "". It quotes nothing of the request.
func (g guard) problem(r *http.Request) (status int, why string) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	_, hasOrigin := r.Header["Origin"]
	_, hasSite := r.Header["Sec-Fetch-Site"]
	switch {
	case !loopback(r.Host):
		return http.StatusForbidden, "the request names a host that is not this machine's loopback"
	case hasOrigin || hasSite:
		return http.StatusForbidden, "a browser sent the request"
	case g.token == "" || subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) != 1:
		return http.StatusUnauthorized, "the token is missing or wrong: it stands in run.json, and is new for each start of hookctl run"
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "only POST is served"
	}
	return 0, ""
}

func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// handle serves a call that has one answer.
func handle[In, Out any](mux *http.ServeMux, name string, fn func(context.Context, In) (Out, error)) {
	mux.HandleFunc(Path+name, func(w http.ResponseWriter, r *http.Request) {
		in, ok := read[In](w, r)
		if !ok {
			return
		}
		out, err := fn(r.Context(), in)
		if err != nil {
			answer(w, http.StatusUnprocessableEntity, failureOf(err))
			return
		}
		answer(w, http.StatusOK, out)
	})
}

// handlePart serves a call to a part of the intake, which open returns.
func handlePart[Part, In, Out any](mux *http.ServeMux, name string, open func() (Part, error), fn func(context.Context, Part, In) (Out, error)) {
	handle(mux, name, func(ctx context.Context, in In) (out Out, err error) {
		part, err := open()
		if err != nil {
			return out, err
		}
		return fn(ctx, part, in)
	})
}

func read[In any](w http.ResponseWriter, r *http.Request) (in In, ok bool) {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		answer(w, http.StatusBadRequest, failure{Error: fmt.Sprintf("read the call: %v", err)})
		return in, false
	}
	return in, true
}

func answer(w http.ResponseWriter, status int, out any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // if it fails, the client is gone
}

// A server carries the calls out.
type server struct{ operate.Intake }

func record(ctx context.Context, l operate.Ledger, in keyIn) (out recordOut, err error) {
	rec, ok, err := l.Record(ctx, in.Key)
	if ok {
		out.Record = &rec
	}
	return out, err
}

func payload(ctx context.Context, l operate.Ledger, in keyIn) (out payloadOut, err error) {
	out.Payload, err = l.Payload(ctx, in.Key)
	return out, err
}

func size(ctx context.Context, l operate.Ledger, _ none) (out ledger.Size, err error) {
	return l.Size(ctx)
}

func open(ctx context.Context, l operate.Ledger, in openIn) (out openOut, err error) {
	out.Entries, err = l.Open(ctx, in.Partition, in.After, in.Limit)
	return out, err
}

func recordsOf(ctx context.Context, l operate.Ledger, in keysIn) (out recordsOfOut, err error) {
	out.Records, err = l.RecordsOf(ctx, in.Keys)
	return out, err
}

func reindex(ctx context.Context, l operate.Ledger, in foundIn) (out wroteOut, err error) {
	out.Wrote, err = l.Reindex(ctx, in.Found, in.Now)
	return out, err
}

func drop(ctx context.Context, l operate.Ledger, in foundIn) (out wroteOut, err error) {
	out.Wrote, err = l.Drop(ctx, in.Found, in.Now)
	return out, err
}

func (s server) processing(ctx context.Context, _ none) (out processing, err error) {
	out.State, err = s.Processing(ctx)
	return out, err
}

func (s server) setProcessing(ctx context.Context, in processing) (none, error) {
	return none{}, s.SetProcessing(ctx, in.State)
}

func (s server) runUpkeep(ctx context.Context, _ none) (upkeep.Answer, error) {
	return s.RunUpkeep(ctx)
}

func (s server) runs(ctx context.Context, in runsIn) (out runsOut, err error) {
	out.Runs, err = s.Runs(ctx, in.Key, in.From, in.Until)
	return out, err
}

func (s server) counts(ctx context.Context, _ none) (operate.Counts, error) { return s.Counts(ctx) }

// queue returns the queue that a call names.
func (s server) queue(name string) (queue.Queue, error) {
	switch name {
	case queueEvents:
		return s.Queue()
	case queueDead:
		return s.DeadLetters()
	}
	return nil, fmt.Errorf("there is no queue %q", name)
}

func (s server) send(ctx context.Context, in sendIn) (none, error) {
	q, err := s.queue(in.Queue)
	if err != nil {
		return none{}, err
	}
	return none{}, q.Send(ctx, queue.Decode(in.Wire), in.Delay)
}

func (s server) receive(ctx context.Context, in receiveIn) (out receiveOut, err error) {
	q, err := s.queue(in.Queue)
	if err != nil {
		return out, err
	}
	messages, err := q.Receive(ctx, in.Max, in.Wait)
	for _, m := range messages {
		out.Wires = append(out.Wires, m.Wire)
	}
	return out, err
}

func (s server) delete(ctx context.Context, in deleteIn) (out failuresOut, err error) {
	q, err := s.queue(in.Queue)
	if err != nil {
		return out, err
	}
	return failuresOf(q.Delete(ctx, in.Receipts)), nil
}

func (s server) deferAll(ctx context.Context, in deferIn) (out failuresOut, err error) {
	q, err := s.queue(in.Queue)
	if err != nil {
		return out, err
	}
	return failuresOf(q.Defer(ctx, in.Deferrals)), nil
}

func failuresOf(errs []error) (out failuresOut) {
	for _, err := range errs {
		out.Failures = append(out.Failures, failureOf(err))
	}
	return out
}

// records answers line by line, so that neither side holds the whole table.
func (s server) records(w http.ResponseWriter, r *http.Request) {
	in, ok := read[recordsIn](w, r)
	if !ok {
		return
	}
	l, err := s.Ledger()
	if err != nil {
		answer(w, http.StatusUnprocessableEntity, failureOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	e := json.NewEncoder(w)
	write := func(line recordsLine) { _ = e.Encode(line) } // if it fails, r's context ends
	scan := ledger.Scan{
		Source: in.Source, Type: in.Type, State: in.State, Reason: in.Reason, From: in.From, Until: in.Until,
		Progress: func(items int) { write(recordsLine{Items: &items}) },
		Skipped:  func(why error) { write(recordsLine{Skipped: why.Error()}) },
	}
	for found, err := range l.Records(r.Context(), scan) {
		if err != nil {
			write(recordsLine{failure: failureOf(err)})
			return
		}
		write(recordsLine{Found: &found})
	}
	write(recordsLine{End: true})
}
