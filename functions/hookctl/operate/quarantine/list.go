package quarantine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// An Entry is a kept request in a list.
type Entry struct {
	quarantine.Entry
	Size int64     // of the object, in bytes
	Put  time.Time // when the vault took it, to the second
}

// A Filter selects requests. Empty fields select all.
type Filter struct {
	IDs         []string // or how they begin
	Sources     []string
	Codes       []webhook.Code
	From, Until time.Time // From is included
}

// Matches reports whether the filter selects e.
func (f Filter) Matches(e Entry) bool {
	is := func(start string) bool { return strings.HasPrefix(e.ID, start) }
	return (len(f.IDs) == 0 || slices.ContainsFunc(f.IDs, is)) &&
		(len(f.Sources) == 0 || slices.Contains(f.Sources, e.Source)) &&
		(len(f.Codes) == 0 || slices.Contains(f.Codes, e.Code)) &&
		!e.At.Before(f.From) && (f.Until.IsZero() || e.At.Before(f.Until))
}

// A Count says how many requests of a source were refused with a code.
type Count struct {
	Source string
	Code   webhook.Code
	Kept   int
	// NotKept is how many were refused and not kept, as far as the kept ones tell: those of a
	// class that came after the last kept one are not counted. Requests with other codes than
	// signature_mismatch share one number, which stands at the code of the next kept one.
	NotKept int
}

// Refused returns how many requests were refused.
func (c Count) Refused() int { return c.Kept + c.NotKept }

// A List is what a filter selects.
type List struct {
	Entries []Entry // oldest first
	Counts  []Count // by source and code, the largest first
	Foreign int     // objects that are not kept requests
}

// Find lists the requests that f selects. Progress is called with how many were read; nil
// means that it is not.
func Find(ctx context.Context, q operate.Vault, f Filter, progress func(read int)) (List, error) {
	var list List
	after, read := "", 0
	if !f.From.IsZero() {
		after = vault.QuarantineFrom(f.From)
	}
	err := operate.EachObject(ctx, q, vault.Quarantine, after, func(o vault.Object) error {
		if read++; progress != nil && read%vault.MaxList == 0 {
			progress(read)
		}
		e, ok := quarantine.ParseKey(o.Key)
		if !ok {
			list.Foreign++
			return nil
		}
		if one := (Entry{e, o.Size, o.Put}); f.Matches(one) {
			list.Entries = append(list.Entries, one)
		}
		return nil
	})
	if err != nil {
		return List{}, fmt.Errorf("list the quarantine: %w", err)
	}
	if progress != nil {
		progress(read)
	}
	list.Counts = counts(list.Entries)
	return list, nil
}

func counts(entries []Entry) []Count {
	type group struct {
		source string
		code   webhook.Code
	}
	groups := map[group]*Count{}
	var all []*Count
	for _, e := range entries {
		c := groups[group{e.Source, e.Code}]
		if c == nil {
			c = &Count{Source: e.Source, Code: e.Code}
			groups[group{e.Source, e.Code}] = c
			all = append(all, c)
		}
		c.Kept++
		c.NotKept += e.NotKept
	}
	slices.SortFunc(all, func(a, b *Count) int {
		return cmp.Or(b.Refused()-a.Refused(), strings.Compare(a.Source, b.Source), strings.Compare(string(a.Code), string(b.Code)))
	})
	var sorted []Count
	for _, c := range all {
		sorted = append(sorted, *c)
	}
	return sorted
}
