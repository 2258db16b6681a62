//go:build unix

package run

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks a file until it is closed, by all processes that have it. It reports
// whether another process has locked it.
func tryLock(file *os.File) (taken bool, err error) {
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
