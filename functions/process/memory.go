package main

import "strconv"

// memoryLimit returns the limit for debug.SetMemoryLimit: 85 % of the function's memory, so
// that the runtime collects garbage before Lambda ends the process for using more than all
// of it. The rest is for what the limit does not include, such as the program itself, and
// for what is allocated before a collection ends. It returns -1, which changes nothing,
// where GOMEMLIMIT sets a limit or the function's memory is not known.
func memoryLimit(getenv func(string) string) int64 {
	megabytes, err := strconv.ParseUint(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 10, 32)
	if err != nil || megabytes == 0 || getenv("GOMEMLIMIT") != "" {
		return -1
	}
	return int64(megabytes) << 20 / 100 * 85
}
