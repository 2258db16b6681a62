package lambdatest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// ErrTimedOut says that the program was killed because it had not answered an invocation by
// its deadline.
var ErrTimedOut = errors.New("no answer by the deadline: the program was killed")

// An ExitError says that the program exited or was killed.
type ExitError struct {
	Code      int    // its exit code; -1 if a signal ended it
	Stderr    string // what it had printed, in this run and those before
	InitError string // the error of its start that it reported to the Runtime API, or empty
}

// Error returns the code and what was printed.
func (e *ExitError) Error() string {
	return fmt.Sprintf("the program ended with code %d: %s%s", e.Code, e.InitError, e.Stderr)
}

// Options configure a [Process].
type Options struct {
	Path string            // of the program; see Build
	Env  map[string]string // its whole environment, without the address of the Runtime API
}

// A Response is the outcome of an invocation.
type Response struct {
	Payload []byte        // what the function returned, or its error
	Failed  bool          // the function returned an error, or panicked
	Took    time.Duration // from passing the event to the answer
}

// A Process is a program under a Runtime API. [Start] makes one. It is safe for concurrent
// use; invocations wait for each other.
type Process struct {
	ctx     context.Context
	options Options
	dir     string // has the files that it prints to

	mu  sync.Mutex
	run *run
}

// A run is the program's life from a start to its end.
type run struct {
	api    *runtimeAPI
	cmd    *exec.Cmd
	began  time.Time
	ready  time.Duration // set before Start returns
	exited chan struct{} // closed when the process has ended and its state is known
}

// Start runs the program and waits until it asks for its first invocation. The program is
// killed when ctx ends. The error is an [*ExitError] if it ended instead.
func Start(ctx context.Context, o Options) (*Process, error) {
	dir, err := os.MkdirTemp("", "lambdatest")
	if err != nil {
		return nil, err
	}
	p := &Process{ctx: ctx, options: o, dir: dir}
	if err := p.start(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// start begins a run. Callers hold mu or are alone.
func (p *Process) start() error {
	api, err := newRuntimeAPI()
	if err != nil {
		return fmt.Errorf("serve the Runtime API: %w", err)
	}
	r := &run{api: api, exited: make(chan struct{})}
	r.cmd = exec.CommandContext(p.ctx, p.options.Path)
	r.cmd.Dir = p.dir
	r.cmd.Env = environment(p.options.Env, api.addr)
	// Files, not pipes: what the program has printed before its answer can be read when
	// Invoke returns.
	stdout, err1 := p.open("stdout")
	stderr, err2 := p.open("stderr")
	defer func() { _, _ = stdout.Close(), stderr.Close() }() // the program has its own
	r.cmd.Stdout, r.cmd.Stderr = stdout, stderr
	r.began = time.Now()
	if err := errors.Join(err1, err2, r.cmd.Start()); err != nil {
		return errors.Join(err, api.close())
	}
	p.run = r
	go func() {
		_ = r.cmd.Wait() // its state says how it ended
		_ = api.close()
		close(r.exited)
	}()
	select {
	case <-api.ready:
		r.ready = time.Since(r.began)
		return nil
	case <-r.exited:
		return p.exitError(r)
	}
}

func environment(vars map[string]string, addr string) []string {
	all := map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME":        "test",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
	}
	maps.Copy(all, vars)
	all["AWS_LAMBDA_RUNTIME_API"] = addr
	var list []string
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	return list
}

func (p *Process) open(name string) (*os.File, error) {
	return os.OpenFile(filepath.Join(p.dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// Invoke passes an event to the program, which must answer within the timeout. The error is
// [ErrTimedOut], an [*ExitError] if the program ended before it answered, or that of the
// context, after which the program still works on the event.
func (p *Process) Invoke(ctx context.Context, event []byte, timeout time.Duration) (Response, error) {
	r := p.current()
	i := &invocation{payload: event, timeout: timeout, done: make(chan Response, 1)}
	select {
	case r.api.work <- i:
	case <-r.exited:
		return Response{}, p.exitError(r)
	case <-ctx.Done():
		return Response{}, ctx.Err()
	}
	return p.await(ctx, r, i)
}

// await waits for the answer to an invocation.
func (p *Process) await(ctx context.Context, r *run, i *invocation) (Response, error) {
	began := time.Now()
	late := time.NewTimer(i.timeout)
	defer late.Stop()
	select {
	case response := <-i.done:
		response.Took = time.Since(began)
		return response, nil
	case <-r.exited:
		select {
		case response := <-i.done: // it answered before it ended, as after a panic
			response.Took = time.Since(began)
			return response, nil
		default:
			return Response{}, p.exitError(r)
		}
	case <-ctx.Done():
		return Response{}, ctx.Err()
	case <-late.C:
		r.kill()
		return Response{}, ErrTimedOut
	}
}

func (p *Process) current() *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.run
}

// Kill ends the program at once, as `kill -9` does, and waits until it has ended.
func (p *Process) Kill() { p.current().kill() }

func (r *run) kill() {
	_ = r.cmd.Process.Kill() // it fails if the program has ended already
	<-r.exited
}

// Restart kills the program and starts it again, as Start does.
func (p *Process) Restart() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run.kill()
	return p.start()
}

// Close kills the program and removes what it printed.
func (p *Process) Close() error {
	if r := p.current(); r != nil {
		r.kill()
	}
	return os.RemoveAll(p.dir)
}

// Ready returns the time from the start of the program to its first request for work.
func (p *Process) Ready() time.Duration { return p.current().ready }

// ID returns the id of the program's process.
func (p *Process) ID() int { return p.current().cmd.Process.Pid }

// CPU kills the program and returns the CPU time that it used since its start.
func (p *Process) CPU() time.Duration {
	r := p.current()
	r.kill()
	return r.cmd.ProcessState.UserTime() + r.cmd.ProcessState.SystemTime()
}

// Stdout returns what the program has printed in all its runs.
func (p *Process) Stdout() string { return p.read("stdout") }

// Stderr returns what the program has printed to standard error in all its runs.
func (p *Process) Stderr() string { return p.read("stderr") }

func (p *Process) read(name string) string {
	text, _ := os.ReadFile(filepath.Join(p.dir, name)) // empty after Close
	return string(text)
}

func (p *Process) exitError(r *run) error {
	r.api.mu.Lock()
	defer r.api.mu.Unlock()
	return &ExitError{Code: r.cmd.ProcessState.ExitCode(), Stderr: p.Stderr(), InitError: r.api.initError}
}
