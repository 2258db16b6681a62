package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/demo"
	"webhookintake/functions/hookctl/screen"
)

// readHeaderTimeout is how long a client may take to send the headers.
const readHeaderTimeout = 10 * time.Second

func (a *app) runCommand() *cobra.Command {
	var addr string
	var once bool
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the whole intake in this process",
		Long: `run shows with the samples what becomes of a webhook, and then receives webhooks until
Ctrl-C: the code that runs on AWS, with queue and ledger in memory. Handlers are those of
functions/process/handlers.

The sources are one for each provider, with public sample secrets, which "hookctl send"
uses too. To receive real webhooks through a tunnel, set SOURCES to your own sources
document. Handlers get their settings from the environment, and sample settings for what
is not set there; while the samples are shown they get sample settings alone.`,
		Example: `  go tool hookctl run
  go tool hookctl run --once                # the samples only; exits with 1 if one went wrong
  SOURCES="$(cat sources.json)" go tool hookctl run --addr 127.0.0.1:9000`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			return a.run(ctx, addr, once)
		}),
	}
	c.Flags().StringVar(&addr, "addr", defaultAddr, "receive webhooks at `HOST:PORT`; port 0 is a free one")
	c.Flags().BoolVar(&once, "once", false, "show the samples and exit")
	return c
}

// errUnexpected says that the story did not go as it should.
var errUnexpected = errors.New("not everything was as expected")

func (a *app) run(ctx context.Context, addr string, once bool) error {
	logs := screen.NewLogs()
	before := slog.Default()
	slog.SetDefault(slog.New(logs)) // handlers log through package slog
	defer slog.SetDefault(before)
	s := screen.New(a.stdout, a.getenv)

	// What can be wrong with the command is found before the story begins.
	var server *server
	if !once {
		var err error
		if server, err = a.newServer(ctx, s, logs, addr); err != nil {
			return err
		}
		defer func() { _ = server.listener.Close() }() // serve has closed it already, if it came to that
	}
	problems, err := demo.Tell(ctx, demo.Options{Screen: s, Logs: logs, Register: a.register})
	if err != nil {
		return fmt.Errorf("show the samples: %w", err)
	}
	s.Print("")
	if len(problems) == 0 {
		s.Print("%s", s.Good("All as expected."))
	}
	for _, problem := range problems {
		s.Print("%s %s", s.Bad("not as expected:"), problem)
	}
	if server != nil {
		return server.serve(ctx)
	}
	if len(problems) > 0 {
		return errUnexpected
	}
	return nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w; is another one running? Choose another port: --addr 127.0.0.1:0", err)
	}
	return listener, nil
}

// serveUntil serves until ctx ends, and lets requests that are under way finish.
func serveUntil(ctx context.Context, listener net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: readHeaderTimeout}
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
		defer cancel()
		_ = server.Shutdown(ctx) // what takes longer is cut off
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// baseURL is where a listener is reached from this machine.
func baseURL(listener net.Listener) string {
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(strings.TrimSuffix(host, "%"), port)
}
