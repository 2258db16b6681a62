package bench

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

// A candidate is a program that is measured.
type candidate struct {
	name string
	path string
	env  map[string]string
	log  string // what it prints for each event; empty if it prints nothing
}

// A load is the work of all candidates of a table.
type load struct {
	starts             int           // starts that are measured; 0 leaves them out
	warmUp, iterations int           // invocations of a round, uncounted and counted
	events             int           // of an invocation
	event              func() []byte // returns a new invocation
	timeout            time.Duration // of an invocation
	want               string        // part of the answer
}

// A result holds the measurements of a program.
type result struct {
	start    time.Duration // from its start until it is ready, of the fastest tenth: slower starts are the machine's fault
	rounds   []round
	cpu      time.Duration // for one event, the median of the rounds
	rate     float64       // events per second of invocations one after another, the median of the rounds
	p50, p99 time.Duration // of an invocation
	memory   int           // bytes, the most of all rounds; 0 if the system does not report it
	zip      int           // bytes
}

const rounds = 7

// measure measures all programs in turns, so that other work of the machine affects all of
// them equally.
func measure(b *testing.B, l load, candidates []candidate) []result {
	b.Helper()
	candidates = unpacked(b, candidates)
	results := make([]result, len(candidates))
	startTimes := make([][]time.Duration, len(candidates))
	all := make([][]round, len(candidates))
	for range l.starts {
		for i, c := range candidates {
			p := start(b, c)
			startTimes[i] = append(startTimes[i], p.Ready())
			stop(b, p)
		}
	}
	for range rounds {
		for i, c := range candidates {
			all[i] = append(all[i], measureRound(b, l, c))
		}
	}
	for i, c := range candidates {
		results[i] = summary(all[i])
		results[i].zip = zipped(b, c.path)
		if l.starts > 0 {
			results[i].start = quantile(startTimes[i], 10)
		}
	}
	return results
}

// unpacked copies the programs, as Lambda unpacks them. The file that go build leaves was
// written out of order, and loads up to a fifth slower, depending on the build.
func unpacked(b *testing.B, candidates []candidate) []candidate {
	b.Helper()
	copies := slices.Clone(candidates)
	for i, c := range candidates {
		program, err := os.ReadFile(c.path)
		if err != nil {
			b.Fatal(err)
		}
		copies[i].path = filepath.Join(b.TempDir(), "bootstrap")
		if err := os.WriteFile(copies[i].path, program, 0o700); err != nil {
			b.Fatal(err)
		}
	}
	return copies
}

// A round holds the measurements of a new process.
type round struct {
	cpu    time.Duration // for one event
	rate   float64
	took   []time.Duration // by each invocation
	memory int
}

// measureRound runs one process with the warm-up only, and another with the warm-up and
// the counted invocations. The difference in CPU time is the cost of the latter.
func measureRound(b *testing.B, l load, c candidate) round {
	b.Helper()
	before, _, _ := invoke(b, l, c, l.warmUp)
	after, took, memory := invoke(b, l, c, l.warmUp+l.iterations)
	took = took[l.warmUp:]
	var total time.Duration
	for _, d := range took {
		total += d
	}
	events := l.iterations * l.events
	return round{
		cpu: (after - before) / time.Duration(events), rate: float64(events) / total.Seconds(),
		took: took, memory: memory,
	}
}

func summary(all []round) result {
	r := result{rounds: all}
	var cpu, took []time.Duration
	var rates []float64
	for _, one := range all {
		cpu, rates, took = append(cpu, one.cpu), append(rates, one.rate), append(took, one.took...)
		r.memory = max(r.memory, one.memory)
	}
	r.cpu, r.rate, r.p50, r.p99 = quantile(cpu, 50), quantile(rates, 50), quantile(took, 50), quantile(took, 99)
	return r
}

func start(b *testing.B, c candidate) *lambdatest.Process {
	b.Helper()
	p, err := lambdatest.Start(b.Context(), lambdatest.Options{Path: c.path, Env: c.env})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func stop(b *testing.B, p *lambdatest.Process) {
	b.Helper()
	if err := p.Close(); err != nil {
		b.Fatal(err)
	}
}

// invoke invokes a new process n times. It returns the CPU time of its whole life, the time
// of each invocation, and the most memory that it used.
func invoke(b *testing.B, l load, c candidate, n int) (cpu time.Duration, took []time.Duration, memory int) {
	b.Helper()
	p := start(b, c)
	defer stop(b, p)
	for range n {
		response, err := p.Invoke(b.Context(), l.event(), l.timeout)
		if err != nil || response.Failed || !bytes.Contains(response.Payload, []byte(l.want)) {
			b.Fatalf("%s: %v %s\n%s%s", c.name, err, response.Payload, p.Stdout(), p.Stderr())
		}
		took = append(took, response.Took)
	}
	memory, cpu = p.Memory(), p.CPU()
	if got := strings.Count(p.Stdout(), c.log); c.log != "" && got != n*l.events {
		b.Fatalf("%s: printed %q for %d of %d events", c.name, c.log, got, n*l.events)
	}
	return cpu, took, memory
}

// quantile returns the value that the given percentage does not exceed.
func quantile[T time.Duration | float64](all []T, percent int) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)-1)*percent/100]
}

// zipped is the size of the program as it is uploaded; 0 of a script, whose parts lie elsewhere.
func zipped(b *testing.B, path string) int {
	b.Helper()
	program, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	if bytes.HasPrefix(program, []byte("#!")) {
		return 0
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	entry, err := w.Create("bootstrap")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := entry.Write(program); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return archive.Len()
}
