//go:build !unix

package reload

import "os/exec"

func inOwnGroup(*exec.Cmd) {}

func closeOnExec(int) {}
