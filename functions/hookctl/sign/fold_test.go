package sign

import (
	osexec "os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
)

// TestCurlFitsTheTerminal gives the command of each sample to a shell, in which curl prints
// its arguments: at any width they are the same.
func TestCurlFitsTheTerminal(t *testing.T) {
	t.Parallel()
	shell, err := osexec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell: ", err)
	}
	arguments := func(command string) string {
		out, err := osexec.CommandContext(t.Context(), shell, "-c", "curl() { printf '%s\\n' \"$@\"; }\n"+command).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s\n%s", err, out, command)
		}
		return string(out)
	}
	for _, s := range dialect.Samples() {
		src := dialect.Sources()[s.Provider.Name()]
		r := dialect.Sign(src.Provider, src.Settings, s.Body, dialect.Time())
		command := func(width int) string {
			text, err := Curl("http://127.0.0.1:8080/hooks/"+src.Name, r, "", width)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		want := arguments(command(0))
		for _, width := range []int{40, 60, 80} {
			text := command(width)
			if diff := cmp.Diff(want, arguments(text)); diff != "" {
				t.Errorf("%s at width %d: arguments (-want +got):\n%s", s.Name, width, diff)
			}
			for line := range strings.SplitSeq(text, "\n") {
				if n := utf8.RuneCountInString(line); n > width && width >= 60 {
					t.Errorf("%s at width %d: a line of %d: %s", s.Name, width, n, line)
				}
			}
		}
	}
}
