package queuetest

import (
	"testing"

	"webhookintake/shared/queue"
)

// strange is not the receipt of any queue.
const strange = "no receipt"

func deleteCases() []testCase {
	return []testCase{
		{name: "delete", quote: "Delete removes messages for good, by the receipts of their latest receive.", visibility: shortVisibility, prove: deleted},
		{name: "delete answers in place", quote: "It returns one error for each receipt, nil if the message is removed", prove: deleteInPlace},
		{name: "delete nothing", quote: "It returns one error for each receipt, nil if the message is removed", prove: deleteNothing},
		{name: "delete twice", quote: "deleting twice is not an error.", prove: deleteTwice},
		{name: "delete by the latest receipt", quote: "by the receipts of their latest receive.", visibility: shortVisibility, prove: deleteByNewest},
		{name: "delete by an earlier receipt", quote: "With the receipt of an earlier receive it may return nil and leave the message.", prove: deleteByEarlier},
	}
}

func deleted(t *testing.T, h Harness) {
	sendMany(t, h.Queue, 2)
	got := receive(t, h.Queue, 2)
	wantAnswers(t, h.Queue.Delete(t.Context(), receipts(got[:1])), 1)
	again := receiveOne(t, h.Queue) // the other one, after its visibility timeout
	wantEvent(t, again, got[1])
	wantNone(t, h.Queue, 0)
}

func deleteInPlace(t *testing.T, h Harness) {
	sendMany(t, h.Queue, 12) // more than fit into one request of SQS
	all := receipts(receive(t, h.Queue, 12))
	all[3], all[10] = strange, strange
	wantAnswers(t, h.Queue.Delete(t.Context(), all), 12, 3, 10)
}

func deleteNothing(t *testing.T, h Harness) {
	wantAnswers(t, h.Queue.Delete(t.Context(), nil), 0)
	wantAnswers(t, h.Queue.Defer(t.Context(), nil), 0)
}

func deleteTwice(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	receipt := []string{receiveOne(t, h.Queue).Wire.Receipt}
	wantAnswers(t, h.Queue.Delete(t.Context(), receipt), 1)
	var bad []int
	if h.ForgetsReceipts {
		bad = []int{0}
	}
	wantAnswers(t, h.Queue.Delete(t.Context(), receipt), 1, bad...)
}

func deleteByNewest(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	old := receiveOne(t, h.Queue).Wire.Receipt
	wantAnswers(t, h.Queue.Defer(t.Context(), []queue.Deferral{{Receipt: old}}), 1)
	newest := receiveOne(t, h.Queue).Wire.Receipt
	wantAnswers(t, h.Queue.Delete(t.Context(), []string{newest}), 1)
	wantNone(t, h.Queue, shortVisibility)
}

// deleteByEarlier leaves open whether the message remains, but the latest receipt must
// remove it.
func deleteByEarlier(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	earlier := receiveOne(t, h.Queue).Wire.Receipt
	wantAnswers(t, h.Queue.Defer(t.Context(), []queue.Deferral{{Receipt: earlier}}), 1)
	newest := receiveOne(t, h.Queue).Wire.Receipt
	if errs := h.Queue.Delete(t.Context(), []string{earlier}); len(errs) != 1 {
		t.Errorf("Delete by an earlier receipt gave %d answers", len(errs))
	}
	h.Queue.Delete(t.Context(), []string{newest})
	h.Queue.Defer(t.Context(), []queue.Deferral{{Receipt: newest}}) // would show the message if it were still there
	wantNone(t, h.Queue, 0)
}
