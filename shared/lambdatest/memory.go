package lambdatest

import (
	"fmt"
	"os"
	"strings"
)

// Memory returns the most memory, in bytes, that the running program has used so far. It is
// 0 if the program has ended, and on systems other than Linux.
//
// It is read from /proc, because the resident set of getrusage includes memory of the
// process that started the program.
func (p *Process) Memory() int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.current().cmd.Process.Pid))
	_, peak, _ := strings.Cut(string(status), "\nVmHWM:")
	var kilobytes int
	_, _ = fmt.Sscan(peak, &kilobytes) // it stays 0 if there is no value
	return kilobytes << 10
}
