package main

import "testing"

func TestProcessors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, goMaxProcs string
		want             int
	}{
		{"not set: one", "", 1},
		{"set: as it is", "2", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"GOMAXPROCS": tt.goMaxProcs}
			if got := processors(func(name string) string { return env[name] }); got != tt.want {
				t.Errorf("processors = %d, want %d", got, tt.want)
			}
		})
	}
}
