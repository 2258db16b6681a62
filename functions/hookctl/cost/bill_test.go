package cost

import (
	"fmt"
	"math"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
)

// plain returns prices of a dollar a unit, so that a line's dollars are its quantity.
func plain() Prices {
	one := func(unit string) Price { return Price{USD: 1, Per: 1, Unit: unit, Page: "p"} }
	return Prices{Region: "r", Date: "2026-01-02", Of: PriceOf{
		APIRequest: one("req"), DataOut: one("GB"), LambdaRequest: one("req"),
		LambdaX86: one("x86"), LambdaArm: one("arm"), SQSRequest: one("req"),
		S3Put: one("put"), S3Get: one("get"), S3Kept: one("GBm"),
		DynamoDBWrite: one("wu"), DynamoDBRead: one("ru"), DynamoDBKept: one("GBm"), DynamoDBPITR: one("GBm"),
		LogsWritten: one("GB"), LogsKept: one("GBm"), Metric: one("m"), Alarm: one("a"), Dashboard: one("d"),
		Secret: one("s"), SecretRead: one("read"),
	}}
}

// simple returns simple figures. A function has half a processor, which doubles its time.
func simple() Measured {
	return Measured{
		Date:   "2026-01-03",
		Ingest: Function{CPU: 2, StartCPU: 5, Calls: 1},
		One:    Function{CPU: 3, StartCPU: 5, Calls: 2},
		Ten:    Function{CPU: 12, StartCPU: 5, Calls: 2},
		Event:  Event{Answer: 256, Message: 1024, Writes: 2, Record: 412, Kept: 73},
		Stack:  Stack{MemoryMB: wholeCPU / 2.0, LogDays: 36.5, Secrets: 2},
		Full: Watch{
			Ingest: Log{500, 2}, One: Log{400, 2}, Ten: Log{2200, 11}, Access: Log{100, 1}, Platform: Log{300, 3},
			Series: Series{UsualBySource: 5, UsualAlone: 1, Seldom: 20}, AlarmMetrics: 12, UpkeepAlarms: 2, Dashboards: 1,
		},
		Lean: Watch{One: Log{200, 1}, Ten: Log{2000, 10}, Series: Series{SeldomAlone: 3}, AlarmMetrics: 7, UpkeepAlarms: 2},
	}
}

const million = 1e6

