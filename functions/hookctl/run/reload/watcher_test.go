package reload_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/run/reload"
)

// The toy answers with its version, and saves it when its lifeline ends.
const toy = `package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"sync"
)

const version = "VERSION"

func main() {
	port, err := net.FileListener(os.NewFile(3, "port"))
	if err != nil {
		panic(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, version) })}
	// Shutdown would leave a request unanswered that is being read.
	var open sync.WaitGroup
	server.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Done()
		}
	}
	done := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.NewFile(4, "lifeline"))
		port.Close() // all that was accepted is known to the server once Serve has returned
	}()
	go func() { server.Serve(port); close(done) }()
	<-done
	server.SetKeepAlivesEnabled(false)
	open.Wait()
	os.WriteFile(os.Getenv("SAVE"), []byte(version), 0o600)
}
`

type world struct {
	*testing.T
	module, saved, url string
	stdin              string
	files              []string
	lock               *os.File
	told               chan string
	client             *http.Client
}

func newWorld(t *testing.T) *world {
	w := &world{
		T: t, module: t.TempDir(), saved: filepath.Join(t.TempDir(), "saved"), told: make(chan string, 10),
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Minute},
	}
	w.write("go.mod", "module toy\n\ngo 1.26\n")
	w.write("main.go", strings.Replace(toy, "VERSION", "v1", 1))
	return w
}

// write replaces a file of the module in one step, as a half-written one might be built as well.
func (w *world) write(name, text string) {
	w.Helper()
	w.replace(filepath.Join(w.module, name), text)
}

func (w *world) replace(path, text string) {
	w.Helper()
	if err := os.WriteFile(path+"~", []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		w.Fatal(err)
	}
}

// start runs a watcher until stop is called.
func (w *world) start() (stop func() error) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	ended := w.run(ctx)
	return func() error { cancel(); return <-ended }
}

// run runs a watcher and sends its error.
func (w *world) run(ctx context.Context) <-chan error {
	w.Helper()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = port.Close() })
	w.url = "http://" + port.Addr().String()
	watcher := &reload.Watcher{
		Module: w.module, Package: ".", Folder: w.TempDir(), Port: port.(*net.TCPListener), Every: 10 * time.Millisecond,
		Stdin: []byte(w.stdin), Files: w.files, Lock: w.lock,
		Env: append(os.Environ(), "SAVE="+w.saved, "SETTINGS="+strings.Join(w.files, "")), Stdout: w.Output(), Stderr: w.Output(),
		Tell: func(text string, _ bool) { w.told <- text },
	}
	ended := make(chan error, 1)
	go func() { ended <- watcher.Run(ctx) }()
	return ended
}

// version is the answer of the program that has the port.
func (w *world) version() string {
	w.Helper()
	r, err := w.client.Get(w.url)
	if err != nil {
		w.Error(err)
		return ""
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.Error(err)
	}
	return string(body)
}

// expectTold waits for the watcher's next word.
func (w *world) expectTold(parts ...string) {
	w.Helper()
	select {
	case text := <-w.told:
		for _, part := range parts {
			if !strings.Contains(text, part) {
				w.Errorf("told %q, want %q in it", text, part)
			}
		}
	case <-time.After(5 * time.Minute):
		w.Fatalf("told nothing, want %q", parts)
	}
}

func (w *world) expectVersion(want string) {
	w.Helper()
	if got := w.version(); got != want {
		w.Errorf("version %q answers, want %q", got, want)
	}
}

func TestWatcher(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stop := w.start()
	w.expectVersion("v1") // the connection waits while it is built

	// Nobody is refused while one program takes the place of the other.
	asking, enough := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(asking)
		for {
			select {
			case <-enough:
				return
			default:
				w.version()
			}
		}
	}()
	w.write("main.go", strings.Replace(toy, "VERSION", "v2", 1))
	w.expectTold("building")
	w.expectTold("restarted")
	close(enough)
	<-asking
	w.expectVersion("v2")
	if saved, err := os.ReadFile(w.saved); err != nil || string(saved) != "v1" {
		t.Errorf("the first program saved %q, %v, before the second began", saved, err)
	}

	w.write("main.go", strings.Replace(toy, "VERSION", `v3" + 1 + "`, 1))
	w.expectTold("building")
	w.expectTold("the build fails", "main.go:", "The previous program keeps running")
	w.expectVersion("v2")

	w.write("main_test.go", "package main")
	w.write("main.go", strings.Replace(toy, "done := ", "os.Exit(3)\n\tdone := ", 1))
	w.expectTold("building")
	w.expectTold("restarted")
	w.expectTold("the program ended with exit status 3")
	w.write("main.go", strings.Replace(toy, "VERSION", "v4", 1))
	w.expectTold("building")
	w.expectTold("restarted")
	w.expectVersion("v4")

	if err := stop(); err != nil {
		t.Errorf("Run = %v", err)
	}
	if saved, err := os.ReadFile(w.saved); err != nil || string(saved) != "v4" {
		t.Errorf("the last program saved %q, %v", saved, err)
	}
}

// The program has the lock open, and reads the same input at every start. A change of one of
// the files beside the code starts it again.
func TestRestartForFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stdin, w.files = "from the watcher", []string{filepath.Join(t.TempDir(), "settings")}
	lock := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(lock, []byte(", locked"), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.lock, err = os.Open(lock); err != nil {
		t.Fatal(err)
	}
	defer w.lock.Close()
	text := strings.Replace(toy, "const version", "var version", 1)
	text = strings.Replace(text, "port, err :=", `input, _ := io.ReadAll(os.Stdin)
	settings, _ := os.ReadFile(os.Getenv("SETTINGS"))
	var locked [8]byte
	os.NewFile(5, "lock").ReadAt(locked[:], 0)
	version = string(input) + string(locked[:]) + string(settings)
	port, err :=`, 1)
	w.write("main.go", text)
	stop := w.start()
	w.expectVersion("from the watcher, locked")
	w.replace(w.files[0], ", changed")
	w.expectTold("building")
	w.expectTold("restarted")
	w.expectVersion("from the watcher, locked, changed")
	if err := stop(); err != nil {
		t.Errorf("Run = %v", err)
	}
}

// A first build that fails leaves nothing to go on with.
func TestFirstBuildFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("main.go", "package main\n\nfunc main() { undefined() }\n")
	err := <-w.run(t.Context())
	if build, ok := errors.AsType[*reload.BuildError](err); !ok || !strings.Contains(build.Output, "undefined: undefined") {
		t.Errorf("Run = %v, want what the compiler says", err)
	}
}

// Ctrl-C during the first build is no fault of the code that is built.
func TestEndedDuringFirstBuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := <-w.run(ctx); err != nil {
		t.Errorf("Run = %v, want no error", err)
	}
}
