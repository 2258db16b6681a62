package main

import (
	"runtime/debug"
	"strconv"
)

// limitMemory makes the runtime collect garbage before the function reaches its memory:
// past that, Lambda ends the process. It leaves a limit as it is that GOMEMLIMIT sets.
func limitMemory(getenv func(string) string) {
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")))
	}
}

// memoryLimit returns 85 % of the function's memory, which Lambda gives in MB, as bytes. The
// rest is for what the limit does not include, such as the program itself, and for what is
// allocated before a collection ends. It returns -1, which changes nothing, where the
// function's memory is not known.
func memoryLimit(megabytes string) int64 {
	n, err := strconv.ParseUint(megabytes, 10, 32)
	if err != nil || n == 0 {
		return -1
	}
	return int64(n) << 20 / 100 * 85
}
