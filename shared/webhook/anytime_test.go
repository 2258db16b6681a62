package webhook_test

import (
	"testing"
	"time"

	"webhookintake/shared/webhook"
)

func TestAnyTime(t *testing.T) {
	t.Parallel()
	at := time.Unix(1790000000, 0).UTC() // 2026-09-21T14:13:20Z
	for text, want := range map[string]time.Time{
		`1790000000`:                      at,
		`"1790000000"`:                    at,
		`1.79e9`:                          at,
		`1790000000.25`:                   at.Add(250 * time.Millisecond),
		`1790000000250`:                   at.Add(250 * time.Millisecond),
		`"1790000000250.5"`:               at.Add(250500 * time.Microsecond),
		`"2026-09-21T14:13:20Z"`:          at,
		`"2026-09-21T16:13:20.25+02:00"`:  at.Add(250 * time.Millisecond),
		`"2026-09-21T14:13:20"`:           at,
		`"2026-09-21 14:13:20.25"`:        at.Add(250 * time.Millisecond),
		`"2026-09-21 14:13:20Z"`:          at,
		`"2026-09-21T16:13:20.25+0200"`:   at.Add(250 * time.Millisecond),
		`"2026-09-21 14:13:20+0000"`:      at,
		`"2026-09-21t14:13:20z"`:          at,
		`"\t1790000000 "`:                 at,
		`0`:                               time.Unix(0, 0).UTC(),
		`-5`:                              time.Unix(-5, 0).UTC(),
		`-1790000000000`:                  time.Unix(-1790000000, 0).UTC(),
		`99999999999`:                     time.Unix(99999999999, 0).UTC(),
		`"Mon, 21 Sep 2026 14:13:20 GMT"`: {},
		`"2026-09-21"`:                    {},
		`"soon"`:                          {},
		`""`:                              {},
		`null`:                            {},
		`true`:                            {},
		`[1790000000]`:                    {},
		`{"seconds":1790000000}`:          {},
		`1e999`:                           {},
		`1e300`:                           {},
		`"NaN"`:                           {},
		`"Inf"`:                           {},
		`"1790000000,1790000000"`:         {},
	} {
		o, err := webhook.ParseObject([]byte(`{"created":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := o.AnyTime("created"); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("AnyTime of %s = %v, want %v", text, got, want)
		}
	}
}
