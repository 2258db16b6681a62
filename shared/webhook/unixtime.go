package webhook

import (
	"math"
	"strconv"
	"time"
)

// The seconds of the years 0 to 9999, outside which a time has no RFC 3339 form. A value
// in milliseconds is outside as well, so it is not mistaken for seconds.
const (
	minUnix = -62167219200
	maxUnix = 253402300799
)

// WithinTolerance reports whether a time in Unix seconds is at most toleranceS seconds
// before or after at. A tolerance of 0 allows any time.
func WithinTolerance(signed int64, at time.Time, toleranceS int64) bool {
	age := at.Unix() - signed
	return toleranceS == 0 || -toleranceS <= age && age <= toleranceS
}

// ParseSeconds reads the signed time of a header: Unix seconds as 1 to 12 digits,
// without a sign, space or decimal point.
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

// UnixTime reads a number of Unix seconds, to the microsecond. It returns the zero time if
// text is not a number, or not a time between the years 0 and 9999: an event without a
// time is still an event.
func UnixTime(text string) time.Time {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(minUnix <= seconds && seconds <= maxUnix) { // also excludes NaN
		return time.Time{}
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1000).UTC()
}
