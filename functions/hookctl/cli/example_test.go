package cli_test

import (
	"os"
	"time"

	"webhookintake/functions/hookctl/cli"
)

// Text from elsewhere cannot steer a terminal. Times are in the zone of now.
func Example() {
	out := cli.NewWriter(os.Stdout, os.Getenv)
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	out.Print("%s  %s  %s", out.Bad("failed"), "no such\x1b[2J customer", cli.TimeAndAge(now.Add(-time.Hour), now))
	// Output:
	// failed  no such\u001b[2J customer  2026-10-01 11:00:00 UTC (1h ago)
}
