package reload

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// The files that a child is given beside the standard ones.
const (
	listenerFile = 3 // the port, which is open already
	lifelineFile = 4 // ends when the watcher does
)

// marker is the environment variable that tells a program that it is a child.
const marker = "HOOKCTL_CHILD"

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
func start(program string, args, env []string, port *os.File, stdout, stderr io.Writer) (*child, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	defer theirs.Close()
	c := &child{cmd: exec.Command(program, args...), lifeline: ours, ended: make(chan struct{})} //nolint:noctx // stop ends it, gently
	c.cmd.Env = append(env, marker+"=1")
	c.cmd.Stdout, c.cmd.Stderr = stdout, stderr
	c.cmd.ExtraFiles = []*os.File{port, theirs}
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
		return nil // of what went wrong it has told itself
	case <-time.After(stopTimeout):
		_ = c.cmd.Process.Kill()
		<-c.ended
		return fmt.Errorf("the program did not end within %v and was killed: what it held is as it was when it started", stopTimeout)
	}
}

// Inherited returns the port and the lifeline of a program that a watcher started: it
// should end when the lifeline does. Ok is false if it was not started by one.
func Inherited(getenv func(string) string) (port net.Listener, lifeline io.Reader, ok bool, err error) {
	if getenv(marker) == "" {
		return nil, nil, false, nil
	}
	file := os.NewFile(listenerFile, "port")
	port, err = net.FileListener(file)
	if err != nil {
		return nil, nil, false, fmt.Errorf("take over the port: %w", err)
	}
	_ = file.Close() // the listener has a copy
	return port, os.NewFile(lifelineFile, "lifeline"), true, nil
}

// environ is the environment without what a child was told.
func environ(all []string) []string {
	var kept []string
	for _, v := range all {
		if !strings.HasPrefix(v, marker+"=") {
			kept = append(kept, v)
		}
	}
	return kept
}
