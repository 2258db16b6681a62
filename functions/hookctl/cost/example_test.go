package cost_test

import (
	"errors"
	"fmt"

	"webhookintake/functions/hookctl/cost"
)

// Print the first line of the bill of three million events.
func ExampleMonth() {
	prices, err1 := cost.DefaultPrices()
	measured, err2 := cost.DefaultMeasured()
	usage := cost.DefaultUsage()
	usage.Events = 3e6
	bill, err3 := cost.Month(prices, measured, usage)
	if err := errors.Join(err1, err2, err3); err != nil {
		fmt.Println(err)
		return
	}
	first := bill.Lines[0]
	fmt.Printf("%s, %s: %.0f %s\n", first.Service, first.What, first.Quantity, first.Unit)
	// Output: API Gateway, webhooks: 3000000 requests
}
