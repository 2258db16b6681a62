package main

import "strconv"

// wholeProcessor is the memory, in MB, with which Lambda gives a function one whole
// processor; with less it gives a share in proportion.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const wholeProcessor = 1769

// processors returns the argument for runtime.GOMAXPROCS: 1 for a function with less than
// one processor, whose threads would only take turns; waking them costs a sixth of the CPU
// time (make bench). It returns 0, which changes nothing, for any other function and if the
// environment sets GOMAXPROCS.
func processors(getenv func(string) string) int {
	megabytes, err := strconv.ParseUint(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 32)
	if err != nil || megabytes >= wholeProcessor || getenv("GOMAXPROCS") != "" {
		return 0
	}
	return 1
}
