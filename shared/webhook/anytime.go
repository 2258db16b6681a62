package webhook

import (
	"strconv"
	"strings"
	"time"
)

// minMillis is the least number that [AnyTime] reads as milliseconds: as seconds it would
// be a time after the year 5000, as milliseconds it is in 1973.
const minMillis = 1e11

// layouts are the textual forms of [AnyTime]: RFC 3339, the same with a zone as +0200, and
// without a zone, which is UTC. A fraction of a second may follow the seconds of each.
var layouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"}

// AnyTime reads a time whose form the sender does not document: a number of seconds or
// milliseconds since 1970, with or without a fraction, or a text as in RFC 3339 or ISO 8601.
// It returns the zero time if text is none of these.
func AnyTime(text string) time.Time {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		if n >= minMillis || n <= -minMillis {
			text = strconv.FormatFloat(n/1000, 'f', -1, 64)
		}
		return UnixTime(text)
	}
	text = strings.ToUpper(text)
	if len(text) > 10 && text[10] == ' ' {
		text = text[:10] + "T" + text[11:]
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// AnyTime reads the field of that name, a number or a string, as the function AnyTime does.
func (o Object) AnyTime(field string) time.Time {
	if text, ok := o.Text(field); ok {
		return AnyTime(text)
	}
	return AnyTime(string(o.Get(field)))
}
