package reload

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A Watcher runs a program and keeps it up to date. Module, Package, Folder, Port, Stdout,
// Stderr and Tell are needed.
type Watcher struct {
	Module  string   // the folder with go.mod
	Package string   // what is built, as ./functions/hookctl
	Folder  string   // takes the program
	Args    []string // of the program
	Env     []string // its environment; nil means this process's
	Files   []string // beside its code: if one changes, the program is restarted
	Stdin   []byte   // what the program reads, each time it starts
	// Lock, if set, is open in the program, too: a lock on it lasts until both have ended,
	// also where the watcher is killed while the program still saves what it holds.
	Lock   *os.File
	Port   *net.TCPListener
	Every  time.Duration // how often files are looked at; 0 means DefaultEvery
	Stdout io.Writer     // of the program
	Stderr io.Writer

	// Tell is called with what a person should know. Failed says that the news is bad.
	Tell func(text string, failed bool)
}

// DefaultEvery is how often files are looked at. One look at this module's takes some ms.
const DefaultEvery = 300 * time.Millisecond

// Run runs the program until ctx ends. Its error is that of a first build that fails; it is
// nil if ctx ends during that build.
func (w *Watcher) Run(ctx context.Context) error {
	port, err := w.Port.File()
	if err != nil {
		return fmt.Errorf("pass on the port: %w", err)
	}
	defer func() { _ = port.Close() }()
	seen, err := fingerprint(w.Module, w.Files)
	if err != nil {
		return err
	}
	program, err := w.build(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	running, err := w.start(program, first, port)
	if err != nil {
		return err
	}
	defer func() { _ = running.stop() }() // when all is over, what it says was shown

	look := time.NewTicker(cmp.Or(w.Every, DefaultEvery))
	defer look.Stop()
	ended, before := running.ended, seen
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			ended = nil // once
			w.Tell("the program ended "+endOf(running.err)+"; change a file to start it again, or end with Ctrl-C", true)
			continue
		case <-look.C:
		}
		now, err := fingerprint(w.Module, w.Files)
		settled := now == before // an editor may be in the middle of writing
		before = now
		if err != nil || now == seen || !settled {
			continue
		}
		seen = now
		w.Tell("a file changed: building", false)
		next, err := w.build(ctx)
		if err != nil {
			if ctx.Err() == nil {
				w.Tell(err.Error()+"\nThe previous program keeps running.", true)
			}
			continue
		}
		if err := running.stop(); err != nil {
			w.Tell(err.Error(), true)
		}
		if running, err = w.start(next, again, port); err != nil {
			return err
		}
		ended = running.ended
		w.Tell("built and restarted", false)
	}
}

// A BuildError holds what the compiler says.
type BuildError struct{ Output string }

// Error implements error.
func (e *BuildError) Error() string { return "the build fails:\n" + e.Output }

// build makes the program, under a name that the running one does not have.
func (w *Watcher) build(ctx context.Context) (program string, err error) {
	program = filepath.Join(w.Folder, "hookctl-"+time.Now().Format("150405.000"))
	c := exec.CommandContext(ctx, "go", "build", "-o", program, w.Package) //nolint:gosec // our own names
	c.Dir = w.Module
	output, err := c.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		return "", &BuildError{string(bytes.TrimSpace(output))}
	}
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	w.removeOthers(program)
	return program, nil
}

// removeOthers removes earlier builds. A running program does not need its file.
func (w *Watcher) removeOthers(program string) {
	old, _ := filepath.Glob(filepath.Join(w.Folder, "hookctl-*"))
	for _, path := range old {
		if path != program {
			_ = os.Remove(path) // where the system keeps a running program's file, the next build removes it
		}
	}
}

func endOf(err error) string {
	if err == nil {
		return "without an error"
	}
	return "with " + err.Error()
}
