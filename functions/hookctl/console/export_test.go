package console

import (
	"strings"
	"time"
)

// Assets are the files that pages load.
var Assets = assets

// Masked is what a page shows of a body at first, and Pretty of one that is not masked.
var (
	Masked = masked
	Pretty = pretty
)

// SetPatience sets how long a page waits for an act to end.
func (c *Console) SetPatience(d time.Duration) { c.jobs.patience = d }

// OutcomeOf returns the verdict on an act that left this many items alone and then failed at
// one, and what is shown of the items.
func OutcomeOf(leftAlone int) string {
	j := &job{counts: map[string]int{}}
	for range leftAlone {
		j.report(jobResult{tone: warn, word: "left alone"})
	}
	j.report(jobResult{tone: bad, word: "failed", text: "it broke"})
	var text strings.Builder
	_ = j.verdict(false).Render(&text)
	for _, r := range j.results {
		text.WriteString(r.text)
	}
	return text.String()
}

// KeptOf returns how many plans are kept of these many, each of so many items.
func KeptOf(n, items int) int {
	var p plans
	for range n {
		p.keep(act{count: items})
	}
	return len(p.list)
}

// ErrorsOf returns the errors of an event's runs.
func (j *Journal) ErrorsOf(key string) (texts []string) {
	for _, run := range j.runsOf(key) {
		texts = append(texts, run.text)
	}
	return texts
}
