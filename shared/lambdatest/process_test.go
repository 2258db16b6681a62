package lambdatest_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

var echo = &lambdatest.Program{Package: "./testdata/echo"}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := echo.Remove(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// do runs a command of the echo program.
func do(t *testing.T, p *lambdatest.Process, command string) (lambdatest.Response, error) {
	t.Helper()
	return p.Invoke(t.Context(), []byte(`"`+command+`"`), 5*time.Minute)
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, echo.Path(t), map[string]string{"GREETING": "hi"})
	for _, tt := range []struct {
		command, want string
		failed        bool
	}{
		{command: "a", want: `"a 1 hi"`}, // and no HOME: the environment is what was given
		{command: "fail", want: `{"errorMessage":"failed","errorType":"errorString"}`, failed: true},
		{command: "deadline", want: `"5m0s"`},
		{command: "b", want: `"b 4 hi"`},
	} {
		got, err := do(t, p, tt.command)
		if err != nil || string(got.Payload) != tt.want || got.Failed != tt.failed || got.Took <= 0 {
			t.Errorf("%s = %s, failed %v after %v, %v; want %s", tt.command, got.Payload, got.Failed, got.Took, err, tt.want)
		}
	}
	if got := p.Stdout(); got != "do a\ndo fail\ndo deadline\ndo b\n" {
		t.Errorf("stdout = %q", got)
	}
	const least, most = 1 << 20, 64 << 20 // of a program that uses almost nothing
	if m := p.Memory(); runtime.GOOS == "linux" && (m < least || m > most) {
		t.Errorf("memory of %d bytes", m)
	}
	if p.Ready() <= 0 || p.CPU() <= 0 {
		t.Errorf("ready after %v, CPU %v", p.Ready(), p.CPU())
	}
	if m := p.Memory(); m != 0 {
		t.Errorf("memory of %d bytes when it has ended, want 0", m)
	}
}

func TestEndAndRestart(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, echo.Path(t), nil)
	if got, err := do(t, p, "panic"); err != nil || !got.Failed || !strings.Contains(string(got.Payload), "panicked") {
		t.Errorf("panic: %s, %v, want it reported and the program to end", got.Payload, err)
	}
	if err := p.Restart(); err != nil {
		t.Fatal(err)
	}
	if _, err := do(t, p, "exit"); exitCode(err) != 4 {
		t.Errorf("exit: %v, want code 4", err)
	}
	if _, err := do(t, p, "a"); exitCode(err) != 4 {
		t.Errorf("after the exit: %v, want code 4", err)
	}
	for _, kill := range []func(){p.Kill, func() {}} {
		kill()
		if err := p.Restart(); err != nil {
			t.Fatal(err)
		}
		if got := string(lambdatest.MustInvoke(t, p, []byte(`"b"`))); got != `"b 1 "` {
			t.Errorf("after a restart: %s, want its first call", got)
		}
	}
	if got := p.Stdout(); got != "do panic\ndo exit\ndo b\ndo b\n" {
		t.Errorf("stdout of all runs = %q", got)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, echo.Path(t), nil)
	if _, err := p.Invoke(t.Context(), []byte(`"hang"`), 50*time.Millisecond); !errors.Is(err, lambdatest.ErrTimedOut) {
		t.Errorf("hang: %v, want ErrTimedOut", err)
	}
	if _, err := do(t, p, "a"); exitCode(err) != -1 {
		t.Errorf("after it: %v, want the end by a signal", err)
	}
}

func TestKillWhileAtWork(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, echo.Path(t), nil)
	var at sync.WaitGroup
	at.Go(func() {
		if _, err := do(t, p, "hang"); exitCode(err) != -1 {
			t.Errorf("killed: %v, want the end by a signal", err)
		}
	})
	for !strings.Contains(p.Stdout(), "do hang") { // the event has reached the function
		if t.Context().Err() != nil {
			t.FailNow()
		}
	}
	p.Kill()
	at.Wait()
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	_, err := lambdatest.Start(t.Context(), lambdatest.Options{Path: echo.Path(t), Env: map[string]string{"FAULT": "no queue"}})
	if exit, ok := errors.AsType[*lambdatest.ExitError](err); !ok || exit.Code != 3 || exit.Stderr != "echo: no queue\n" {
		t.Errorf("Start = %v, want code 3 and what it printed", err)
	}
	if _, err := lambdatest.Start(t.Context(), lambdatest.Options{Path: "/nonexistent"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Start = %v, want %v", err, os.ErrNotExist)
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, echo.Path(t), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Invoke(ctx, []byte(`"hang"`), time.Minute); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Invoke = %v, want %v", err, context.DeadlineExceeded)
	}
}

// exitCode is 0 if err is not an ExitError.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*lambdatest.ExitError](err); ok {
		return exit.Code
	}
	return 0
}
