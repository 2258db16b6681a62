package webhook

import "time"

// The windows in which a second arrival of an id is a duplicate.
const (
	GivenWindow = 30 * 24 * time.Hour
	// HashWindow is short because a status that returns to an older value (A, B, A) makes
	// the same id, and the second A must not be dropped.
	HashWindow = time.Hour
)

// Window returns the window in which a second arrival of an id is a duplicate, unless the
// source sets another.
func (i Identity) Window() time.Duration {
	if i == Given {
		return GivenWindow
	}
	return HashWindow
}

// minWindowS is the least DedupWindowS.
const minWindowS = 600

// Window returns the window in which a second arrival of an id, made as i says, is a
// duplicate: the source's for a hash, if it has one.
func (s Settings) Window(i Identity) time.Duration {
	if i == Given || s.DedupWindowS == nil {
		return i.Window()
	}
	return time.Duration(*s.DedupWindowS) * time.Second
}
