package cost

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
)

// Bills are those of a lean and of a full stack with the same events. Their JSON is that of
// the lean one, with the full one in it.
type Bills struct {
	Bill
	Full Bill `json:"full"`
}

// Both returns the bills of a month with that usage, whatever its Full says. The error is
// that of [Usage.Check].
func Both(p Prices, m Measured, u Usage) (b Bills, err error) {
	u.Full = false
	if b.Bill, err = Month(p, m, u); err != nil {
		return b, err
	}
	u.Full = true
	b.Full, err = Month(p, m, u)
	return b, err
}

// Print writes both bills for people.
func (b Bills) Print(out *cli.Writer) {
	table := cli.Table{
		Heading: []string{"SERVICE", "FOR", "QUANTITY", "UNIT", "PRICE", "LEAN", "FULL", "LESS BY"}, Numbers: []int{2, 5, 6}, Less: []int{7, 4, 3, 2},
	}
	row := func(cells ...string) { table.Rows = append(table.Rows, cells) }
	last := ""
	for i, l := range b.Lines {
		service := l.Service
		if service == last {
			service = "" // as in the row above
		}
		last = l.Service
		row(service, l.What, quantities(l, b.Full.Lines[i]), l.Unit, l.price(), dollars(l.USD), dollars(b.Full.Lines[i].USD), l.Less)
	}
	row("", "sum of the month", quantity(b.Usage.Events), "events", "", dollars(b.TotalUSD), dollars(b.Full.TotalUSD), "")
	row("", "for a million events", "", "", "", dollars(b.EachUSD), dollars(b.Full.EachUSD), "")
	row("", "for a further million", "", "", "", dollars(b.FurtherUSD), dollars(b.Full.FurtherUSD), "")
	table.Print(out)
	out.Text("\n%s", strings.Join(b.notes(), "\n"))
}

// quantities returns the quantity of a line, and that of a full stack where it is another.
func quantities(lean, full Line) string {
	if lean.Quantity == full.Quantity {
		return quantity(lean.Quantity)
	}
	return quantity(lean.Quantity) + "; " + quantity(full.Quantity)
}

// notes returns what the figures rest on.
func (b Bill) notes() []string {
	cpu := "x86_64"
	if b.Usage.Arm64 {
		cpu = "arm64"
	}
	notes := []string{
		fmt.Sprintf("US dollars, %s, prices of %s. Free tiers and discounts by volume are not subtracted.", b.Region, b.PricesOf),
		"Lean and full are the values of the parameter Watch. Where two quantities stand, the second is that of full.",
		fmt.Sprintf("On %s. Sources that send: %d. Events in a batch: %.3g. What handlers call and keep is extra.", cpu, b.Usage.Sources, b.Usage.Batch),
	}
	if b.Usage.IngestTook > 0 || b.Usage.ProcessTook > 0 {
		return append(notes,
			fmt.Sprintf("The stack's own, as CloudWatch counted them: events, refused webhooks, batches, durations (ingest %.1f ms, process %.1f ms a batch).", b.IngestMS, b.ProcessMS),
			"Those of the sample event: sizes of messages, records and log lines.",
			fmt.Sprintf("Assumed: %v %% of invocations start an instance, and rare outcomes occur in %v %% of hours.", startShare*100, seldomHours*100))
	}
	return append(notes,
		fmt.Sprintf("Durations (ingest %v ms, process %v ms a batch) are estimates, not measured on AWS.", b.IngestMS, b.ProcessMS),
		fmt.Sprintf("They are the processor time measured elsewhere on %s, over the share that Lambda gives, and %d ms for each call to AWS.", b.Measured, callWait.Milliseconds()),
		fmt.Sprintf("Also assumed: %v %% of invocations start an instance, rare outcomes occur in %v %% of hours,", startShare*100, seldomHours*100)+
			fmt.Sprintf(" and a run of upkeep takes %d ms.", upkeepTook.Milliseconds()),
	)
}

