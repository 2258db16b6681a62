package main

import "testing"

func TestProcessors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, megabytes, goMaxProcs string
		want                        int
	}{
		{"a share of a processor", "512", "", 1},
		{"just under one", "1768", "", 1},
		{"one", "1769", "", 0},
		{"six", "10240", "", 0},
		{"set by the user", "512", "2", 0},
		{"not on Lambda", "", "", 0},
		{"not a number", "all", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": tt.megabytes, "GOMAXPROCS": tt.goMaxProcs}
			if got := processors(func(name string) string { return env[name] }); got != tt.want {
				t.Errorf("processors = %d, want %d", got, tt.want)
			}
		})
	}
}
