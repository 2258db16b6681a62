package sources

import (
	"fmt"
	"time"

	"webhookintake/shared/webhook"
)

// URLValid is how long a URL of compliancely.CallbackURL is valid unless its maker says
// otherwise. It is also the longest window that a source can have.
const URLValid = 30 * 24 * time.Hour

// ReplayGap says that webhooks to a URL that is valid for so long can be replayed between the
// end of the source's dedup window and the URL's; empty if they cannot, or if the source
// does not check URLs. Which URLs are in use, and how long they are valid, only those know
// who submitted them.
func ReplayGap(s webhook.Settings, valid time.Duration) string {
	window := s.Window(webhook.BodyHash)
	if len(s.URLSecrets) == 0 || window >= valid {
		return ""
	}
	return fmt.Sprintf("a webhook can be replayed from %s after it came (%s) until its URL expires, up to %s after the URL was made; set --dedup-window %d, or make URLs that are valid for less",
		span(window), webhook.FieldWindow, span(valid), int(min(valid, webhook.GivenWindow).Seconds()))
}

// span returns a duration in whole days, hours or seconds.
func span(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if d >= unit.size && d%unit.size == 0 {
			if n := d / unit.size; n > 1 {
				return fmt.Sprintf("%d %s", n, unit.name)
			}
			return "1 " + unit.name[:len(unit.name)-1]
		}
	}
	return d.String()
}
