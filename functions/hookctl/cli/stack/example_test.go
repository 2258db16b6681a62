package stack_test

import (
	"fmt"

	"webhookintake/functions/hookctl/cli/stack"
)

// The variables that the functions read name the engines on this machine.
func Example() {
	s := stack.FromEnvironment(config, environment(map[string]string{"TABLE_NAME": "ledger"}))
	fmt.Println(s.Get(stack.Table))
	fmt.Println(s.Get(stack.DeadLetters))
	// Output:
	// ledger <nil>
	//  DeadLettersUrl is not known: give --stack NAME, or for engines on this machine the variable DLQ_URL
}
