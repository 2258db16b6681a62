package cost

import (
	"errors"
	"strings"
	"testing"
)

func TestDefaultFiles(t *testing.T) {
	t.Parallel()
	if _, err := DefaultPrices(); err != nil {
		t.Error(err)
	}
	if _, err := DefaultMeasured(); err != nil {
		t.Error(err)
	}
}

// TestIncompleteFiles removes a figure at a time: without it the bill would be too low.
func TestIncompleteFiles(t *testing.T) {
	t.Parallel()
	prices := func(text string) error { _, err := parsePrices([]byte(text)); return err }
	measured := func(text string) error { _, err := parseMeasured([]byte(text)); return err }
	for _, tt := range []struct {
		name     string
		parse    func(string) error
		file     []byte
		old, new string
	}{
		{"no JSON", prices, pricesFile, "{", ""},
		{"a price misspelt", prices, pricesFile, `"alarm"`, `"alarms"`},
		{"a price that nothing uses", prices, pricesFile, `"prices": {`, `"prices": {"more": {},`},
		{"a price of 0", prices, pricesFile, `"usd": 0.10`, `"usd": 0`},
		{"a price for 0 units", prices, pricesFile, `"per": 10000`, `"per": 0`},
		{"a price without unit", prices, pricesFile, `"dashboards"`, `""`},
		{"a price without page", prices, pricesFile, `"https://aws.amazon.com/sqs/pricing/"`, `""`},
		{"prices without a date", prices, pricesFile, `"date": "2`, `"date": "x`},
		{"a figure misspelt", measured, measuredFile, `"aws_calls"`, `"calls"`},
		{"a figure that nothing uses", measured, measuredFile, `"ingest": {`, `"ingest": {"more": 1,`},
		{"no processor time", measured, measuredFile, `"cpu_ms": `, `"cpu_ms": -`},
		{"no memory", measured, measuredFile, `"memory_mb": `, `"memory_mb": -`},
		{"no writes", measured, measuredFile, `"writes": `, `"writes": -`},
		{"measured without a date", measured, measuredFile, `"date": "2`, `"date": "x`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(tt.file), tt.old) {
				t.Fatalf("the file has no %s", tt.old)
			}
			err := tt.parse(strings.Replace(string(tt.file), tt.old, tt.new, 1))
			if !errors.Is(err, ErrFile) {
				t.Errorf("error = %v, want ErrFile", err)
			}
		})
	}
}
