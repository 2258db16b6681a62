package readme

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal is one on which a program runs: what is written to keyboard is typed there.
type terminal struct {
	*screen
	keyboard, tty *os.File
}

func newTerminal(t *testing.T) terminal {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err := errors.Join(err, unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	x := terminal{newScreen(), keyboard, tty}
	go func() { _, _ = keyboard.WriteTo(x.screen) }() // until it is closed
	return x
}

// echoes reports whether the terminal shows what is typed.
func (x terminal) echoes(t *testing.T) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(x.tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

func (x terminal) typeText(t *testing.T, text string) {
	t.Helper()
	if _, err := x.keyboard.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// awaitSilence waits until the terminal does not show what is typed.
func (x terminal) awaitSilence(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for x.echoes(t) {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("it still shows what is typed:\n%s", x.all())
		}
	}
}

// One Ctrl-C ends the question for a secret, and the terminal then shows again what is typed.
func (w *watch) interruptQuestion(t *testing.T) {
	x := newTerminal(t)
	cmd := exec.CommandContext(t.Context(), ".hookctl/hookctl", "run", "--watch", "--sources", "-", "--addr", "127.0.0.1:0", "--data", w.data)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = w.dir, x.tty, x.tty, x.tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // Ctrl-C reaches it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	x.await(t, `Secret of contiguity \(Enter if you have none\): `)
	x.awaitSilence(t)
	x.typeText(t, "whsec_a-real-looking-one\n")
	x.await(t, `Secret of contiguity-v1 `)
	x.awaitSilence(t)
	x.typeText(t, "\x03")
	x.await(t, `hookctl: .*interrupted`)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("it ended with %v, want exit code 1", err)
	}
	if strings.Contains(x.all(), "real-looking") {
		t.Errorf("it shows the secret:\n%s", x.all())
	}
	if !x.echoes(t) {
		t.Error("the terminal does not show what is typed")
	}
}
