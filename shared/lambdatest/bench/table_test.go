package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// lastRun is the file that keeps the ratios of the last run, by table and row, so that a
// change shows what it costs.
const lastRun = "testdata/lastrun.json"

// report prints the table, and keeps its ratios in lastRun.
func report(b *testing.B, title string, candidates []candidate, results []result) {
	b.Helper()
	last := map[string]map[string]string{}
	if text, err := os.ReadFile(lastRun); err == nil {
		if err := json.Unmarshal(text, &last); err != nil {
			b.Fatalf("%s: %v", lastRun, err)
		}
	}
	last[title] = table(os.Stdout, title, candidates, results, last[title])
	text, err := json.MarshalIndent(last, "", "\t")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(lastRun, append(text, '\n'), 0o600); err != nil {
		b.Fatal(err)
	}
}

// table prints the results, and those of the last program as multiples of the others', next
// to what they were in the last run. It returns these rows.
func table(out io.Writer, title string, candidates []candidate, results []result, before map[string]string) map[string]string {
	fmt.Fprintf(out, "\n%s\n", title)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }
	row("", "start", "CPU/event", "events/s", "p50", "p99", "memory", "zip")
	for i, r := range results {
		row(candidates[i].name, ms(r.start), ms(r.cpu), fmt.Sprintf("%.0f", r.rate), ms(r.p50), ms(r.p99),
			megabytes(r.memory), megabytes(r.zip))
	}
	ratios := map[string]string{}
	last := len(results) - 1
	us := results[last]
	for i, r := range results[:last] {
		name := candidates[last].name + " / " + candidates[i].name
		cells := []string{
			ratio(us.start, r.start), spread(us, r, func(one round) time.Duration { return one.cpu }), ratio(us.rate, r.rate),
			spread(us, r, func(one round) time.Duration { return quantile(one.took, 50) }), ratio(us.p99, r.p99),
			ratio(us.memory, r.memory), ratio(us.zip, r.zip),
		}
		row(append([]string{name}, cells...)...)
		ratios[name] = strings.Join(cells, " | ")
		if was := before[name]; was != "" {
			row(append([]string{"in the last run"}, strings.Split(was, " | ")...)...)
		}
	}
	_ = w.Flush()
	return ratios
}

// spread returns the median of the rounds' ratios, and the least and the greatest of them. The
// programs of a round ran one right after the other, so other work of the machine affects
// both.
func spread(us, other result, of func(round) time.Duration) string {
	var ratios []float64
	for i := range us.rounds {
		if base := of(other.rounds[i]); base > 0 {
			ratios = append(ratios, float64(of(us.rounds[i]))/float64(base))
		}
	}
	if len(ratios) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", quantile(ratios, 50), quantile(ratios, 0), quantile(ratios, 100))
}

func ms(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f ms", float64(d.Nanoseconds())/1e6)
}

func megabytes(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f MB", float64(n)/1e6)
}

func ratio[T time.Duration | int | float64](a, b T) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(a)/float64(b))
}
