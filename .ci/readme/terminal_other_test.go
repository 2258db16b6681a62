//go:build !linux

package readme

import "testing"

// interruptQuestion needs a terminal, which this test knows how to make only on Linux.
func (w *watch) interruptQuestion(t *testing.T) { t.Log("not tried here: Ctrl-C at a question") }
