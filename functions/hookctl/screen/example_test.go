package screen_test

import (
	"log/slog"
	"os"

	"webhookintake/functions/hookctl/screen"
)

// What handlers log is taken as short lines and shown among the others.
func Example() {
	s := screen.New(os.Stdout, func(string) string { return "1" }) // NO_COLOR is set
	logs := screen.NewLogs()
	slog.New(logs).Info("would reply", "id", "evt_1")

	s.Print("%s %s", s.Good("handled"), "evt_1")
	for _, line := range logs.Take() {
		s.Print("   %s", s.Dim(line))
	}
	// Output:
	// handled evt_1
	//    would reply  id=evt_1
}
