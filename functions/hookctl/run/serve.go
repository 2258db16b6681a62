package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/functions/hookctl/run/reload"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/source"
)

const (
	// readHeaderTimeout is how long a client may take to send the headers.
	readHeaderTimeout = 10 * time.Second
	// finishTimeout is how long requests under way may take after Ctrl-C.
	finishTimeout = 15 * time.Second
)

// A server receives webhooks until it is stopped.
type server struct {
	*pipeline.Pipeline
	out       *cli.Writer
	listener  net.Listener
	inherited *reload.Inheritance // nil if no watcher started this program
	sources   sources
	watch     *watch
	data      data
	locked    *os.File // holds the data folder's lock; nil if there is none
	first     bool     // no earlier run saved anything
	journal   *console.Journal
	console   *console.Console
	access    console.Access
	unused    []string // settings with which upkeep would call somebody
}

// newServer reads the configuration, opens the port, and goes on from what the last run saved.
func newServer(ctx context.Context, e *cli.Env, logs *pipeline.Logs, o options) (*server, error) {
	s := &server{out: e.Out, watch: newWatch(e.Out, logs, e.Now), journal: console.NewJournal(e.Now)}
	s.watch.showBody, s.watch.saves = o.showBody, saveFolder(o.save)
	err := s.watch.saves.make()
	if err != nil {
		return nil, err
	}
	if s.sources, err = readSources(e, o.sources); err != nil {
		return nil, err
	}
	registry, err := registerHandlers(e, s.sources.set)
	if err != nil {
		return nil, err
	}
	s.Pipeline = pipeline.New(pipeline.Options{
		Sources: source.Fixed(s.sources.set), Handlers: registry, Answered: s.answered, Around: s.watch.around,
		Upkeep: s.upkeep(e),
	})
	if s.inherited, err = reload.Inherited(e.Getenv); err != nil {
		return nil, err
	}
	if s.inherited != nil {
		s.listener = s.inherited.Port
	} else if s.listener, err = listen(ctx, o.addr); err != nil {
		return nil, err
	}
	if err := s.goOn(o); err != nil {
		s.close()
		return nil, err
	}
	s.console = s.newConsole(registry)
	return s, nil
}

// goOn restores what the last run saved, or forgets it.
func (s *server) goOn(o options) error {
	root, err := cli.ModuleRoot(".")
	if err != nil {
		return fmt.Errorf("look for go.mod: %w", err)
	}
	if s.data, err = openData(o.data, root); err != nil {
		return err
	}
	if s.inherited == nil { // a watcher holds the lock itself
		if s.locked, err = s.data.lock(); err != nil {
			return err
		}
	}
	if o.fresh {
		if err := s.data.forget(); err != nil {
			return err
		}
	}
	s.first, err = s.data.restore(s.Pipeline)
	return err
}

// close gives up the port and the data folder.
func (s *server) close() {
	_ = s.listener.Close() // serve has closed it already, if it was reached
	if s.locked != nil {
		_ = s.locked.Close() // nothing is written there any more
	}
}

// serve prints how to send webhooks here, receives them until ctx ends, and saves what is left.
func (s *server) serve(ctx context.Context) error {
	if s.inherited == nil || !s.inherited.Restart {
		s.printWelcome()
	}
	s.printRestored()
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var worker sync.WaitGroup
	var workErr error
	worker.Go(func() { workErr = s.Work(working, s.worked) })
	worker.Go(func() { s.KeepUp(working) })

	_, port, _ := net.SplitHostPort(s.listener.Addr().String()) // as a TCP address it has one
	address := remote.Address{URL: baseURL(s.listener), Token: remote.NewToken()}
	if err := s.data.announce(address); err != nil {
		return errors.Join(err, s.listener.Close())
	}
	err := serveUntil(ctx, s.listener, guard{next: s.handler(address.Token), port: port, refused: s.blocked})
	err = errors.Join(err, s.data.withdraw(address))
	stop() // after the last request, so that what it queued is still handled
	worker.Wait()
	err = errors.Join(err, workErr, s.data.save(s.Pipeline))
	if s.inherited == nil && err == nil { // a watcher says it itself
		s.out.Text("\nStopped. %s", keptText(s.data))
	}
	return err
}

