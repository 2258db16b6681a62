package act

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
)

const (
	// maxGroups is how many groups a survey keeps; further ones are counted only.
	maxGroups = 100
	// maxSamples is how many keys a group keeps.
	maxSamples = 3
)

// A Survey is what an act would do to everything that matches.
type Survey struct {
	Groups []Group // those to act on first, and of these the largest
	Act    int     // items that it would act on
	Refuse int     // items that it would leave alone
	Others int     // items that are in no group, because there are too many groups

	planned []uint64 // hashes of what it would do to each item, in their order
}

// A Group is items that are alike.
type Group struct {
	Text    string
	Warn    string
	Refused bool
	Count   int
	Samples []string // keys of some of them
	Why     string   // of a refused group: the reason of one of them, in full
}

type groupKey struct {
	text, warn string
	refused    bool
}

// Survey plans everything that matches, and changes nothing. It calls report, unless that is
// nil, with each item, one call at a time.
func (a Act[T]) Survey(ctx context.Context, report func(Result[T])) (Survey, error) {
	var s Survey
	groups := map[groupKey]*Group{}
	err := a.each(ctx, nil, a.Plan, func(item T, plan Plan, err error) error {
		if err != nil {
			return err
		}
		s.add(groups, plan)
		if report != nil {
			report(Result[T]{Item: item, Plan: plan})
		}
		a.progress(s.Act + s.Refuse)
		return nil
	})
	slices.Sort(s.planned)
	for _, group := range groups {
		slices.Sort(group.Samples)
		s.Groups = append(s.Groups, *group)
	}
	slices.SortFunc(s.Groups, func(a, b Group) int {
		return cmp.Or(boolToInt(a.Refused)-boolToInt(b.Refused), b.Count-a.Count, cmp.Compare(a.Text, b.Text), cmp.Compare(a.Warn, b.Warn))
	})
	return s, err
}

// add counts a plan.
func (s *Survey) add(groups map[groupKey]*Group, p Plan) {
	key := groupKey{text: p.Text, warn: p.Warn}
	s.Act++
	if p.Refuse != nil {
		s.Act--
		s.Refuse++
		key = groupKey{text: kindOf(p.Refuse), refused: true}
	} else {
		s.planned = append(s.planned, hash(p))
	}
	group := groups[key]
	switch {
	case group == nil && len(groups) >= maxGroups:
		s.Others++
		return
	case group == nil:
		group = &Group{Text: key.text, Warn: key.warn, Refused: key.refused}
		if p.Refuse != nil {
			group.Why = p.Refuse.Error()
		}
		groups[key] = group
	}
	if group.Count++; len(group.Samples) < maxSamples {
		group.Samples = append(group.Samples, p.Key)
	}
}

// seed is that of the hashes, so that nobody can choose an id with the hash of another.
var seed = maphash.MakeSeed()

// hash returns a hash of what a plan does to its item.
func hash(p Plan) uint64 { return maphash.Comparable(seed, [...]string{p.Key, p.Text, p.Warn}) }

// check is a [Check] that refuses what the survey did not plan.
func (s *Survey) check(p Plan) Plan {
	if p.Refuse == nil {
		if _, ok := slices.BinarySearch(s.planned, hash(p)); !ok {
			p.Refuse = ErrNotConfirmed
		}
	}
	return p
}

// kindOf returns what refusals that are alike have in common.
func kindOf(refused error) string {
	if r, ok := refused.(*Refusal); ok { //nolint:errorlint // made by Refused, and not wrapped
		return r.Kind.Error()
	}
	return refused.Error()
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
