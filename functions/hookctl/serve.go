package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"webhookintake/functions/hookctl/pipeline"
	"webhookintake/functions/hookctl/sample"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
)

// A server is the part of run that receives webhooks until it is stopped.
type server struct {
	*pipeline.Pipeline
	screen   *screen.Screen
	listener net.Listener
	set      source.Set
	own      bool // the sources are the user's, not the samples'
	live     *live
}

// newServer reads the configuration and opens the port.
func (a *app) newServer(ctx context.Context, s *screen.Screen, logs *screen.Logs, addr string) (*server, error) {
	srv := &server{screen: s, set: sample.Sources(), live: newLive(s, logs, a.now)}
	if doc := a.getenv("SOURCES"); doc != "" {
		set, err := source.Parse([]byte(doc), source.ParseOptions{AllowSample: true})
		if err != nil {
			return nil, fmt.Errorf("read SOURCES: %w", err)
		}
		srv.set, srv.own = set, true
	}
	var registry hook.Registry
	if err := a.register(&registry, orSample(a.getenv)); err != nil {
		return nil, fmt.Errorf("register handlers: %w", err)
	}
	srv.Pipeline = pipeline.New(pipeline.Options{
		Sources: source.Fixed(srv.set), Handlers: &registry, Answered: srv.live.answered,
	})
	var err error
	srv.listener, err = listen(ctx, addr)
	return srv, err
}

// orSample gives sample settings for what getenv does not have.
func orSample(getenv func(string) string) func(string) string {
	settings := sample.Settings()
	return func(name string) string { return cmp.Or(getenv(name), settings[name]) }
}

// serve says how to send webhooks here, and receives them until ctx ends.
func (s *server) serve(ctx context.Context) error {
	s.invite()
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var worker sync.WaitGroup
	var workErr error
	worker.Go(func() { workErr = s.Work(working, s.live.worked) })

	err := serveUntil(ctx, s.listener, s.Pipeline)
	stop() // after the last request, so that what it queued is still taken
	worker.Wait()
	if err == nil {
		err = workErr
	}
	s.farewell()
	return err
}

// invite says where webhooks are received and how to send one.
func (s *server) invite() {
	base := baseURL(s.listener)
	s.screen.Print("")
	s.screen.Print("%s", s.screen.Bold("Now receiving webhooks; Ctrl-C ends it."))
	for _, name := range slices.Sorted(maps.Keys(s.set)) {
		s.screen.Print("   %s", base+"/hooks/"+name)
	}
	s.screen.Print("")
	if s.own {
		s.screen.Print("The sources are those of SOURCES. Sign with the secret of one, from another terminal:")
		s.screen.Print("   go tool hookctl send text.incoming.sms --to %s/hooks/NAME --secret-prompt", base)
		s.screen.Print("")
		return
	}
	to := ""
	if base != "http://"+defaultAddr {
		to = " --to " + base
	}
	s.screen.Print("Send one from another terminal:")
	s.screen.Print("   go tool hookctl send contiguity.text.incoming.sms%s", to)
	s.screen.Print("or, with a signature that holds for this body (a second time it is a duplicate):")
	s.screen.Print("   %s", strings.ReplaceAll(exampleCurl(base), "\n", "\n   "))
	s.screen.Print("")
}

// exampleCurl is a signed command for the sample sources.
func exampleCurl(base string) string {
	one, err := sample.Find("contiguity.text.incoming.sms")
	if err != nil {
		return err.Error()
	}
	src := sample.Sources()[one.Provider.Name()]
	text, err := curlCommand(base+"/hooks/"+src.Name, sample.Sign(src.Provider, src.Settings, one.Body, sample.Time()), "")
	if err != nil {
		return err.Error()
	}
	return text
}

// farewell says what is lost with the process.
func (s *server) farewell() {
	left := len(s.Queue.Messages())
	text := "Stopped."
	if left > 0 {
		text += fmt.Sprintf(" %d events still waited in the queue, which was in memory: they are gone.", left)
	}
	s.screen.Print("\n%s", text)
}
