package cost

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
)

// Print writes the bill for people.
func (b Bill) Print(out *cli.Writer) {
	table := cli.Table{Heading: []string{"SERVICE", "FOR", "QUANTITY", "UNIT", "PRICE", "US$"}, Numbers: []int{2, 5}}
	row := func(cells ...string) { table.Rows = append(table.Rows, cells) }
	last := ""
	for _, l := range b.Lines {
		service := l.Service
		if service == last {
			service = "" // as in the row above
		}
		last = l.Service
		row(service, l.What, quantity(l.Quantity), l.Unit, l.price(), dollars(l.USD))
	}
	row("", "sum of the month", quantity(b.Usage.Events), "events", "", dollars(b.TotalUSD))
	row("", "for a million events", "", "", "", dollars(b.EachUSD))
	row("", "for a further million", "", "", "", dollars(b.FurtherUSD))
	table.Print(out)
	out.Print("\n%s", strings.Join(b.notes(), "\n"))
}

// notes returns what the figures rest on.
func (b Bill) notes() []string {
	return []string{
		fmt.Sprintf("US dollars, %s, prices of %s. Free tiers and discounts by volume are not subtracted.", b.Region, b.PricesOf),
		fmt.Sprintf("Sources that send: %d. Events in a batch: %v. What handlers call and keep is extra.", b.Usage.Sources, b.Usage.Batch),
		fmt.Sprintf("Durations (ingest %v ms, process %v ms a batch) are estimates, not measured on AWS: the processor", b.IngestMS, b.ProcessMS),
		fmt.Sprintf("time measured elsewhere on %s, over the share of a processor that Lambda gives, and %d ms", b.Measured, callWait.Milliseconds()),
		fmt.Sprintf("for each call to AWS. Also assumed: %v %% of invocations start an instance, and rare", startShare*100),
		fmt.Sprintf("outcomes occur in %v %% of hours. A run of upkeep is assumed to take %d ms.", seldomHours*100, upkeepTook.Milliseconds()),
	}
}

// Report returns the bill in Markdown, with what other choices would cost. The error is
// that of [Usage.Check].
func Report(p Prices, m Measured, u Usage) (string, error) {
	b, err := Month(p, m, u)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "| %s events a month | quantity | price | US$ |\n| --- | ---: | ---: | ---: |\n", quantity(u.Events))
	for _, l := range b.Lines {
		fmt.Fprintf(&out, "| %s: %s | %s %s | %s | %s |\n", l.Service, l.What, quantity(l.Quantity), l.Unit, l.price(), dollars(l.USD))
	}
	fmt.Fprintf(&out, "| **sum** | | | **%s** |\n", dollars(b.TotalUSD))
	fmt.Fprintf(&out, "| for a million events | | | %s |\n", dollars(b.EachUSD))
	fmt.Fprintf(&out, "| for a further million | | | %s |\n\n", dollars(b.FurtherUSD))
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
		{"arm64", func(u *Usage) { u.Arm64 = true }},
		{"handlers that wait 100 ms a batch", func(u *Usage) { u.HandlerWait += 100 * time.Millisecond }},
		{"one more source", func(u *Usage) { u.Sources++ }},
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
	return "What changes the sum: " + strings.Join(parts, "; ") + ".", nil
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
