package readme

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is the longest time that a block may take; the slowest builds both functions.
const patience = 5 * time.Minute

func TestCommands(t *testing.T) {
	path := os.Getenv("README")
	if path == "" {
		t.Skip("README is unset; make test LAYERS=readme sets it")
	}
	r := &reader{dir: copyCheckout(t, filepath.Dir(path))}
	t.Cleanup(r.stop)
	for _, name := range r.documents(t) {
		for _, b := range r.blocks(t, name) {
			// Not parallel: each block works with what the earlier ones left.
			ok := t.Run(fmt.Sprintf("%s line %d", name, b.line), func(t *testing.T) { r.follow(t, b) })
			if !ok {
				return // the next one may fail only because of this one
			}
		}
	}
}

// documents returns the names of all READMEs, that of the top folder first: the others
// continue with what it made.
func (r *reader) documents(t *testing.T) []string {
	t.Helper()
	const name = "README.md"
	var others []string
	err := fs.WalkDir(os.DirFS(r.dir), ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == name && file != name {
			others = append(others, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(others) == 0 {
		t.Fatal("found no README below the top folder")
	}
	return append([]string{name}, others...)
}

// blocks returns the blocks of one document in the copy.
func (r *reader) blocks(t *testing.T, name string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	all, err := blocks(string(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if name == "README.md" && len(all) == 0 {
		t.Fatal("the README has no block marked sh")
	}
	return all
}

// A reader follows the READMEs in a copy of the checkout.
type reader struct {
	dir        string
	background *exec.Cmd // nil while nothing runs in the background
	output     *bytes.Buffer
}

func (r *reader) follow(t *testing.T, b block) {
	switch b.verb {
	case "":
		if out, err := r.run(t, b.text); err != nil {
			t.Fatalf("%v\n%s%s", err, b.text, out)
		}
	case "stop":
		r.stop()
		if out, err := r.run(t, b.text); err != nil {
			t.Fatalf("%v\n%s%s", err, b.text, out)
		}
	case "fails":
		if out, err := r.run(t, b.text); err == nil || !strings.Contains(out, b.arg) {
			t.Fatalf("got %v, want an error, and the output to contain %q\n%s%s", err, b.arg, b.text, out)
		}
	case "background":
		r.start(t, b)
	case "write":
		r.write(t, b, os.O_TRUNC)
	case "append":
		r.write(t, b, os.O_APPEND)
	case "insert":
		r.insert(t, b)
	case "not":
		t.Skip(b.arg)
	default:
		t.Fatalf("unknown comment above the block: run: %s %s", b.verb, b.arg)
	}
}

func (r *reader) run(t *testing.T, text string) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := r.bash(ctx, text).CombinedOutput()
	return string(out), err
}

// bash returns a command in its own process group, which ends as a whole.
func (r *reader) bash(ctx context.Context, text string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", text)
	cmd.Dir = r.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

func (r *reader) start(t *testing.T, b block) {
	r.stop()
	r.output = new(bytes.Buffer)
	r.background = r.bash(context.WithoutCancel(t.Context()), b.text)
	r.background.Stdout, r.background.Stderr = r.output, r.output
	if err := r.background.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := answers(ctx, b.arg); err != nil {
		r.stop() // before its output is read
		t.Fatalf("%v\n%s%s", err, b.text, r.output)
	}
}

// stop ends what runs in the background and waits for it.
func (r *reader) stop() {
	if r.background == nil {
		return
	}
	_ = r.background.Cancel()
	_ = r.background.Wait() // it was killed, so its error says nothing
	r.background = nil
}

func (r *reader) write(t *testing.T, b block, how int) {
	f, err := os.OpenFile(filepath.Join(r.dir, b.arg), os.O_WRONLY|os.O_CREATE|how, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(b.text)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// insert adds the lines marked + of a block to a file, each run of them behind the
// unmarked line above it.
func (r *reader) insert(t *testing.T, b block) {
	path := filepath.Join(r.dir, b.arg)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	anchor, added := "", 0
	for line := range strings.Lines(b.text) {
		switch line[0] {
		case '+':
			before, after, ok := strings.Cut(string(text), anchor)
			if !ok || anchor == "" {
				t.Fatalf("%s has no line %q to insert behind", b.arg, anchor)
			}
			text = []byte(before + anchor + line[1:] + after)
			anchor += line[1:] // the next one goes behind this one
			added++
		case ' ':
			anchor = line[1:]
		}
	}
	if added == 0 {
		t.Fatalf("line %d: a block that inserts nothing", b.line)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// answers waits until the address answers anything at all, or ctx ends.
func answers(ctx context.Context, url string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			return res.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", url, ctx.Err())
		case <-tick.C:
		}
	}
}

// copyCheckout copies what a clone would have, and what is not committed yet.
func copyCheckout(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	copying := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c",
		`git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' f; do
			if [ -e "$f" ]; then printf '%s\0' "$f"; fi
		done | tar -c -f - --null -T - | tar -x -f - -C "$1"`, "copy", to)
	copying.Dir = from
	if out, err := copying.CombinedOutput(); err != nil {
		t.Fatalf("copy the checkout: %v\n%s", err, out)
	}
	return to
}
