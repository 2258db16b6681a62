package dead

import "context"

// Each calls fn with every letter, with its body, until fn returns an error. A letter of an
// event that has several is not folded with them.
func (d Client) Each(ctx context.Context, fn func(Letter) error) error {
	looked := 0
	return each(ctx, d.Dead, func(_ *pass, batch []Letter) (bool, error) {
		for _, l := range batch {
			if err := fn(l); err != nil {
				return false, err
			}
		}
		looked += len(batch)
		d.progress("looked at %d letters", looked)
		return false, nil
	})
}

// Remove deletes the letters with these message ids, for good, and calls report with each and
// the error for which it is still there. One that it does not find is not reported.
func (d Client) Remove(ctx context.Context, ids map[string]bool, report func(Letter, error)) error {
	left := len(ids)
	if left == 0 {
		return nil
	}
	return each(ctx, d.Dead, func(p *pass, batch []Letter) (bool, error) {
		var chosen []Letter
		for _, l := range batch {
			if ids[l.Wire.MessageID] {
				chosen = append(chosen, l)
			}
		}
		for i, err := range p.remove(ctx, chosen) {
			report(chosen[i], err)
		}
		left -= len(chosen)
		d.progress("%d letters left to delete", left)
		return left == 0, context.Cause(ctx)
	})
}
