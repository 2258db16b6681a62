package pipeline

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// Logs is a [slog.Handler] that keeps what handlers log, as one line a record: the message
// and the attributes, without time and level. Make it with [NewLogs].
type Logs struct {
	shared *logState
	prefix string // of attributes within groups
	attrs  []string
}

type logState struct {
	mu    sync.Mutex
	lines []string
}

// NewLogs returns empty Logs.
func NewLogs() *Logs { return &Logs{shared: new(logState)} }

// Take returns the lines since the last call.
func (l *Logs) Take() []string {
	l.shared.mu.Lock()
	defer l.shared.mu.Unlock()
	lines := l.shared.lines
	l.shared.lines = nil
	return lines
}

// Enabled implements [slog.Handler]: records below Info are dropped.
func (l *Logs) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle implements [slog.Handler].
func (l *Logs) Handle(_ context.Context, r slog.Record) error {
	parts := append([]string{r.Message}, l.attrs...)
	r.Attrs(func(a slog.Attr) bool {
		parts = append(parts, attrText(l.prefix, a)...)
		return true
	})
	line := strings.Join(parts, "  ")
	l.shared.mu.Lock()
	defer l.shared.mu.Unlock()
	l.shared.lines = append(l.shared.lines, line)
	return nil
}

// WithAttrs implements [slog.Handler].
func (l *Logs) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *l
	with.attrs = slices.Clone(l.attrs)
	for _, a := range attrs {
		with.attrs = append(with.attrs, attrText(l.prefix, a)...)
	}
	return &with
}

// WithGroup implements [slog.Handler].
func (l *Logs) WithGroup(name string) slog.Handler {
	with := *l
	if name != "" {
		with.prefix += name + "."
	}
	return &with
}

// attrText returns an attribute as name=value, and a group as its members.
func attrText(prefix string, a slog.Attr) []string {
	value := a.Value.Resolve()
	if a.Equal(slog.Attr{}) {
		return nil
	}
	if value.Kind() != slog.KindGroup {
		return []string{prefix + a.Key + "=" + value.String()}
	}
	if a.Key != "" {
		prefix += a.Key + "."
	}
	var parts []string
	for _, member := range value.Group() {
		parts = append(parts, attrText(prefix, member)...)
	}
	return parts
}
