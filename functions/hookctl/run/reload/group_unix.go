//go:build unix

package reload

import (
	"os/exec"
	"syscall"
)

// inOwnGroup keeps Ctrl-C from the child: its watcher ends it.
func inOwnGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