// TestLines wants every line as computed by hand. A case names the lines that it changes.
func TestLines(t *testing.T) {
	t.Parallel()
	m := simple()
	gb := m.Stack.MemoryMB / 1024 // of a second
	base := map[string]float64{
		"API Gateway webhooks": million, "API Gateway answers to them": 256 * million / gigabyte,
		"Lambda ingest, invocations":  million,
		"Lambda ingest, time":         million * 0.014 * gb, // 2 ms × 2 + 10 ms
		"Lambda process, invocations": million,
		"Lambda process, time":        million * 0.026 * gb,          // 3 ms × 2 + 2 × 10 ms
		"Lambda starts of both":       2 * million / 100 * 0.02 * gb, // 1 %; 5 ms × 2 + 10 ms
		"SQS sent":                    million, "SQS received and deleted": 2 * million,
		"SQS polls that find nothing": 5 * 730 * 180, // 180 an hour each
		"S3 large bodies, put":        0, "S3 large bodies, read": 0, "S3 large bodies, kept": 0,
		"DynamoDB ledger, writes": 2 * million,
		// 512 bytes for 73 of 730/24 days
		"DynamoDB ledger, kept":                   million * 512 / gigabyte * 2.4,
		"DynamoDB ledger, point-in-time recovery": million * 512 / gigabyte * 2.4,
		"CloudWatch log lines, written":           million * 1600 / gigabyte,                 // 500 + 100 + 300, 400 + 300
		"CloudWatch log lines, kept":              million * (1600 + 26*11) / gigabyte * 1.2, // lines: 2 + 1 + 3, 2 + 3
		"CloudWatch metrics of every event":       16,
		"CloudWatch metrics of rare outcomes":     6,
		"CloudWatch alarms":                       12,
		"CloudWatch dashboard":                    1,
		"Secrets Manager secrets":                 2,
		"Secrets Manager reads of them":           12*730 + 0.02*million,
		"Upkeep invocations":                      730 * 12,
		"Upkeep time":                             730 * 12 * 0.2 * gb,
		"Upkeep lists of the vault":               730 * 12,
		"Upkeep lease and cursors, writes":        730 * (2*12 + 4),
		"Upkeep lease, cursors and index, reads":  730 * (3*12 + 8*4), // 16 halves
		"Upkeep reads of the handlers' secret":    730 * 12,
		"Upkeep log lines, written":               730 * 12 * (400 + 300) / float64(gigabyte),
		"Upkeep alarms":                           2,
		// Four an hour.
		"Upkeep probes, webhooks":                          730 * 4,
		"Upkeep probes, invocations of ingest and process": 730 * 4 * 2,
		"Upkeep probes, time of all three functions":       730 * 4 * (0.6 + 0.014 + 0.026) * gb,
		"Upkeep probes, sent, received and deleted":        730 * 4 * 3,
		"Upkeep probes, writes":                            730 * 4 * 3, // a claim, its end and the note
		"Upkeep probes, reads":                             730 * 4 * 3,
		"Upkeep probes, reads of the sources' secret":      730, // once an hour
		"Upkeep probes, their latency":                     1,
	}
	for _, tt := range []struct {
		name    string
		change  func(*Usage, *Measured)
		changed map[string]float64
	}{
		{"a million, alone", func(*Usage, *Measured) {}, nil},
		{"batches of ten", func(u *Usage, _ *Measured) { u.Batch = 10 }, map[string]float64{
			"Lambda process, invocations":   million / 10,
			"Lambda process, time":          million / 10 * 0.044 * gb,
			"Lambda starts of both":         1.1 * million / 100 * 0.02 * gb,
			"SQS received and deleted":      million / 5,
			"CloudWatch log lines, written": million * (900 + 250) / gigabyte,
			"CloudWatch log lines, kept":    million * (900 + 250 + 26*(6+1.4)) / gigabyte * 1.2,
			"Secrets Manager reads of them": 12*730 + 0.011*million,
		}},
		{"batches of four", func(u *Usage, _ *Measured) { u.Batch = 4 }, map[string]float64{
			"Lambda process, invocations":   million / 4,
			"Lambda process, time":          million / 4 * 0.032 * gb, // 6 ms × 2 + 20 ms
			"Lambda starts of both":         1.25 * million / 100 * 0.02 * gb,
			"SQS received and deleted":      million / 2,
			"CloudWatch log lines, written": million * (900 + 325) / gigabyte,
			"CloudWatch log lines, kept":    million * (900 + 325 + 26*(6+2)) / gigabyte * 1.2,
			"Secrets Manager reads of them": 12*730 + 0.0125*million,
		}},
		{"handlers that wait", func(u *Usage, _ *Measured) { u.HandlerWait = 74 * time.Millisecond }, map[string]float64{
			"Lambda process, time": million * 0.1 * gb,
		}},
		{"payloads kept", func(u *Usage, m *Measured) { u.Payloads = true; m.Event.Message = 1436 }, map[string]float64{
			"DynamoDB ledger, writes":                 4 * million,
			"DynamoDB ledger, kept":                   million * 2048 / gigabyte * 2.4,
			"DynamoDB ledger, point-in-time recovery": million * 2048 / gigabyte * 2.4,
		}},
		{"more than a step", func(_ *Usage, m *Measured) { m.Event.Message = 600 << 10; m.Event.Record = 1436 }, map[string]float64{
			"API Gateway webhooks": 2 * million, "SQS sent": 10 * million, "SQS received and deleted": 11 * million,
			"DynamoDB ledger, writes":                 4 * million,
			"DynamoDB ledger, kept":                   million * 1536 / gigabyte * 2.4,
			"DynamoDB ledger, point-in-time recovery": million * 1536 / gigabyte * 2.4,
		}},
		{"large ones in batches", func(u *Usage, m *Measured) { u.Batch = 10; m.Event.Message = 10 << 10 }, map[string]float64{
			"Lambda process, invocations":   million / 10,
			"Lambda process, time":          million / 10 * 0.044 * gb,
			"Lambda starts of both":         1.1 * million / 100 * 0.02 * gb,
			"SQS received and deleted":      million / 10 * 3, // 100 KB are two requests
			"CloudWatch log lines, written": million * (900 + 250) / gigabyte,
			"CloudWatch log lines, kept":    million * (900 + 250 + 26*(6+1.4)) / gigabyte * 1.2,
			"Secrets Manager reads of them": 12*730 + 0.011*million,
		}},
		{"e-mails with photos", func(u *Usage, _ *Measured) { u.Large = 1000 }, map[string]float64{
			"S3 large bodies, put": 1000, "S3 large bodies, read": 1000,
			"S3 large bodies, kept": 1000 * 4 / 1024.0 * 90 * 24 / 730, // 4 MB each
		}},
		{"lean", func(u *Usage, _ *Measured) { u.Full = false }, map[string]float64{
			"CloudWatch log lines, written":       million * 200 / gigabyte,
			"CloudWatch log lines, kept":          million * (200 + 26) / gigabyte * 1.2,
			"CloudWatch metrics of every event":   0,
			"CloudWatch metrics of rare outcomes": 0.3,
			"CloudWatch alarms":                   7,
			"CloudWatch dashboard":                0,
			"Upkeep log lines, written":           730 * 12 * 400 / float64(gigabyte),
			"Upkeep probes, their latency":        0,
		}},
		{"256 MB", func(u *Usage, m *Measured) { *m = m.with(256) }, map[string]float64{
			"Lambda ingest, time":   million * 0.024 / 4, // 2 ms × 6.91 + 10 ms
			"Lambda process, time":  million * 0.041 / 4, // 3 ms × 6.91 + 20 ms
			"Lambda starts of both": 2 * million / 100 * 0.045 / 4,
			"Upkeep time":           730 * 12 * 0.2 / 4,

			"Upkeep probes, time of all three functions": 730 * 4 * (0.6 + 0.024 + 0.041) / 4,
		}},
		{"as a stack counted", func(u *Usage, _ *Measured) {
			u.Requests, u.IngestTook, u.ProcessTook = 1.5*million, 5*time.Millisecond, 80*time.Millisecond
		}, map[string]float64{
			"API Gateway webhooks": 1.5 * million, "API Gateway answers to them": 1.5 * 256 * million / gigabyte,
			"Lambda ingest, invocations":    1.5 * million,
			"Lambda ingest, time":           1.5 * million * 0.005 * gb,
			"Lambda process, time":          million * 0.08 * gb,
			"Lambda starts of both":         2.5 * million / 100 * 0.02 * gb,
			"CloudWatch log lines, written": million * (1.5*900 + 700) / gigabyte,
			"CloudWatch log lines, kept":    million * (1.5*(900+26*6) + 700 + 26*5) / gigabyte * 1.2,
			"Secrets Manager reads of them": 12*730 + 0.025*million,
		}},
		{"one source", func(u *Usage, _ *Measured) { u.Sources = 1 }, map[string]float64{
			"CloudWatch metrics of every event": 6, "CloudWatch metrics of rare outcomes": 2,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u, m := DefaultUsage(), simple()
			u.Full, u.Arm64 = true, false
			tt.change(&u, &m)
			got, want := map[string]float64{}, map[string]float64{}
			for _, l := range lines(plain(), m, u) {
				got[l.Service+" "+l.What] = l.USD
			}
			for what, usd := range base {
				want[what] = usd
				if other, ok := tt.changed[what]; ok {
					want[what] = other
				}
			}
			about := diff.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(a, b) })
			if d := diff.Diff(want, got, about); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
		})
	}
}

