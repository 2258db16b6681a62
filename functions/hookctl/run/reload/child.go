package reload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// The files that a child gets in addition to the standard ones.
const (
	listenerFile = 3 // the port, which is open already
	lifelineFile = 4 // ends when the watcher does
	lockFile     = 5 // is only open
)

// marker is the environment variable that tells a program that it is a child.
const marker = "HOOKCTL_CHILD"

// The values of marker.
const (
	first = "first"
	again = "again" // in place of another program
)

// stopTimeout is how long a child may take to finish its requests and to save what it
// holds. Then it is killed.
const stopTimeout = 20 * time.Second

// A child is a running program.
type child struct {
	cmd      *exec.Cmd
	lifeline *os.File      // our end
	ended    chan struct{} // closed when it has ended
	err      error         // from then on
}

// start runs the program with the port.
func (w *Watcher) start(program, how string, port *os.File) (*child, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	defer func() { _ = theirs.Close() }()   // the child has a copy
	cmd := exec.Command(program, w.Args...) //nolint:noctx,gosec // stop ends it, gently; it is what was just built
	c := &child{cmd: cmd, lifeline: ours, ended: make(chan struct{})}
	c.cmd.Env = w.Env
	c.cmd.Env = append(environ(c.cmd.Environ()), marker+"="+how)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = bytes.NewReader(w.Stdin), w.Stdout, w.Stderr
	c.cmd.ExtraFiles = []*os.File{port, theirs}
	if w.Lock != nil {
		c.cmd.ExtraFiles = append(c.cmd.ExtraFiles, w.Lock)
	}
	inOwnGroup(c.cmd)
	if err := c.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", program, err), ours.Close())
	}
	go func() {
		defer close(c.ended)
		c.err = c.cmd.Wait()
	}()
	return c, nil
}

// stop ends the child: first its lifeline, on which it finishes what it does.
func (c *child) stop() error {
	_ = c.lifeline.Close()
	select {
	case <-c.ended:
		return nil // it has reported its own errors
	case <-time.After(stopTimeout):
		_ = c.cmd.Process.Kill()
		<-c.ended
		return fmt.Errorf("the program did not end within %v and was killed: what it held is as it was when it started", stopTimeout)
	}
}

// An Inheritance is what a watcher gives the program that it starts.
type Inheritance struct {
	Port     net.Listener
	Restart  bool // the program takes the place of another
	lifeline io.Reader
}

// Inherited returns what the watcher gives that started this program, nil if none did.
// Call it once.
func Inherited(getenv func(string) string) (*Inheritance, error) {
	how := getenv(marker)
	if how == "" {
		return nil, nil //nolint:nilnil // as documented
	}
	file := os.NewFile(listenerFile, "port")
	port, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("take over the port: %w", err)
	}
	_ = file.Close() // the listener has a copy
	closeOnExec(lifelineFile)
	closeOnExec(lockFile) // or a process that a handler leaves behind would keep the lock
	return &Inheritance{Port: port, Restart: how == again, lifeline: os.NewFile(lifelineFile, "lifeline")}, nil
}

// Context returns a context that ends with ctx, and when the watcher wants the program to
// end or has ended itself.
func (i *Inheritance) Context(ctx context.Context) context.Context {
	ctx, end := context.WithCancel(ctx)
	go func() {
		defer end()
		_, _ = io.Copy(io.Discard, i.lifeline)
	}()
	return ctx
}

// environ returns the environment without the variables for a child.
func environ(all []string) []string {
	var kept []string
	for _, v := range all {
		if !strings.HasPrefix(v, marker+"=") {
			kept = append(kept, v)
		}
	}
	return kept
}
