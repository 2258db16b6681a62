package simulate_test

import (
	"fmt"

	"webhookintake/shared/simulate"
)

// A seed decides everything, so a schedule that finds a violation can be replayed.
func Example() {
	s, err := simulate.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	first, again, other := s.Plan(7), s.Plan(7), s.Plan(8)
	fmt.Println(first == again, first == other)
	// Output: true false
}
