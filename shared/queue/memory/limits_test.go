package memory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
)

func TestPutRefusesWhatSQSRefuses(t *testing.T) {
	t.Parallel()
	many := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint("a", i)] = "v"
		}
		return m
	}
	full := strings.Repeat("x", queue.MaxBytes)
	for _, tt := range []struct {
		name       string
		body       string
		attributes map[string]string
		want       error
	}{
		{name: "1 MiB", body: full},
		{name: "over", body: full + "x", want: queue.ErrTooLarge},
		{name: "1 MiB with its attributes", body: full[8:], attributes: map[string]string{"a": "v"}},
		{name: "over with its attributes", body: full[7:], attributes: map[string]string{"a": "v"}, want: queue.ErrTooLarge},
		{name: "empty", body: "", want: queue.ErrInvalid},
		{name: "NUL", body: "\x00", want: queue.ErrInvalid},
		{name: "invalid UTF-8", body: "\xff", want: queue.ErrInvalid},
		{name: "ten attributes", body: "x", attributes: many(10)},
		{name: "eleven", body: "x", attributes: many(11), want: queue.ErrInvalid},
		{name: "attribute's name", body: "x", attributes: map[string]string{"a b": "v"}, want: queue.ErrInvalid},
		{name: "empty attribute", body: "x", attributes: map[string]string{"a": ""}, want: queue.ErrInvalid},
		{name: "attribute's value", body: "x", attributes: map[string]string{"a": "\uFFFE"}, want: queue.ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := memory.New(memory.Options{})
			if err := q.Put(queue.Wire{Body: tt.body, Attributes: tt.attributes}, 0); !errors.Is(err, tt.want) {
				t.Errorf("Put = %v, want %v", err, tt.want)
			}
			want := memory.Counts{}
			if tt.want == nil {
				want.Visible = 1
			}
			wantCounts(t, q, want)
		})
	}
}

func TestReceiveRefusesOtherThan1To10(t *testing.T) {
	t.Parallel()
	q := memory.New(memory.Options{})
	for _, limit := range []int{-1, 0, 11} {
		if _, err := q.Receive(t.Context(), limit, 0); !errors.Is(err, memory.ErrInvalidParameterValue) {
			t.Errorf("Receive(%d) = %v, want InvalidParameterValue", limit, err)
		}
	}
}

func TestReceiptsOfNoQueue(t *testing.T) {
	t.Parallel()
	q := memory.New(memory.Options{})
	send(t, q, "evt_1")
	receive(t, q, "evt_1")
	for _, receipt := range []string{"", "m1", "m1#", "m1#0", "m1#-1", "1#1", "m1#x"} {
		if err := q.Delete(t.Context(), []string{receipt})[0]; !errors.Is(err, memory.ErrReceiptHandleIsInvalid) {
			t.Errorf("Delete(%q) = %v, want ReceiptHandleIsInvalid", receipt, err)
		}
	}
	wantCounts(t, q, memory.Counts{InFlight: 1})
}

func TestNobodyChangesWhatIsInTheQueue(t *testing.T) {
	t.Parallel()
	q := memory.New(memory.Options{})
	w, err := queue.Encode(event("evt_1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Put(w, 0); err != nil {
		t.Fatal(err)
	}
	w.Attributes["id"] = "changed"
	q.Messages()[0].Wire.Attributes["id"] = "changed"
	m := receive(t, q, "evt_1")[0]
	m.Wire.Attributes["id"], m.Raw[0] = "changed", '!'
	if m = q.Messages()[0]; m.ID != "evt_1" || string(m.Raw) != "{}" || m.Wire.Receipt != "" || m.Wire.Receives != 1 {
		t.Errorf("in the queue: %v, receipt %q, receives %d", m, m.Wire.Receipt, m.Wire.Receives)
	}
}
