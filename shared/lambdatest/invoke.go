package lambdatest

import (
	"testing"
	"time"
)

// Run starts the program for a test, and closes it at the end. If the test fails, it logs
// what the program printed.
func Run(t testing.TB, path string, env map[string]string) *Process {
	t.Helper()
	p, err := Start(t.Context(), Options{Path: path, Env: env})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the program printed:\n%s%s", end(p.Stdout()), end(p.Stderr()))
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// end returns the end of what a program printed, so that the reason stays visible after
// thousands of events.
func end(printed string) string {
	const most = 16 << 10
	if len(printed) <= most {
		return printed
	}
	return "…" + printed[len(printed)-most:]
}

// MustInvoke invokes p with an event and a timeout of a minute, and returns what the
// function returned. An error of the function fails the test.
func MustInvoke(t testing.TB, p *Process, event []byte) []byte {
	t.Helper()
	response, err := p.Invoke(t.Context(), event, time.Minute)
	if err != nil || response.Failed {
		t.Fatalf("invocation failed: %v %s", err, response.Payload)
	}
	return response.Payload
}
