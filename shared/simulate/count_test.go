//go:build !race

package simulate

// defaultSchedules is how many schedules TestSchedules runs; raceDetector says whether
// each takes ten times as long.
const (
	defaultSchedules = 100_000
	raceDetector     = false
)