// Report returns the bill in Markdown, with what other choices would cost. The error is
// that of [Usage.Check].
func Report(p Prices, m Measured, u Usage) (string, error) {
	b, err := Both(p, m, u)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| %s events a month | quantity | price | lean, US$ | full, US$ | less by |\n| --- | ---: | ---: | ---: | ---: | --- |\n", quantity(u.Events))
	for i, l := range b.Lines {
		full := b.Full.Lines[i]
		fmt.Fprintf(&out, "| %s: %s | %s %s | %s | %s | %s | %s |\n",
			l.Service, l.What, quantities(l, full), l.Unit, l.price(), dollars(l.USD), dollars(full.USD), l.Less)
	}
	fmt.Fprintf(&out, "| **sum** | | | **%s** | **%s** | |\n", dollars(b.TotalUSD), dollars(b.Full.TotalUSD))
	fmt.Fprintf(&out, "| for a million events | | | %s | %s | |\n", dollars(b.EachUSD), dollars(b.Full.EachUSD))
	fmt.Fprintf(&out, "| for a further million | | | %s | %s | |\n", dollars(b.FurtherUSD), dollars(b.Full.FurtherUSD))
	tens := u
	tens.Batch = 10
	full, err := Both(p, m, tens)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&out, "| for a further million in batches of 10 | | | %s | %s | |\n\n", dollars(full.FurtherUSD), dollars(full.Full.FurtherUSD))
	u.Full = false
	choices, err := choices(p, m, u, b.TotalUSD)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&out, "%s\n\n%s\n", strings.Join(b.notes(), "\n"), choices)
	return out.String(), nil
}

// choices returns how the sum changes with one thing changed.
func choices(p Prices, m Measured, u Usage, total float64) (string, error) {
	var parts []string
	for _, c := range []struct {
		name   string
		change func(*Usage)
	}{
		{"full batches of 10, as in bursts", func(u *Usage) { u.Batch = 10 }},
		{"x86_64", func(u *Usage) { u.Arm64 = false }},
		{"256 MB", func(u *Usage) { u.MemoryMB = 256 }},
		{"Watch=full", func(u *Usage) { u.Full = true }},
		{"handlers that wait 100 ms a batch", func(u *Usage) { u.HandlerWait += 100 * time.Millisecond }},
		{"all payloads kept", func(u *Usage) { u.Payloads = true }},
	} {
		other := u
		c.change(&other)
		b, err := Month(p, m, other)
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%s: %s", c.name, signed(b.TotalUSD-total)))
	}
	return "What changes the sum of the lean one: " + strings.Join(parts, "; ") + ".", nil
}

func signed(usd float64) string {
	if usd < 0 {
		return "−" + dollars(-usd)
	}
	return "+" + dollars(usd)
}

// price returns a line's price with its unit, such as "1.00 a million".
func (l Line) price() string {
	price := strconv.FormatFloat(l.PriceUSD, 'f', -1, 64)
	if len(price) < len("0.00") {
		price = fmt.Sprintf("%.2f", l.PriceUSD)
	}
	switch l.Per {
	case 1:
		return price
	case 1e6:
		return price + " a million"
	}
	return price + " for " + quantity(l.Per)
}

// dollars returns an amount rounded to cents. One that is less than a cent is not 0.00.
func dollars(usd float64) string {
	if usd > 0 && usd < 0.01 {
		return "< 0.01"
	}
	whole, cents, _ := strings.Cut(fmt.Sprintf("%.2f", usd), ".")
	return thousands(whole) + "." + cents
}

// quantity returns a number with decimals if it is small.
func quantity(n float64) string {
	if n >= 100 || n == float64(int64(n)) {
		return thousands(fmt.Sprintf("%.0f", n))
	}
	return fmt.Sprintf("%.2f", n)
}

// thousands groups the digits of a whole number by threes.
func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
