package console

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"webhookintake/functions/hookctl/cost"
	"webhookintake/functions/hookctl/operate/monitor"
)

// A monthUse is what a stack received in the month of now.
type monthUse struct {
	soFar int
	all   float64 // by the end of the month, if it goes on like this
}

// month counts the webhooks of this month. It reports false if that is not known.
func (c *Console) month(ctx context.Context) (monthUse, []error, bool) {
	if c.options.Here || c.options.Monitor == nil {
		return monthUse{}, nil, false
	}
	now := c.options.Now().UTC()
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	r := c.options.Monitor.Look(ctx, monitor.Span{Bars: now.Day(), Step: day}) // from the first on
	if len(r.Bars) == 0 {
		return monthUse{}, r.Faults, false
	}
	received := monitor.Sum(r.Bars).Received
	share := now.Sub(first).Hours() / first.AddDate(0, 1, 0).Sub(first).Hours()
	return monthUse{received, math.Round(float64(received) / max(share, 1e-3))}, nil, true
}

// cost estimates what this month costs, or one with as many events as the address says.
func (c *Console) cost(w http.ResponseWriter, r *http.Request) {
	u := cost.DefaultUsage()
	var intro []g.Node
	given := r.URL.Query().Get("events")
	if given != "" {
		events, err := strconv.ParseFloat(given, 64)
		if err != nil {
			events = math.NaN() // which the calculation refuses
		}
		u.Events = events
	} else if use, faults, ok := c.month(r.Context()); ok {
		u.Events = max(1, use.all)
		intro = append(intro, h.P(h.Class("verdict"), g.Text(fmt.Sprintf("%s so far this month, which makes about %.0f in the whole month.", count(use.soFar, "webhook", "webhooks"), use.all))))
	} else {
		intro = append(intro, unread(faults))
	}
	bill, err := month(u)
	if err != nil {
		c.fail(w, r, http.StatusBadRequest, "This cannot be computed", err.Error())
		return
	}
	t := table{caption: fmt.Sprintf("A month of %.0f events, %s, prices of %s", u.Events, bill.Region, bill.PricesOf), columns: []string{"Service", "For", "US$"}, numbers: []string{"US$"}, narrow: true}
	rest := 0.0 // of the lines of less than a cent
	for _, l := range bill.Lines {
		if l.USD < cent {
			rest += l.USD
			continue
		}
		t.rows = append(t.rows, []g.Node{g.Text(l.Service), g.Text(l.What), g.Text(dollars(l.USD))})
	}
	t.rows = append(t.rows, []g.Node{g.Text("All else"), g.Text("less than a cent each"), g.Text(dollars(rest))})
	t.rows = append(t.rows, []g.Node{h.Strong(g.Text("Sum")), nil, h.Strong(g.Text(dollars(bill.TotalUSD)))})
	c.show(w, r, page{title: "Cost", here: "cost", body: append(intro,
		h.P(h.Class("sub"), g.Text("An estimate by AWS's list prices and the built functions; not your bill. Free tiers are not subtracted, and what handlers call costs extra.")),
		h.Form(h.Class("filter"), h.Action("cost"), h.Method("get"),
			h.Label(g.Text("Events a month"), h.Input(h.Type("number"), h.Name("events"), h.Value(strconv.FormatFloat(u.Events, 'f', 0, 64)), h.Min("1"))),
			h.Button(h.Type("submit"), g.Text("Compute"))),
		t.node(),
		h.P(h.Class("note"), g.Text("What the figures rest on, and what else changes them:")), command("go tool hookctl cost"),
	)})
}

func month(u cost.Usage) (cost.Bill, error) {
	prices, err := cost.DefaultPrices()
	if err != nil {
		return cost.Bill{}, err
	}
	measured, err := cost.DefaultMeasured()
	if err != nil {
		return cost.Bill{}, err
	}
	return cost.Month(prices, measured, u)
}

const cent = 0.01

// dollars returns an amount in cents. One that is less than a cent is not 0.00.
func dollars(usd float64) string {
	if usd < cent {
		return "< 0.01"
	}
	return fmt.Sprintf("%.2f", usd)
}
