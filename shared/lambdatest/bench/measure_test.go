package bench

import (
	"archive/zip"
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

// A candidate is a program that is measured.
type candidate struct {
	name  string
	path  string
	env   map[string]string
	event func() []byte // what it is given
	want  string        // what its answer holds
}

// A result is what was measured of a program.
type result struct {
	start    time.Duration // from its start until it is ready, the fastest: what is above it is the machine's
	cpu      time.Duration // for one invocation, the median of the rounds
	p50, p99 time.Duration // of an invocation
	zip      int           // bytes
}

const (
	starts     = 21
	rounds     = 5
	warmUp     = 100
	iterations = 500 // of a round
)

// measure measures all programs in turns, so that what else the machine does falls on
// all of them alike.
func measure(b *testing.B, candidates []candidate) []result {
	b.Helper()
	results := make([]result, len(candidates))
	startTimes := make([][]time.Duration, len(candidates))
	cpuTimes := make([][]time.Duration, len(candidates))
	latencies := make([][]time.Duration, len(candidates))
	for range starts {
		for i, c := range candidates {
			p := start(b, c)
			startTimes[i] = append(startTimes[i], p.Ready())
			stop(b, p)
		}
	}
	for range rounds {
		for i, c := range candidates {
			before, _ := invoke(b, c, warmUp)
			after, took := invoke(b, c, warmUp+iterations)
			cpuTimes[i] = append(cpuTimes[i], (after-before)/iterations)
			latencies[i] = append(latencies[i], took[warmUp:]...)
		}
	}
	for i, c := range candidates {
		results[i] = result{
			start: slices.Min(startTimes[i]), cpu: quantile(cpuTimes[i], 50),
			p50: quantile(latencies[i], 50), p99: quantile(latencies[i], 99), zip: zipped(b, c.path),
		}
	}
	return results
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

// invoke gives a new process n events, and gives the processor time of its whole life
// and how long each event took.
func invoke(b *testing.B, c candidate, n int) (cpu time.Duration, took []time.Duration) {
	b.Helper()
	p := start(b, c)
	defer stop(b, p)
	event := c.event()
	for range n {
		response, err := p.Invoke(b.Context(), event, 10*time.Second)
		if err != nil || response.Failed || !bytes.Contains(response.Payload, []byte(c.want)) {
			b.Fatalf("%s: %v %s", c.name, err, response.Payload)
		}
		took = append(took, response.Took)
	}
	return p.CPU(), took
}

func quantile(all []time.Duration, percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)-1)*percent/100]
}

// zipped is the size of the program as it is uploaded.
func zipped(b *testing.B, path string) int {
	b.Helper()
	program, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
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
