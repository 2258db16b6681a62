package lambdatest

import (
	"fmt"
	"os"
	"strings"
)

// Memory is the most memory, in bytes, that the running program has held at a time; 0
// where the system does not say it, as only Linux does, or the program has ended.
//
// It comes from /proc, as the resident set of getrusage counts the memory of whoever
// started the program too.
func (p *Process) Memory() int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.current().cmd.Process.Pid))
	_, peak, _ := strings.Cut(string(status), "\nVmHWM:")
	var kilobytes int
	_, _ = fmt.Sscan(peak, &kilobytes) // stays 0 where there is none
	return kilobytes << 10
}
