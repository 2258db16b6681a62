package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
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
	out      *cli.Writer
	listener net.Listener
	set      source.Set
	own      bool // the sources are the user's, not the samples'
	watch    *watch
}

// newServer reads the configuration and opens the port.
func newServer(ctx context.Context, e *cli.Env, logs *pipeline.Logs, addr string) (*server, error) {
	s := &server{out: e.Out, set: dialect.Sources(), watch: newWatch(e.Out, logs, e.Now)}
	if doc := e.Getenv("SOURCES"); doc != "" {
		set, err := source.Parse([]byte(doc), source.ParseOptions{AllowSample: true})
		if err != nil {
			return nil, fmt.Errorf("read SOURCES: %w", err)
		}
		s.set, s.own = set, true
	}
	registry, err := cli.Registry(e.Register, cli.OrSample(e.Getenv))
	if err != nil {
		return nil, err
	}
	s.Pipeline = pipeline.New(pipeline.Options{
		Sources: source.Fixed(s.set), Handlers: registry, Answered: s.watch.answered,
	})
	s.listener, err = listen(ctx, addr)
	return s, err
}

// serve prints how to send webhooks here, and receives them until ctx ends.
func (s *server) serve(ctx context.Context) error {
	s.printWelcome()
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var worker sync.WaitGroup
	var workErr error
	worker.Go(func() { workErr = s.Work(working, s.watch.worked) })

	err := serveUntil(ctx, s.listener, s.Pipeline)
	stop() // after the last request, so that what it queued is still handled
	worker.Wait()
	if err == nil {
		err = workErr
	}
	s.printEnd()
	return err
}

// printWelcome prints where webhooks are received and how to send one.
func (s *server) printWelcome() {
	base := baseURL(s.listener)
	s.out.Print("")
	s.out.Print("%s", s.out.Bold("Receiving webhooks now; Ctrl-C ends it."))
	for _, name := range slices.Sorted(maps.Keys(s.set)) {
		s.out.Print("   %s", base+"/hooks/"+name)
	}
	s.out.Print("")
	if s.own {
		s.out.Print("The sources are those of SOURCES. Sign with the secret of one, from another terminal:")
		s.out.Print("   go tool hookctl send text.incoming.sms --to %s/hooks/NAME --secret-prompt", base)
		s.out.Print("")
		return
	}
	to := ""
	if base != "http://"+sign.DefaultAddress {
		to = " --to " + base
	}
	s.out.Print("Send one from another terminal:")
	s.out.Print("   go tool hookctl send contiguity.text.incoming.sms%s", to)
	s.out.Print("or this, with a signature for this very body (the second time it is a duplicate):")
	s.out.Print("   %s", strings.ReplaceAll(exampleCurl(base), "\n", "\n   "))
	s.out.Print("")
}

// exampleCurl returns a signed command for the sample sources.
func exampleCurl(base string) string {
	one, err := dialect.Find("contiguity.text.incoming.sms")
	if err != nil {
		return err.Error()
	}
	src := dialect.Sources()[one.Provider.Name()]
	text, err := sign.Curl(base+"/hooks/"+src.Name, dialect.Sign(src.Provider, src.Settings, one.Body, dialect.Time()), "")
	if err != nil {
		return err.Error()
	}
	return text
}

// printEnd prints what is lost with the process.
func (s *server) printEnd() {
	text := "Stopped."
	if left := len(s.Queue.Messages()); left > 0 {
		text += " Lost with the queue in memory: " + cli.Count(left, "waiting event", "waiting events") + "."
	}
	s.out.Print("\n%s", text)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w; is hookctl run running already? Choose another port: --addr 127.0.0.1:0", err)
	}
	return listener, nil
}

// serveUntil serves until ctx ends, and lets the requests under way finish.
func serveUntil(ctx context.Context, listener net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
		defer cancel()
		_ = server.Shutdown(ctx) // what takes longer is cut off
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
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