func TestArchitectureChoosesThePrice(t *testing.T) {
	t.Parallel()
	for arm, want := range map[bool]string{false: "x86", true: "arm"} {
		u := DefaultUsage()
		u.Arm64 = arm
		n := 0
		for _, l := range lines(plain(), simple(), u) {
			if l.Unit == want {
				n++
			}
		}
		if n != 5 {
			t.Errorf("arm64 %v: %d lines at the price of %s, want 5", arm, n, want)
		}
	}
}

// TestSecretReads takes few events, which keep no instance of ingest warm, and many, which
// keep several.
func TestSecretReads(t *testing.T) {
	t.Parallel()
	for events, want := range map[float64]float64{
		100:             100 + 2,
		730 * 3600 * 90: 13*12*730 + 0.02*730*3600*90, // 90 a second × 14 ms × 10 = 12.6 at once
	} {
		u := DefaultUsage()
		u.Events = events
		if got := secretReads(simple(), u); math.Abs(got-want) > 1e-6 {
			t.Errorf("%v events: %v reads, want %v", events, got, want)
		}
	}
}

func TestMonth(t *testing.T) {
	t.Parallel()
	p := plain()
	p.Of.APIRequest.Per = 4
	u := DefaultUsage()
	u.Events = 2 * million
	b, err := Month(p, simple(), u)
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, l := range b.Lines {
		total += l.USD
	}
	if b.Lines[0].USD != million/2 {
		t.Errorf("2 million at 1 for 4 cost %v", b.Lines[0].USD)
	}
	u.Events = 3 * million
	more, err := Month(p, simple(), u)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]float64{
		"total": {b.TotalUSD, total}, "each": {b.EachUSD, total / 2}, "further": {b.FurtherUSD, more.TotalUSD - total},
		"ingest": {b.IngestMS, 14}, "process": {b.ProcessMS, 26},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-6 {
			t.Errorf("%s = %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestUsageCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		usage Usage
		want  string
	}{
		{DefaultUsage(), "<nil>"},
		{Usage{Events: 0.5, Batch: 1, Sources: 1}, "events: 0.5 a month; give 1 to 1e+15"},
		{Usage{Events: math.NaN(), Batch: 1, Sources: 1}, "events: NaN a month; give 1 to 1e+15"},
		{Usage{Events: math.Inf(1), Batch: 1, Sources: 1}, "events: +Inf a month; give 1 to 1e+15"},
		{Usage{Events: 1, Batch: 0.9, Sources: 1}, "batch: 0.9; a batch has 1 to 10 events"},
		{Usage{Events: 1, Batch: 11, Sources: 1}, "batch: 11; a batch has 1 to 10 events"},
		{Usage{Events: 1, Batch: math.NaN(), Sources: 1}, "batch: NaN; a batch has 1 to 10 events"},
		{Usage{Events: 1, Batch: 1}, "sources: 0; give at least 1"},
		{Usage{Events: 1, Batch: 1, Sources: 1, Large: 2}, "large: 2 of 1 events; give 0 to all of them"},
		{Usage{Events: 1, Batch: 1, Sources: 1, HandlerWait: -time.Second}, "handler wait: -1s; give a time of 0 or more"},
	} {
		if got := fmt.Sprint(tt.usage.Check()); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.usage, got, tt.want)
		}
		if _, err := Month(plain(), simple(), tt.usage); fmt.Sprint(err) != tt.want {
			t.Errorf("month of %+v: %v, want %s", tt.usage, err, tt.want)
		}
	}
}
