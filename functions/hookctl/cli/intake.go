package cli

import (
	"context"
	"errors"
	"path/filepath"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
)

// An Intake is the intake that a command works on.
type Intake struct {
	operate.Intake
	Flags string // the flags that name it on a command line, after a space; or empty
}

// engineVariables name the engines of a stack that runs on this machine.
var engineVariables = []string{"QUEUE_URL", "DLQ_URL", "TABLE_NAME"}

// Intake returns the intake of the stack that the flags name. Without a name it is that of
// the engines of the environment or, if that names none, the hookctl run of this machine.
func (e *Env) Intake(ctx context.Context, f StackFlags) (Intake, error) {
	if f.Name == "" && !e.namesEngines() {
		client, err := e.Running()
		switch {
		case err == nil:
			return Intake{Intake: client}, nil
		case !errors.Is(err, remote.ErrNotRunning):
			return Intake{}, err
		}
	}
	s, err := e.Stack(ctx, f)
	if err != nil {
		return Intake{}, err
	}
	return Intake{Intake: s.Intake(), Flags: s.Flags}, nil
}

func (e *Env) namesEngines() bool {
	for _, name := range engineVariables {
		if e.Getenv(name) != "" {
			return true
		}
	}
	return false
}

// running returns the hookctl run that serves this module, or [remote.ErrNotRunning].
func running() (operate.Intake, error) {
	root, err := ModuleRoot(".")
	if err != nil {
		return nil, err
	}
	if root == "" {
		return nil, remote.ErrNotRunning
	}
	address, err := remote.ReadAddress(filepath.Join(root, DataName))
	if err != nil {
		return nil, err
	}
	return &remote.Client{Address: address}, nil
}
