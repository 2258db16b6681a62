package cli

import (
	"context"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
)

// An Intake is the intake that a command works on.
type Intake struct {
	operate.Intake
	Stack *stack.Stack // nil for the hookctl run of this machine
	Flags string       // the flags that name it on a command line, after a space; or empty
}

// Intake finds what [stack.Lookup.Choose] chooses: a deployed stack, the engines of the
// environment, or the hookctl run of this machine.
func (e *Env) Intake(ctx context.Context, f StackFlags) (Intake, error) {
	var running remote.Address
	choice, err := stack.Lookup{Getenv: e.Getenv, Folder: e.Folder, Running: func() (ok bool) {
		running, ok = e.running(ctx)
		return ok
	}}.Choose(f.Name)
	if err != nil {
		return Intake{}, err
	}
	if choice.Here {
		if !e.told {
			e.told = true
			e.Err.Print("hookctl: the hookctl run at %s", running.URL)
		}
		return Intake{Intake: &remote.Client{Address: running}}, nil
	}
	s, err := e.Stack(ctx, f)
	if err != nil {
		return Intake{}, err
	}
	return Intake{Intake: s.Intake(), Flags: s.Flags, Stack: s}, nil
}

// RunningAt returns the hookctl run of this clone if it receives webhooks at a URL of this
// machine.
func (e *Env) RunningAt(ctx context.Context, receiver *url.URL) (operate.Intake, bool) {
	a, ok := e.running(ctx)
	if !ok {
		return nil, false
	}
	at, err := url.Parse(a.URL)
	if err != nil || at.Port() != receiver.Port() {
		return nil, false
	}
	return &remote.Client{Address: a}, true
}

// dialTimeout is how long a process on this machine may take to accept a connection.
const dialTimeout = time.Second

// running returns where the hookctl run of this clone listens. One that was killed has left
// its file, so it is asked whether it accepts connections.
func (e *Env) running(ctx context.Context) (remote.Address, bool) {
	if e.Folder == "" {
		return remote.Address{}, false
	}
	root, err := ModuleRoot(e.Folder)
	if err != nil || root == "" {
		return remote.Address{}, false
	}
	a, err := remote.ReadAddress(filepath.Join(root, DataName))
	if err != nil {
		return remote.Address{}, false
	}
	at, err := url.Parse(a.URL)
	if err != nil {
		return remote.Address{}, false
	}
	connection, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", at.Host)
	if err != nil {
		return remote.Address{}, false
	}
	return a, connection.Close() == nil
}
