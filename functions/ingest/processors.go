package main

// processors returns the argument for runtime.GOMAXPROCS: 1, because a function has one
// request at a time. With more, each goroutine that waits for the network wakes another
// thread, which costs a quarter of the CPU time (make bench). It returns 0, which changes
// nothing, if the environment sets GOMAXPROCS.
func processors(getenv func(string) string) int {
	if getenv("GOMAXPROCS") != "" {
		return 0
	}
	return 1
}
