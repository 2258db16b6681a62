package cost

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
)

func TestDollars(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{
		0: "0.00", 0.004: "< 0.01", 0.01: "0.01", 1.236: "1.24", 999.999: "1,000.00", 1234567.891: "1,234,567.89",
	} {
		if got := dollars(n); got != want {
			t.Errorf("dollars(%v) = %q, want %q", n, got, want)
		}
	}
}

func TestQuantity(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0", 2: "2", 2.4: "2.40", 99.5: "99.50", 100.4: "100", 1e6: "1,000,000"} {
		if got := quantity(n); got != want {
			t.Errorf("quantity(%v) = %q, want %q", n, got, want)
		}
	}
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0.54: "0.5", 14: "14", 1.08: "1.1", 146.6: "147", 13_149: "13,100"} {
		if got := rounded(n); got != want {
			t.Errorf("rounded(%v) = %q, want %q", n, got, want)
		}
	}
}

func TestPrice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line Line
		want string
	}{
		{Line{PriceUSD: 1, Per: 1e6}, "1.00 a million"},
		{Line{PriceUSD: 0.625, Per: 1e6}, "0.625 a million"},
		{Line{PriceUSD: 0.0000166667, Per: 1}, "0.0000166667"},
		{Line{PriceUSD: 0.05, Per: 10_000}, "0.05 for 10,000"},
		{Line{PriceUSD: 0.4, Per: 1}, "0.40"},
	} {
		if got := tt.line.price(); got != tt.want {
			t.Errorf("price of %+v = %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestWriteTable(t *testing.T) {
	t.Parallel()
	b := Bill{
		Region: "us-east-1", PricesOf: "2026-01-02", Measured: "2026-01-03", Usage: DefaultUsage(),
		Lines: []Line{
			{Service: "SQS", What: "sent", Quantity: 1e6, Unit: "requests", PriceUSD: 0.4, Per: 1e6, USD: 0.4},
			{Service: "SQS", What: "received", Quantity: 2e6, Unit: "requests", PriceUSD: 0.4, Per: 1e6, USD: 0.8},
			{Service: "DynamoDB", What: "kept", Quantity: 0.7, Unit: "GB-months", PriceUSD: 0.25, Per: 1, USD: 0.17},
		},
		TotalUSD: 1.37, EachUSD: 1.38, FurtherUSD: 1.39, IngestMS: 14, ProcessMS: 27,
	}
	b.Lines[2].Less = "KeepPayloads"
	full := b
	full.Lines = slices.Clone(b.Lines)
	full.Lines[2].Quantity, full.Lines[2].USD, full.TotalUSD = 1.5, 0.38, 1.58
	var out strings.Builder
	Bills{Bill: b, Full: full}.Print(clitest.NewWriter(&out))
	want := `SERVICE   FOR                      QUANTITY  UNIT       PRICE           LEAN  FULL  LESS BY
SQS       sent                    1,000,000  requests   0.40 a million  0.40  0.40
          received                2,000,000  requests   0.40 a million  0.80  0.80
DynamoDB  kept                   0.70; 1.50  GB-months  0.25            0.17  0.38  KeepPayloads
          sum of the month        1,000,000  events                     1.37  1.58
          for a million events                                          1.38  1.38
          for a further million                                         1.39  1.39

US dollars, us-east-1, prices of 2026-01-02. Free tiers and discounts by volume are not subtracted.
Lean and full are the values of the parameter Watch. Where two quantities stand, the second is that of full.
On arm64. Sources that send: 3. Events in a batch: 1. What handlers call and keep is extra.
Durations (ingest 14 ms, process 27 ms a batch) are estimates, not measured on AWS.
They are the processor time measured elsewhere on 2026-01-03, over the share that Lambda gives, and 10 ms for each call to AWS.
Also assumed: 1 % of invocations start an instance, rare outcomes occur in 10 % of hours, and a run of upkeep takes 200 ms.
`
	if d := diff.Diff(want, out.String()); d != "" {
		t.Errorf("table (-want +got):\n%s", d)
	}
}

// TestReportChoices wants each choice with what it alone changes.
func TestReportChoices(t *testing.T) {
	t.Parallel()
	p := plain()
	p.Of.LambdaX86.USD, p.Of.LambdaArm.USD = 3, 2
	report, err := Report(p, simple(), DefaultUsage())
	if err != nil {
		t.Fatal(err)
	}
	gb := simple().Stack.MemoryMB / 1024
	for _, want := range []string{
		"| SQS: sent | 1,000,000 req | 1.00 | 1,000,000.00 | 1,000,000.00 |  |\n",
		"| CloudWatch: alarms | 7; 12 a | 1.00 | 7.00 | 12.00 | Watch |\n",
		"; x86_64: " + signed((1e6*(0.014+0.026+0.0004)+8760*0.2+2920*0.64)*gb) + ";",
		"; handlers that wait 100 ms a batch: " + signed(2*1e6*0.1*gb) + ";",
		"all payloads kept: " + signed(1e6+2*1e6*1124/gigabyte*2.4) + ".\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report has no %q:\n%s", want, report)
		}
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	s := At(plain(), simple(), 56*time.Millisecond, 10, 20_000)
	got := map[string][]float64{}
	for _, l := range s.Limits {
		got[l.What] = l.At
	}
	delete(got, "US$ a month") // the bill's, as below
	want := map[string][]float64{
		"requests a second": {10, 20_000}, "invocations a second": {11, 22_000},
		"ingest at once":     {1, 280}, // × 14 ms
		"process at once":    {1, 200}, // ÷ 10 × (24 + 20 + 56) ms
		"messages in flight": {10, 2000}, "write units a second": {20, 40_000},
		"GB of log a day": {10 * 200 * 86400 / 1e9, 20_000 * 200 * 86400 / 1e9}, // 2000 ÷ 10
	}
	about := diff.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(a, b) })
	if d := diff.Diff(want, got, about); d != "" {
		t.Errorf("limits (-want +got):\n%s", d)
	}
	u := Usage{Events: 10 * 730 * 3600, Batch: 10, Sources: 3, Arm64: true, HandlerWait: 56 * time.Millisecond}
	b, err := Month(plain(), simple(), u)
	if err != nil {
		t.Fatal(err)
	}
	if dollars := s.Limits[len(s.Limits)-1].At[0]; math.Abs(dollars-b.TotalUSD) > 1e-6 {
		t.Errorf("%v dollars a month, want the bill's %v", dollars, b.TotalUSD)
	}
	requests := 1000 * 86400.0
	flood := 2*requests + requests*256/gigabyte + requests*0.004*simple().Stack.MemoryMB/1024 + requests*450/gigabyte
	if math.Abs(s.Flood-flood) > 1e-6 {
		t.Errorf("a flood costs %v a day, want %v", s.Flood, flood)
	}
}

func TestScaleMarksWhatIsOverADefault(t *testing.T) {
	t.Parallel()
	s := Scale{Rates: []float64{10, 1000}, Flood: 3, Limits: []Limit{
		{What: "a", Sum: "rate", Most: 10, Raise: "A", At: []float64{10, 1000}},
		{What: "b", Sum: "rate", At: []float64{10, 1000}},
	}}
	var out strings.Builder
	if err := s.WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	want := `| events a second | | 10 | 1,000 | by default | to raise |
| --- | --- | ---: | ---: | ---: | --- |
| a | rate | 10 | **1,000** | 10 | A |
| b | rate | 10 | 1,000 |  |  |

Handlers wait 0 ms a batch here. A flood of forged webhooks at 1,000 requests a second, the default of
` + "`ApiRateLimit`" + `, costs about US$ 3 a day.
`
	if d := diff.Diff(want, out.String()); d != "" {
		t.Errorf("table (-want +got):\n%s", d)
	}
}
