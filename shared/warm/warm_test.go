package warm_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/warm"
)

// A service notes its connections and requests.
type service struct {
	*httptest.Server
	mu       sync.Mutex
	opened   int
	requests []string
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if state == http.StateNew {
			s.opened++
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// wants fails the test unless these were the requests, and returns the number of connections.
func (s *service) wants(t *testing.T, requests ...string) (opened int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.requests, requests) {
		t.Errorf("requests %q, want %q", s.requests, requests)
	}
	return s.opened
}

// post sends a request as an SDK does, and returns the answer's body.
func post(ctx context.Context, t *testing.T, c *warm.Client, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.StatusCode, err)
	}
	return string(body)
}

// The first real call uses the connection that is open, and the rehearsed one reaches nobody.
// On a busy machine net/http may close a connection, so one of ten is enough.
func TestWarm(t *testing.T) {
	t.Parallel()
	for range 10 {
		s, c := newService(t), warm.NewClient()
		c.Warm(t.Context(), `{"done": true}`, func(ctx context.Context) {
			if got := post(ctx, t, c, s.URL+"/path"); got != `{"done": true}` {
				t.Errorf("the rehearsed call was answered %q", got)
			}
		})
		if opened := s.wants(t, "GET /"); opened != 1 {
			t.Errorf("%d connections, want 1", opened)
		}
		post(t.Context(), t, c, s.URL+"/path")
		if s.wants(t, "GET /", "POST /path") == 1 {
			return
		}
	}
	t.Error("no call used the connection that was open")
}

// Without a call there is nobody to connect to, and without a service nothing happens.
func TestNobody(t *testing.T) {
	t.Parallel()
	s, c := newService(t), warm.NewClient()
	c.Warm(t.Context(), "{}", func(context.Context) {})
	gone := httptest.NewServer(nil)
	gone.Close()
	c.Warm(t.Context(), "{}", func(ctx context.Context) { post(ctx, t, c, gone.URL) })
	ended, end := context.WithCancel(t.Context())
	end()
	c.Warm(ended, "{}", func(ctx context.Context) { post(ctx, t, c, s.URL) })
	if opened := s.wants(t); opened != 0 {
		t.Errorf("%d connections, want none", opened)
	}
	post(t.Context(), t, c, s.URL)
	s.wants(t, "POST /")
}

// A connection that waited for long may be dead on the other side: it is not used.
func TestOldConnection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wait   time.Duration
		opened int
	}{"20 s": {20 * time.Second, 1}, "more": {20*time.Second + time.Millisecond, 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := &pipes{}
				client := warm.NewClientDialing(n.dial)
				defer client.CloseIdleConnections()
				client.Warm(t.Context(), "{}", func(ctx context.Context) { post(ctx, t, client, "http://service/") })
				time.Sleep(c.wait)
				post(t.Context(), t, client, "http://service/")
				time.Sleep(time.Minute)
				post(t.Context(), t, client, "http://service/") // later ones are used as long as they hold
				if n.opened != c.opened {
					t.Errorf("%d connections opened, want %d", n.opened, c.opened)
				}
			})
		})
	}
}

// pipes is a service on connections in memory, so that its time is that of a synctest bubble.
type pipes struct{ opened int }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	p.opened++
	ours, theirs := net.Pipe()
	go func() {
		_ = http.Serve(&once{conn: theirs}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	}()
	return ours, nil
}

type once struct{ conn net.Conn }

func (o *once) Accept() (net.Conn, error) {
	conn := o.conn
	if o.conn = nil; conn == nil {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return &net.TCPAddr{} }
