package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// An event is one webhook that a provider may send, with what the checkers must know about
// it. They take none of it from the code under test.
type event struct {
	provider webhook.Provider
	id, typ  string
	body     string
	entity   string // what SkipStale handlers keep the newest event of
	at       int64  // the event's own time, unix seconds
	window   time.Duration
	handlers []string // of its type
	person   string   // whose conversation it moves; empty if none
}

// source is the name that the event is posted to; sources are named as their providers.
func (e *event) source() string { return e.provider.Name() }

// key returns the dedup key that the event must get.
func (e *event) key() string { return e.source() + "#" + e.id }

// The windows within which a second arrival is a duplicate, as the product promises them:
// for an id given by the provider, and for one made from the content.
const eventWindow, hashWindow = 30 * 24 * time.Hour, time.Hour

// catalogue lists the events that providers send. Two events are about one entity, and two
// different bodies share one id.
func catalogue() []*event {
	texts := []string{"reply", "note"}
	statuses := []string{"status", "tally"}
	return []*event{
		text("evt_sms1", "text.incoming.sms", `{"from":"a","body":"one"}`, 100, "", texts),
		text("evt_sms2", "text.incoming.sms", `{"from":"b","body":"two"}`, 101, "", texts),
		text("evt_sms1", "text.incoming.sms", `{"from":"a","body":"other"}`, 100, "", texts),
		text("evt_misfit", "text.incoming.sms", `{"from":7}`, 102, "", texts),
		text("evt_sent1", "text.delivery.confirmed", `{"message_id":"m1"}`, 200, "m1", statuses),
		text("evt_lost1", "text.delivery.failed", `{"message_id":"m1"}`, 300, "m1", statuses),
		text("evt_sent2", "text.delivery.confirmed", `{"message_id":"m2"}`, 200, "m2", statuses),
		text("evt_mail", "email.incoming", `{}`, 103, "", nil),
		session("evt_approved1", "kyc.session.approved", []string{"credit", "notify", "audit"}),
		session("evt_approved2", "kyc.session.approved", []string{"credit", "notify", "audit"}),
		session("evt_completed", "kyc.session.completed", []string{"check", "sync", "audit"}),
		session("evt_watch", "kyc.watchlist.match", []string{"audit"}),
		match(1),
		match(2),
		chat("evt_chat1", "ann"),
		chat("evt_chat2", "ann"),
		chat("evt_chat3", "ann"),
		chat("evt_chat4", "bob"),
	}
}

func chat(id, person string) *event {
	e := text(id, "imessage.incoming", fmt.Sprintf(`{"from":%q,"to":"us","body":"hello"}`, person), 104, "", []string{"move", "say"})
	e.person = person
	return e
}

func text(id, typ, data string, at int64, entity string, handlers []string) *event {
	body := fmt.Sprintf(`{"id":%q,"type":%q,"timestamp":%d,"data":%s}`, id, typ, at, data)
	return &event{
		provider: contiguity.Provider{}, id: id, typ: typ, body: body, entity: entity, at: at,
		window: eventWindow, handlers: handlers,
	}
}

func session(id, typ string, handlers []string) *event {
	body := fmt.Sprintf(`{"id":%q,"type":%q,"created":946681200,"data":{"session_id":"s-%s","status":"APPROVED"}}`, id, typ, id)
	return &event{
		provider: kyc.Provider{}, id: id, typ: typ, body: body, at: 946681200,
		window: eventWindow, handlers: handlers,
	}
}

func match(n int) *event {
	body := fmt.Sprintf(`{"id":%d,"name":"Demo","tin":"000000000","status":"Pending","irs_code":null}`, n)
	sum := sha256.Sum256([]byte(body))
	return &event{
		provider: compliancely.Provider{}, id: "sha256:" + hex.EncodeToString(sum[:]), typ: "tin_match", body: body,
		window: hashWindow, handlers: []string{"alert", "sum"},
	}
}

// atMostOnce reports whether the handler was registered as at most once.
func atMostOnce(handler string) bool {
	return handler == "reply" || handler == "notify" || handler == "say"
}

// before returns the handlers that must be done before the handler runs.
func before(handler string) []string {
	return map[string][]string{"sync": {"check"}, "say": {"move"}}[handler]
}

// counting reports whether the handler adds one to a number for each event.
func counting(handler string) bool {
	return handler == "tally" || handler == "credit" || handler == "sum"
}

// skipsStale reports whether the handler skips events older than the entity's newest.
func skipsStale(handler string) bool { return handler == "status" }

// movesState reports whether the handler moves a conversation.
func movesState(handler string) bool { return handler == "move" }

// retries returns when a provider tries again after each try that was not acknowledged.
func retries(provider string) []time.Duration {
	switch provider {
	case "compliancely": // as documented
		return []time.Duration{3 * time.Minute, 6 * time.Minute}
	case "kyc": // may retry; the schedule is not documented
		return []time.Duration{30 * time.Second, 5 * time.Minute, 2 * time.Hour}
	}
	return []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, time.Hour}
}
