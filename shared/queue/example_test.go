package queue_test

import (
	"fmt"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func Example() {
	sent := queue.Message{Event: webhook.Event{
		Source:   "contiguity",
		Provider: "contiguity",
		ID:       "evt_1",
		Type:     "text.incoming.sms",
		Received: time.UnixMilli(1772366400007),
		Raw:      []byte("not text: \x00"),
	}}
	w, err := queue.Encode(sent)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Attributes[queue.AttrEncoding], w.Body)

	got := queue.Decode(w)
	fmt.Printf("%q, unreadable: %v\n", got.Raw, got.Unreadable)

	delete(w.Attributes, queue.AttrSource)
	fmt.Println("unreadable:", queue.Decode(w).Unreadable)
	// Output:
	// base64 bm90IHRleHQ6IAA=
	// "not text: \x00", unreadable: <nil>
	// unreadable: attribute source is missing
}
