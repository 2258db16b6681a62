package pipeline

import (
	"context"
	"fmt"
	"sync"

	"webhookintake/functions/hookctl/operate"
)

// A gate lets workers receive messages, unless it is shut. The zero gate is open.
type gate struct {
	mu     sync.Mutex
	shut   bool
	change chan struct{} // closed at the next change; nil if nobody waits for it
}

// state returns whether the gate is shut, and a channel that is closed when that changes.
func (g *gate) state() (shut bool, change <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.change == nil {
		g.change = make(chan struct{})
	}
	return g.shut, g.change
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != shut && g.change != nil {
		close(g.change)
		g.change = nil
	}
	g.shut = shut
}

// pass waits until the gate is open, and returns a context that ends with ctx, with stop,
// and when the gate is shut. It returns nil if ctx ends first.
func (g *gate) pass(ctx context.Context) (open context.Context, stop func()) {
	shut, change := g.state()
	for shut {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-change:
		}
		shut, change = g.state()
	}
	open, stop = context.WithCancel(ctx)
	go func() {
		select {
		case <-change:
			stop()
		case <-open.Done():
		}
	}()
	return open, stop
}

// Processing implements [operate.Processing].
func (i intake) Processing(context.Context) (operate.ProcessingState, error) {
	if shut, _ := i.gate.state(); shut {
		return operate.Paused, nil
	}
	return operate.Running, nil
}

// SetProcessing implements [operate.Processing]. What is being handled is finished.
func (i intake) SetProcessing(_ context.Context, want operate.ProcessingState) error {
	if want != operate.Paused && want != operate.Running {
		return fmt.Errorf("processing cannot be set to %q: give %q or %q", want, operate.Paused, operate.Running)
	}
	i.gate.set(want == operate.Paused)
	return nil
}
