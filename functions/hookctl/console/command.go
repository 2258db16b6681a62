package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/functions/hookctl/operate/tail"
)

// flags say what is shown, and how.
type flags struct {
	stack cli.StackFlags
	addr  string
	write bool
}

// Command returns the command "console".
func Command(e *cli.Env) *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "console",
		Short: "Serve a page that shows what is failing, and why",
		Long: `console serves a page on this machine until Ctrl-C, and prints its address, which opens it
once, in one browser. The page shows whether the intake is healthy, what is failing and why,
each event's whole story, and the dead letters. It acts with your own AWS rights; nothing of
it is deployed.

It only shows, unless --write is given: then dead letters can be sent back, events retried,
cancelled and replayed, one or all that a filter matches, processing paused and resumed, and
secrets of sources set and rotated. Each shows first what would happen.

A payload is shown only on demand, and masked at first. Standard error says each time of
which event one was shown.

"hookctl run" serves the same page itself, and prints its address when it starts.`,
		Example: `  go tool hookctl console --stack webhook-intake
  go tool hookctl console --stack webhook-intake --write`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error { return serve(ctx, e, f) }),
	}
	f.stack.AddIntake(c, "show the deployed stack with this `NAME`")
	cli.Flag(c, &f.addr, "addr", "127.0.0.1:0", cli.Address(), "serve at this loopback `HOST:PORT`; port 0 takes a free one")
	c.Flags().BoolVar(&f.write, "write", false, "let the page change something")
	return c
}

// serve serves the console until ctx ends.
func serve(ctx context.Context, e *cli.Env, f flags) error {
	listener, err := listen(ctx, f.addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	o, err := f.options(ctx, e)
	if err != nil {
		return err
	}
	_, o.Port, _ = net.SplitHostPort(listener.Addr().String()) // as a TCP address it has one
	e.Out.Print("Console, for one browser: %s", o.Access.Address("http://"+listener.Addr().String()))
	e.Err.Print("hookctl: Ctrl-C ends it")
	return serveUntil(ctx, listener, New(o))
}

// options describe the console of the intake that the flags name.
func (f flags) options(ctx context.Context, e *cli.Env) (Options, error) {
	in, err := e.Intake(ctx, f.stack)
	if err != nil {
		return Options{}, err
	}
	handlers, err := e.Handlers()
	if err != nil {
		return Options{}, err
	}
	o := Options{
		Intake: in.Intake, Handlers: handlers, Now: e.Now, Access: NewAccess(), Background: ctx,
		Name: "the engines of the environment", Flags: in.Flags, Write: f.write,
		Operator:  cmp.Or(e.Getenv("USER"), e.Getenv("USERNAME")),
		HowToOpen: "For another address, start it again: go tool hookctl console" + in.Flags,
		Shown: func(key string, masked bool) {
			how := "unmasked"
			if masked {
				how = "masked"
			}
			e.Err.Print("hookctl: %s: the body of %s was shown, %s", cli.Time(e.Now(), e.Now()), key, how)
		},
	}
	if name, ok := strings.CutPrefix(in.Flags, " --stack "); ok {
		o.Name = "stack " + name
	}
	if client, ok := in.Intake.(*remote.Client); ok {
		o.Name, o.Here, o.Write = "hookctl run at "+strings.TrimPrefix(client.URL, "http://"), true, true
		return o, nil
	}
	if o.Monitor, err = in.Stack.Monitor(e.Now); err != nil && !errors.Is(err, stack.ErrMissing) {
		return Options{}, err
	}
	return o, o.readLogsAndSources(in.Stack)
}

// readLogsAndSources reads both where it is known where they are.
func (o *Options) readLogsAndSources(s *stack.Stack) error {
	group, err := s.Get(stack.IngestLogs)
	known := err == nil
	if known {
		o.Refused = func(ctx context.Context, from time.Time) (tail.Refusals, error) {
			return tail.Refused(ctx, s.Logs(), group, from)
		}
	}
	id, err := s.Get(stack.SourcesSecret)
	if errors.Is(err, stack.ErrMissing) {
		return nil
	}
	o.Editor = &SourceEditor{Editor: &sources.Editor{Secret: sources.NewSecret(s.SecretsManager(), id)}, Format: s.SourcesFormat()}
	if process, missing := s.Get(stack.ProcessLogs); known && missing == nil {
		o.Editor.Log = sources.NewLog(s.Logs(), group, process)
	}
	return err
}

// listen opens a port of the loopback.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--addr %q: %w; leave it out for a free port", addr, err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		_ = listener.Close()
		return nil, cli.BadValue("addr", addr, "an address of the loopback, as 127.0.0.1:9000: the console has your AWS rights")
	}
	return listener, nil
}

const (
	// readHeaderTimeout is how long a browser may take to send the headers.
	readHeaderTimeout = 10 * time.Second
	// finishTimeout is how long requests under way may take after Ctrl-C.
	finishTimeout = 5 * time.Second
)

// serveUntil serves until ctx ends, and then finishes the requests under way.
func serveUntil(ctx context.Context, listener net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	finished := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(finished)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
		defer cancel()
		if server.Shutdown(last) != nil {
			_ = server.Close() // what takes longer is cut off
		}
	})
	if err := server.Serve(listener); stop() || !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	<-finished
	return nil
}
