package cost

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
)

// The programs that are deployed; process has one handler, which does nothing.
var (
	ingest  = lambdatest.Program{Package: "webhookintake/functions/ingest"}
	process = lambdatest.Program{
		Package:  "webhookintake/functions/process",
		Handlers: root + "shared/lambdatest/bench/testdata/idle/register.go",
	}
)

const (
	root       = "../../../"
	sampleName = "contiguity.text.incoming.sms"
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, p := range []*lambdatest.Program{&ingest, &process} {
		if err := p.Remove(); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

// TestMeasured compares measured.json with what the programs and the template do, except
// for the processor time, which depends on the machine. With -update it writes the file.
func TestMeasured(t *testing.T) {
	got := Measured{
		Date: time.Now().UTC().Format(time.DateOnly), Machine: machine(), Sample: sampleName,
		Stack: readTemplate(t).stack(t), Lean: readTemplate(t).watch(t, "lean"), Full: readTemplate(t).watch(t, "full"),
	}
	in := newIngest(t)
	got.Ingest = in.measure(t, 1)
	got.Event = in.event(t)
	message := in.message()
	one, ten := newProcess(t, message, 1), newProcess(t, message, 10)
	got.One, got.Ten = one.measure(t, 1), ten.measure(t, 10)
	ten.table.addTo(&got.Event, float64(ten.events))
	for name, w := range map[string]*Watch{"lean": &got.Lean, "full": &got.Full} {
		printed := in.logs(t, name, &w.Ingest) + one.logs(t, name, &w.One) + ten.logs(t, name, &w.Ten)
		w.Series = count(t, seriesIn(t, printed), name == "lean")
	}
	if clitest.Update() {
		write(t, got)
		return
	}
	want, err := DefaultMeasured()
	if err != nil {
		t.Fatal(err)
	}
	got.Date, got.Machine = want.Date, want.Machine
	for _, f := range []struct{ got, want *Function }{{&got.Ingest, &want.Ingest}, {&got.One, &want.One}, {&got.Ten, &want.Ten}} {
		f.got.CPU, f.got.StartCPU = f.want.CPU, f.want.StartCPU
	}
	about := diff.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 0.05*max(a, b) }) // ids and durations have more digits or fewer
	if d := diff.Diff(want, got, about); d != "" {
		t.Errorf("measured.json is not what is measured now (-file +now); `make cost` writes it and the README:\n%s", d)
	}
}

func write(t *testing.T, m Measured) {
	t.Helper()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("measured.json", append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

func machine() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // only Linux has the file
	model := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindSubmatch(info)
	if model == nil {
		return fmt.Sprintf("%s/%s", runtime.GOOS, runtime.GOARCH)
	}
	return fmt.Sprintf("%s/%s, %s", runtime.GOOS, runtime.GOARCH, model[1])
}

// A subject is a program with its surroundings.
type subject struct {
	path  string
	env   map[string]string
	next  func() []byte // returns the payload of an invocation
	want  string        // what the answer has to contain
	calls func() int    // returns the number of calls to AWS so far
}

// The system counts processor time in units that are far longer than an invocation, so its
// mean needs many; that of lines and calls needs few.
const (
	few    = 20
	many   = 400
	warmUp = 50
	rounds = 5
)

// logs sets what an invocation prints with that value of Watch, and returns what was printed.
func (s subject) logs(t *testing.T, watch string, into *Log) (printed string) {
	t.Helper()
	s.env = maps.Clone(s.env)
	s.env["WATCH"] = watch
	_, printed = s.run(t, few)
	into.Bytes, into.Lines = math.Round(float64(len(printed))/few), float64(strings.Count(printed, "\n"))/few
	return printed
}

// measure runs the program, and returns what an invocation with that many events takes in a
// lean stack.
func (s subject) measure(t *testing.T, size int) Function {
	t.Helper()
	s.env = maps.Clone(s.env)
	s.env["WATCH"] = "lean"
	var f Function
	before := s.calls()
	s.run(t, few)
	f.Calls = float64(s.calls()-before) / few
	f.CPU, f.StartCPU = 1, 1 // until they are measured
	if clitest.Update() {
		var each, starts []float64
		for range rounds {
			start, _ := s.run(t, 0)
			short, _ := s.run(t, warmUp)
			long, _ := s.run(t, warmUp+many)
			starts = append(starts, milliseconds(start))
			each = append(each, milliseconds(long-short)/many)
		}
		f.CPU, f.StartCPU = round(median(each)), round(median(starts))
		t.Logf("batch of %d: processor time %v ms, of rounds %v", size, f.CPU, each)
	}
	return f
}

// run invokes a new process n times, and returns the processor time of its whole life.
func (s subject) run(t *testing.T, n int) (cpu time.Duration, printed string) {
	t.Helper()
	p, err := lambdatest.Start(t.Context(), lambdatest.Options{Path: s.path, Env: s.env})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range n {
		response, err := p.Invoke(t.Context(), s.next(), time.Minute)
		if err != nil || response.Failed || !strings.Contains(string(response.Payload), s.want) {
			t.Fatalf("%v %s\n%s%s", err, response.Payload, p.Stdout(), p.Stderr())
		}
	}
	printed = p.Stdout()
	return p.CPU(), printed
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func round(n float64) float64 { return math.Round(n*1000) / 1000 }
