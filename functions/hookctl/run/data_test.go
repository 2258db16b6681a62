package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
)

func TestModuleRoot(t *testing.T) {
	t.Parallel()
	ours, other := t.TempDir(), t.TempDir()
	below, foreign := filepath.Join(ours, "a", "b"), filepath.Join(ours, "toy")
	for _, dir := range []string{below, foreign} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{
		filepath.Join(ours, "go.mod"): "// a comment\nmodule webhookintake\n", filepath.Join(foreign, "go.mod"): "module toy\n",
		filepath.Join(other, "go.mod"): "module webhookintake2\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for dir, want := range map[string]string{ours: ours, below: ours, foreign: ours, other: ""} {
		if got, err := cli.ModuleRoot(dir); err != nil || got != want {
			t.Errorf("moduleRoot(%s) = %q, %v, want %q", dir, got, err, want)
		}
	}
}

// session runs "hookctl run" in a data folder, lets do talk to it, and ends it. It returns
// all that was printed.
func session(t *testing.T, folder string, flags []string, do func(ctx context.Context, r *running, url string)) string {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	args := append([]string{"run", "--addr", "127.0.0.1:0", "--data", folder}, flags...)
	r := start(ctx, t, clitest.Call{Commands: commands, Args: args})
	url := r.await(t, `http://127\.0\.0\.1:\d+`)
	r.await(t, `Send one from another terminal`)
	do(ctx, r, url)
	interrupt()
	if err := r.wait(); err != nil {
		t.Errorf("run = %v", err)
	}
	return r.all()
}

// TestRunGoesOn stops the program and starts it again: it knows the event from before, and
// does not show the samples again. With --fresh it knows nothing.
func TestRunGoesOn(t *testing.T) {
	defer clitest.NoLeaks(t)
	folder := t.TempDir()
	send := func(want string) func(context.Context, *running, string) {
		return func(ctx context.Context, r *running, url string) {
			c := clitest.Call{Commands: commands, Args: []string{"send", "--to", url, "text.incoming.sms", "--id", "evt_1"}}
			if out, err := c.Run(ctx); err != nil {
				t.Errorf("send: %v\n%s", err, out)
			}
			r.await(t, want)
		}
	}
	const story = "A provider sends an event a second time"
	if out := session(t, folder, nil, send(`handled by reply`)); !strings.Contains(out, story) {
		t.Errorf("the first run does not show the samples:\n%s", out)
	}
	info, err := os.Stat(filepath.Join(folder, snapshotName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v, want a file for its owner only", info, err)
	}
	out := session(t, folder, nil, send(`is a duplicate, dropped`))
	if strings.Contains(out, story) || !strings.Contains(out, "go tool hookctl run --once") {
		t.Errorf("the second run should only say how to see the samples:\n%s", out)
	}
	session(t, folder, []string{"--fresh"}, send(`handled by reply`))
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) != 2 {
		t.Errorf("the data folder has %q, want %s and %s", left, lockName, snapshotName)
	}
}

// TestPauseSurvivesRestart pauses a run and starts it again: it is paused, and says so, until
// it is resumed.
func TestPauseSurvivesRestart(t *testing.T) {
	folder := t.TempDir()
	set := func(want operate.ProcessingState) func(context.Context, *running, string) {
		return func(ctx context.Context, _ *running, url string) {
			c := clitest.Call{Commands: commands, Args: []string{"send", "--to", url, "text.incoming.sms"}}
			if out, err := c.Run(ctx); err != nil { // its answer says that the address is written
				t.Errorf("send: %v\n%s", err, out)
			}
			at, err := remote.ReadAddress(folder)
			if err != nil {
				t.Error(err)
				return
			}
			if err := (&remote.Client{Address: at}).SetProcessing(ctx, want); err != nil {
				t.Error(err)
			}
		}
	}
	session(t, folder, nil, set(operate.Paused))
	const paused = "Processing is paused, as in the last run"
	if out := session(t, folder, nil, set(operate.Running)); !strings.Contains(out, paused) {
		t.Errorf("it does not say that it is paused:\n%s", out)
	}
	if out := session(t, folder, nil, set(operate.Running)); strings.Contains(out, paused) {
		t.Errorf("it is paused after it was resumed:\n%s", out)
	}
}

// TestRunRefusesWhatItCannotRead keeps a damaged file as it is until --fresh is given.
func TestRunRefusesWhatItCannotRead(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, snapshotName)
	if err := os.WriteFile(path, []byte(`{"format":1,"queue":[`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{nil, {"--watch"}} {
		args := append([]string{"run", "--addr", "127.0.0.1:0", "--data", folder}, flags...)
		ctx, cancel := context.WithTimeout(t.Context(), patience) // otherwise a fault would run forever
		out, err := clitest.Call{Commands: commands, Args: args}.Run(ctx)
		cancel()
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "--fresh") || out != "" {
			t.Errorf("run %v = %v, want the file and --fresh in it\n%s", flags, err, out)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != `{"format":1,"queue":[` {
		t.Errorf("the file is now %q, %v", kept, err)
	}
	session(t, folder, []string{"--fresh"}, func(context.Context, *running, string) {})
}

// TestRunLocksItsData runs a second program on a folder that one has: it says which process
// has it, and leaves the data alone. Afterwards the folder is free.
func TestRunLocksItsData(t *testing.T) {
	folder := t.TempDir()
	session(t, folder, nil, func(context.Context, *running, string) {})
	path := filepath.Join(folder, snapshotName)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	session(t, folder, nil, func(ctx context.Context, _ *running, _ string) {
		for _, flag := range []string{"--fresh", "--watch"} {
			ctx, cancel := context.WithTimeout(ctx, patience) // else a fault would run on
			out, err := clitest.Call{Commands: commands, Args: []string{"run", "--addr", "127.0.0.1:0", "--data", folder, flag}}.Run(ctx)
			cancel()
			if want := fmt.Sprintf("process %d, another hookctl run, uses the data folder %s", os.Getpid(), folder); err == nil || !strings.Contains(err.Error(), want) || out != "" {
				t.Errorf("run %s = %v, want %q\n%s", flag, err, want, out)
			}
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("the data was touched: %v", err)
		}
	})
	session(t, folder, []string{"--fresh"}, func(context.Context, *running, string) {})
}
