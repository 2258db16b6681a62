package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// table prints the results, and those of the last program as multiples of the others'.
func table(out io.Writer, title string, candidates []candidate, results []result) {
	fmt.Fprintf(out, "\n%s\n", title)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }
	row("", "start", "CPU/event", "events/s", "p50", "p99", "memory", "zip")
	for i, r := range results {
		row(candidates[i].name, ms(r.start), ms(r.cpu), fmt.Sprintf("%.0f", r.rate), ms(r.p50), ms(r.p99),
			megabytes(r.memory), megabytes(r.zip))
	}
	last := len(results) - 1
	us := results[last]
	for i, r := range results[:last] {
		row(candidates[last].name+" / "+candidates[i].name,
			ratio(us.start, r.start), ratio(us.cpu, r.cpu), ratio(us.rate, r.rate), ratio(us.p50, r.p50), ratio(us.p99, r.p99),
			ratio(us.memory, r.memory), ratio(us.zip, r.zip))
	}
	_ = w.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d.Nanoseconds())/1e6) }

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
