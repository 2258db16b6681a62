package webhook

import (
	"math"
	"strconv"
	"time"
)

// The seconds of the years 0 to 9999, outside which a time has no RFC 3339 form. A
// value in milliseconds lies outside too, so it is not taken for seconds.
const (
	minUnix = -62167219200
	maxUnix = 253402300799
)

// ParseSeconds reads the signed time of a header: Unix seconds as 1 to 12 digits,
// with no sign, space or point.
func ParseSeconds(text string) (seconds int64, ok bool) {
	if len(text) < 1 || len(text) > 12 {
		return 0, false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		seconds = seconds*10 + int64(text[i]-'0')
	}
	return seconds, true
}

// Seconds reads the field of that name as a time in Unix seconds, as [UnixTime] does.
func (o Object) Seconds(field string) time.Time { return UnixTime(string(o.Get(field))) }

// UnixTime reads a number of Unix seconds, to the microsecond. It gives the zero time
// where text is none, or none between the years 0 and 9999: an event without a time is
// still an event.
func UnixTime(text string) time.Time {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(minUnix <= seconds && seconds <= maxUnix) { // "NaN" is no time either
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1000).UTC()
}
