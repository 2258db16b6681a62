//go:build unix

package reload

import (
	"os/exec"
	"syscall"
)

// inOwnGroup keeps Ctrl-C from the child: its watcher ends it.
func inOwnGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// closeOnExec keeps a file that this process inherited from those that it starts.
func closeOnExec(file int) { syscall.CloseOnExec(file) }
