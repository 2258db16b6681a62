package doctor_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/doctor"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
)

// witness registers a handler for all events of contiguity.
func witness(fn func() error, opts ...hook.Option) func(r *hook.Registry) {
	return func(r *hook.Registry) {
		hook.OnProvider(r, contiguity.Provider{}, "witness",
			func(context.Context, hook.Event[json.RawMessage]) error { return fn() }, opts...)
	}
}

func fine() error { return nil }

func TestHandlers(t *testing.T) {
	t.Parallel()
	known := func(source string, yes bool, register func(r *hook.Registry)) func(w *world) {
		return func(w *world) {
			register(&w.known)
			register(&w.running)
			w.options.Source, w.options.Yes = source, yes
		}
	}
	typed := func(r *hook.Registry) {
		hook.On(r, compliancely.TINMatch, "tin", func(context.Context, hook.Event[compliancely.TINResult]) error { return nil })
	}
	examine(t, []row{
		{"one handles it", known("contiguity", false, witness(fine)), "handlers", doctor.Failed, []string{": witness;", "--yes"}},
		{"one may handle it", known("contiguity", true, witness(fine)), "handlers", doctor.Warned, []string{": witness; next: "}},
		{"one handled it", known("contiguity", true, witness(fine)), "ledger", doctor.Passed, []string{"completed (handled by witness)"}},
		{"at most once", known("contiguity", true, witness(fine, hook.AtMostOnce)), "handlers", doctor.Warned,
			[]string{"witness (at most once)", "check what"}},
		{"another source is preferred", known("", false, witness(fine)), "sources", doctor.Passed, []string{"goes to kyc"}},
		{"one handles the product's type", known("compliancely", false, typed), "handlers", doctor.Failed, []string{"events tin_match of provider compliancely", ": tin;"}},
		{"registering fails", func(w *world) {
			w.options.Handlers = func() (*hook.Registry, error) { return nil, errBroken }
		}, "sources", doctor.Failed, []string{"list the handlers: broken", "checkout that was deployed"}},
		{"one that the checkout does not have", func(w *world) { witness(fine)(&w.running) }, "ledger", doctor.Warned,
			[]string{"handled by witness", "does not register"}},
	})
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	signed := func(r *http.Request) bool { return r.Header.Get("Contiguity-Signature") != "" }
	hooks := func(fn func(r *http.Request) (int, string)) func(w *world) {
		return func(w *world) {
			w.answer(func(r *http.Request) (int, string) {
				if r.Method == http.MethodGet {
					return 0, ""
				}
				return fn(r)
			})
		}
	}
	unless := func(pass func(*http.Request) bool, status int, body string) func(w *world) {
		return hooks(func(r *http.Request) (int, string) {
			if pass(r) {
				return 0, ""
			}
			return status, body
		})
	}
	nothing := func(*http.Request) bool { return false }
	signedSeen := 0 // the first signed one is forged
	forgedOnly := func(r *http.Request) bool {
		if signed(r) {
			signedSeen++
		}
		return signedSeen < 2
	}
	posts := 0 // unsigned, forged, signed, signed
	examine(t, []row{
		{"everything is accepted", unless(nothing, 200, `{"status":"accepted","id":"x"}`), "refusal", doctor.Failed,
			[]string{"an unsigned webhook was accepted: 200", "take it offline"}},
		{"any signature is accepted", unless(func(r *http.Request) bool { return !signed(r) }, 202, ``), "refusal", doctor.Failed,
			[]string{"a forged webhook was accepted: 202"}},
		{"something else refuses", unless(nothing, 403, `{"message":"Forbidden"}`), "refusal", doctor.Failed,
			[]string{"answered 403, not 401 signature_missing", "what is in front of it"}},
		{"something else wants a login", unless(nothing, 401, `{"message":"Unauthorized"}`), "refusal", doctor.Failed, []string{"answered 401, not"}},
		{"something else sends control characters", unless(nothing, 401, `{"error":"\u001b[2Jsignature_missing"}`), "refusal", doctor.Failed,
			[]string{"answered 401, not"}},
		{"an unknown source", unless(nothing, 404, `{"error":"unknown_source"}`), "refusal", doctor.Failed, []string{"404 unknown_source", "every 5 minutes"}},
		{"sources are not there", unless(nothing, 503, `{"error":"sources_unavailable"}`), "refusal", doctor.Failed, []string{"LOGS OF INGEST"}},
		{"the queue is not there", unless(forgedOnly, 503, `{"error":"queue_unavailable"}`), "accepted", doctor.Failed,
			[]string{"503 queue_unavailable", "QUEUE_URL", "LOGS OF INGEST"}},
		{"other secrets", give(`{"contiguity": {"secrets": ["s3cr3t-other"]}}`, nil), "accepted", doctor.Failed,
			[]string{"401 signature_mismatch", "other secrets than the document"}},
		{"the connection breaks", func(w *world) {
			w.options.Source = "contiguity-v1" // whose token is in the URL
			hooks(func(*http.Request) (int, string) {
				if posts++; posts < 3 {
					return 0, ""
				}
				return -1, ""
			})(w)
		}, "accepted", doctor.Failed, []string{"send the signed webhook: broken", "reachable from here"}},
		{"another clock", func(w *world) { w.options.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, "accepted", doctor.Failed,
			[]string{"401 timestamp_outside_window", "clock"}},
	})
}

func TestAcceptedWithAnotherID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		posts := 0
		w.answer(func(r *http.Request) (int, string) {
			if r.Method == http.MethodPost {
				posts++
			}
			if posts < 4 {
				return 0, ""
			}
			return 200, `{"status":"accepted","id":"evt\nother"}`
		})
		got := step(t, w.examine(), "again")
		if got.Status != doctor.Failed || !strings.Contains(got.Found, `another id: "evt\nother", want evt_doctor_`) {
			t.Error(line(got))
		}
	})
}

// TestRedirectsAreNotRead wants only the status of a redirect reported, as it may repeat the
// token, even if it does not lead to a valid URL.
func TestRedirectsAreNotRead(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"https://elsewhere.example/", "https://elsewhere\x7f/"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.options.Source = "contiguity-v1" // whose token is in the URL
			intake := w.options.Transport
			w.options.Transport = direct{http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.URL.RawQuery, "s3cr3t") {
					answer, err := intake.RoundTrip(r)
					if err != nil {
						t.Error(err)
						return
					}
					defer answer.Body.Close()
					rw.WriteHeader(answer.StatusCode)
					_, _ = io.Copy(rw, answer.Body)
					return
				}
				rw.Header().Set("Location", location+"?"+r.URL.RawQuery)
				rw.WriteHeader(http.StatusFound)
			})}
			if got := step(t, w.examine(), "accepted"); got.Status != doctor.Failed || !strings.Contains(got.Found, "was answered 302") {
				t.Error(line(got))
			}
		})
	}
}
