package memory

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// A backlog holds messages so that the next one to receive, and the one of a receipt, are
// found at once however many there are. The zero backlog is empty.
type backlog struct {
	heap   []*message // the next one to receive first: by visible, then by order
	byID   map[string]*message
	came   uint64    // how many messages ever came
	oldest time.Time // no message was sent earlier
}

func (b *backlog) add(m *message) {
	if b.byID == nil {
		b.byID = map[string]*message{}
	}
	if len(b.heap) == 0 || m.wire.Sent.Before(b.oldest) {
		b.oldest = m.wire.Sent
	}
	b.came++
	m.order = b.came
	b.byID[m.wire.MessageID] = m
	heap.Push((*byVisible)(b), m)
}

func (b *backlog) remove(m *message) {
	delete(b.byID, m.wire.MessageID)
	heap.Remove((*byVisible)(b), m.place)
}

// show sets when m can be received.
func (b *backlog) show(m *message, at time.Time) {
	m.visible = at
	heap.Fix((*byVisible)(b), m.place)
}

// first returns the next message to receive, or nil.
func (b *backlog) first() *message {
	if len(b.heap) == 0 {
		return nil
	}
	return b.heap[0]
}

// sorted returns the messages in the order in which they came.
func (b *backlog) sorted() []*message {
	return slices.SortedFunc(slices.Values(b.heap), func(x, y *message) int { return cmp.Compare(x.order, y.order) })
}

// age finds out again how old the oldest message is.
func (b *backlog) age() {
	for i, m := range b.heap {
		if i == 0 || m.wire.Sent.Before(b.oldest) {
			b.oldest = m.wire.Sent
		}
	}
}

// byVisible is a backlog as package heap wants it.
type byVisible backlog

func (b *byVisible) Len() int { return len(b.heap) }

func (b *byVisible) Less(i, j int) bool {
	x, y := b.heap[i], b.heap[j]
	if !x.visible.Equal(y.visible) {
		return x.visible.Before(y.visible)
	}
	return x.order < y.order
}

func (b *byVisible) Swap(i, j int) {
	b.heap[i], b.heap[j] = b.heap[j], b.heap[i]
	b.heap[i].place, b.heap[j].place = i, j
}

func (b *byVisible) Push(x any) {
	m := x.(*message) //nolint:forcetypeassert // of add alone
	m.place = len(b.heap)
	b.heap = append(b.heap, m)
}

func (b *byVisible) Pop() any {
	last := len(b.heap) - 1
	m := b.heap[last]
	b.heap[last] = nil
	b.heap = b.heap[:last]
	return m
}