// printRestored prints what waits since the last run, and whether processing is paused.
func (s *server) printRestored() {
	if state, err := s.Intake().Processing(context.Background()); err == nil && state == operate.Paused {
		s.out.Text("Processing is paused, as in the last run: events wait in the queue. To have them handled: hookctl resume")
	}
	if left := len(s.Queue.Messages()); left > 0 {
		s.out.Text("Going on with %s of the last run.", cli.Count(left, "waiting event", "waiting events"))
	}
}

// printWelcome prints where webhooks are received and how to send one.
func (s *server) printWelcome() {
	base := baseURL(s.listener)
	s.out.Print("")
	s.out.Text("%s", s.out.Bold("Receiving webhooks now; Ctrl-C ends it."))
	for _, name := range slices.Sorted(maps.Keys(s.sources.set)) {
		s.out.Text("   %s", base+"/hooks/"+name)
	}
	s.out.TextUnder(3, "Console, for one browser: "+s.access.Address(base))
	if len(s.unused) > 0 {
		s.out.Text("upkeep does not use %s, because the source %s has a public sample secret.", strings.Join(s.unused, " and "), sampleSource(s.sources.set))
	}
	s.out.Print("")
	if s.sources.from != "" {
		s.out.Text("The sources are those of %s. Sign with the secret of one, from another terminal:", s.sources.from)
		s.out.Text("   go tool hookctl send text.incoming.sms --to %s/hooks/NAME --secret-prompt", base)
		s.out.Print("")
		return
	}
	to := ""
	if base != "http://"+sign.DefaultAddress {
		to = " --to " + base
	}
	s.out.Text("Send one from another terminal:")
	s.out.Text("   go tool hookctl send contiguity.text.incoming.sms%s", to)
	if s.first {
		s.out.Text("or this, with a signature for this very body (the second time it is a duplicate):")
		s.out.Print("%s", exampleCurl(base, s.out.Width())) // not indented: some of its lines may not be
	} else {
		s.out.Text("What happens to each sample: go tool hookctl run --once")
	}
	s.out.Print("")
}

// exampleCurl returns a signed command for the sample sources.
func exampleCurl(base string, width int) string {
	one, err := dialect.Find("contiguity.text.incoming.sms")
	if err != nil {
		return err.Error()
	}
	src := dialect.Sources()[one.Provider.Name()]
	text, err := sign.Curl(base+"/hooks/"+src.Name, dialect.Sign(src.Provider, src.Settings, one.Body, dialect.Time()), "", width)
	if err != nil {
		return err.Error()
	}
	return text
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("--addr %q: address already in use: is hookctl run running already? Choose another port: --addr 127.0.0.1:0", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("--addr %q: %w; choose another address: --addr 127.0.0.1:0", addr, err)
	}
	return listener, nil
}

// serveUntil serves until ctx ends, and lets the requests under way finish. Shutdown alone
// would leave a request unanswered that is still being read.
func serveUntil(ctx context.Context, listener net.Listener, h http.Handler) error {
	var open sync.WaitGroup
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	server.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateHijacked, http.StateClosed:
			open.Done()
		default: // it stays open
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	if err := server.Serve(listener); ctx.Err() == nil {
		return fmt.Errorf("serve: %w", err)
	}
	server.SetKeepAlivesEnabled(false)
	answered := make(chan struct{})
	go func() { open.Wait(); close(answered) }()
	select {
	case <-answered:
	case <-time.After(finishTimeout):
	}
	_ = server.Close() // what takes longer is cut off
	<-answered
	return nil
}

// baseURL returns the URL of a listener as seen from this machine.
func baseURL(listener net.Listener) string {
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(strings.TrimSuffix(host, "%"), port)
}
