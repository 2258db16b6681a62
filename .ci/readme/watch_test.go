package readme

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// watched is the user's file while hookctl run --watch runs.
const watched = `package handlers

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

func enter(r *hook.Registry) {
	hook.On(r, contiguity.EmailIncoming, "watched", watched)
}

const version = "v1"

var errNotYet = errors.New("not yet")

func watched(ctx context.Context, e hook.Event[contiguity.Email]) error {
	slog.InfoContext(ctx, "ran "+version, "id", e.ID)
	if e.ID == "evt_later" && version == "v1" {
		return hook.RetryAfter(time.Second, errNotYet)
	}
	return nil
}
`

// A watch is a hookctl run in a copy of the checkout.
type watch struct {
	*reader
	data   string // the data folder
	url    string
	cmd    *exec.Cmd
	screen *screen
	ended  chan error // has the error of the program once it has ended, and its own program too
}

// edit replaces the user's file in one step.
func (w *watch) edit(t *testing.T, old, instead string) {
	t.Helper()
	text := strings.Replace(watched, old, instead, 1)
	if text == watched && old != "" {
		t.Fatalf("the file has no %q", old)
	}
	w.write(t, block{arg: room + "/watched.go~", text: text}, os.O_TRUNC)
	path := filepath.Join(w.dir, room, "watched.go")
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
}

// start runs the program until it receives webhooks.
func (w *watch) start(t *testing.T, args ...string) {
	t.Helper()
	w.screen, w.ended = newScreen(), make(chan error, 1)
	w.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), ".hookctl/hookctl",
		append([]string{"run", "--addr", "127.0.0.1:0", "--data", w.data}, args...)...)
	w.cmd.Dir, w.cmd.Stdout, w.cmd.Stderr = w.dir, w.screen, w.screen
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	process := w.cmd.Process
	t.Cleanup(func() { _ = process.Kill() }) // the program that it runs ends with it
	go func(cmd *exec.Cmd, ended chan<- error) { ended <- cmd.Wait() }(w.cmd, w.ended)
	w.url = w.screen.await(t, `http://127\.0\.0\.1:\d+`, `Send one from another terminal`)
}

// stop sends a signal, and waits until nothing has the program's output any more: neither
// the program nor the one that it runs.
func (w *watch) stop(t *testing.T, with os.Signal) error {
	t.Helper()
	if err := w.cmd.Process.Signal(with); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-w.ended:
		return err
	case <-time.After(patience):
		t.Fatalf("it still runs after %v:\n%s", with, w.screen.all())
		return nil
	}
}

// send sends an event, and waits for its line on the screen.
func (w *watch) send(t *testing.T, id, outcome string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if out, err := w.bash(ctx, ".hookctl/hookctl send email.incoming --id "+id+" --to "+w.url).CombinedOutput(); err != nil {
		t.Fatalf("send %s: %v\n%s", id, err, out)
	}
	w.screen.await(t, id+"  "+outcome)
}

// The inner loop of a handler's author, with the real program: edits, a build that fails, a
// mistake in registration, and every way in which the watcher may end.
func TestRoomWatch(t *testing.T) {
	w := &watch{reader: checkout(t), data: t.TempDir()}
	w.edit(t, "", "")
	w.insert(t, block{arg: room + "/register.go", text: " \t// Your own handlers, one line each:\n+\tenter(r)\n"})
	w.must(t, "bash .ci/hookctl.sh .hookctl")
	w.interruptQuestion(t)

	w.start(t, "--watch")
	w.send(t, "evt_done", "handled by watched")
	w.send(t, "evt_later", "failed, tried again in 1s")

	w.edit(t, `"v1"`, `"v2"`)
	w.screen.await(t, `a file changed: building`)
	w.screen.await(t, `built and restarted`, `evt_later  again: handled by watched`, `ran v2  id=evt_later`)
	w.send(t, "evt_done", "is a duplicate, dropped")

	w.edit(t, `"v1"`, `missing`)
	w.screen.await(t, `the build fails:(.*\n)+.*watched\.go:\d+:\d+: undefined: missing\n(.*\n)*The previous program keeps running`)
	w.send(t, "evt_old", "handled by watched")
	w.screen.await(t, `ran v2  id=evt_old`)

	w.edit(t, "watched)\n", "watched)\n\thook.On(r, contiguity.EmailIncoming, \"watched\", watched)\n")
	w.screen.await(t, `built and restarted`, `register handlers: .*"watched" .* registered twice`,
		`the program ended with exit status 1; change a file to start it again`)
	w.edit(t, `"v1"`, `"v3"`)
	w.screen.await(t, `built and restarted`)
	w.send(t, "evt_new", "handled by watched")
	w.send(t, "evt_old", "is a duplicate, dropped")
	if strings.Contains(w.screen.all(), "goroutine ") {
		t.Errorf("it shows a dump of goroutines:\n%s", w.screen.all())
	}

	if err := w.stop(t, syscall.SIGTERM); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	w.screen.await(t, `Stopped\. Queue and ledger are kept`)
	w.goesOn(t)
}

// goesOn runs the program again after it was stopped, killed, and left without its terminal.
func (w *watch) goesOn(t *testing.T) {
	w.start(t, "--watch")
	w.screen.await(t, `What happens to each sample: go tool hookctl run --once`)
	w.send(t, "evt_new", "is a duplicate, dropped")
	w.send(t, "evt_last", "handled by watched")
	if err := w.stop(t, syscall.SIGKILL); err == nil {
		t.Error("no error after SIGKILL")
	}

	w.start(t)
	w.send(t, "evt_last", "is a duplicate, dropped") // the killed watcher's program has saved it
	if err := w.stop(t, syscall.SIGHUP); err != nil {
		t.Errorf("after the terminal was closed: %v", err)
	}
	w.screen.await(t, `Stopped\. Queue and ledger are kept`)
}

// A screen holds what a program prints.
type screen struct {
	mu    sync.Mutex
	text  []byte
	read  int           // the end of what was awaited
	wrote chan struct{} // has something when text has grown
}

func newScreen() *screen { return &screen{wrote: make(chan struct{}, 1)} }

// Write takes what the program prints.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	select {
	case s.wrote <- struct{}{}:
	default:
	}
	return len(p), nil
}

// await waits until all patterns match behind what was awaited before, in any order, and
// returns the match of the first.
func (s *screen) await(t *testing.T, patterns ...string) string {
	t.Helper()
	late := time.After(patience)
	for {
		first, missing := s.find(patterns)
		if missing == "" {
			return first
		}
		select {
		case <-s.wrote:
		case <-late:
			t.Fatalf("%v without %s:\n%s", patience, missing, s.all())
		}
	}
}

// find returns the match of the first pattern, or a pattern that is missing.
func (s *screen) find(patterns []string) (first, missing string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unread, end := s.text[s.read:], 0
	for i, pattern := range patterns {
		at := regexp.MustCompile(pattern).FindIndex(unread)
		if at == nil {
			return "", pattern
		}
		if i == 0 {
			first = string(unread[at[0]:at[1]])
		}
		end = max(end, at[1])
	}
	s.read += end
	return first, ""
}

func (s *screen) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}
