package traffic

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Profile is the way in which a provider sends.
type Profile struct {
	Provider string
	// Answer is how long an answer is waited for.
	Answer time.Duration
	// Waits are the times between the failure of a try and the next try. With their end
	// the provider gives up.
	Waits []time.Duration
	// SignsAnew says that each try is signed with its own time. Else each carries the
	// time at which the event was created.
	SignsAnew bool
	// StopAfter is how many tries fail in a row until the provider stops sending to the
	// endpoint for the time Stop. What is due meanwhile is never sent. 0 means that it
	// does not stop.
	StopAfter int
	Stop      time.Duration
	// NumberIDs says that the ids of its resources are whole numbers.
	NumberIDs bool
	// Assumed says which of this the provider does not document.
	Assumed string
}

// Profiles are the providers whose traffic there is.
func Profiles() []Profile {
	return []Profile{{
		Provider:  "contiguity",
		Answer:    5 * time.Second,
		Waits:     []time.Duration{5 * time.Second, 30 * time.Second},
		SignsAnew: true,
		StopAfter: 20,
		Stop:      30 * time.Second,
		Assumed:   "Contiguity says that it may give up and may stop sending, not when: the numbers are assumed.",
	}, {
		Provider: "kyc",
		Answer:   10 * time.Second,
		Waits:    []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute},
		Assumed:  "KYC documents the 10 s, not how often it tries: that is assumed.",
	}, {
		Provider:  "compliancely",
		Answer:    10 * time.Second,
		Waits:     []time.Duration{3 * time.Minute, 6 * time.Minute},
		NumberIDs: true,
		Assumed:   "Compliancely documents the tries, not how long it waits for an answer: 10 s are assumed.",
	}}
}

// ProfileOf gives the profile of that provider. Its error lists the names that there are.
func ProfileOf(provider string) (Profile, error) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Provider == provider })
	if i < 0 {
		return Profile{}, fmt.Errorf("no traffic of provider %q; there is %s", provider, strings.Join(Names(), ", "))
	}
	return all[i], nil
}

// Names lists the providers of [Profiles].
func Names() []string {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Provider)
	}
	return names
}

// Faster gives the profile with all waits and stops divided by n. How long an answer is
// waited for stays, as the receiver is not faster.
func (p Profile) Faster(n int) Profile {
	p.Waits = slices.Clone(p.Waits)
	for i := range p.Waits {
		p.Waits[i] /= time.Duration(n)
	}
	p.Stop /= time.Duration(n)
	return p
}

// String says in a sentence how the provider sends.
func (p Profile) String() string {
	text := fmt.Sprintf("%s waits %s for an answer, makes %d tries", p.Provider, short(p.Answer), len(p.Waits)+1)
	for i, wait := range p.Waits {
		separator := ", "
		if i == 0 {
			separator = " (at once, "
		}
		text += separator + "+" + short(wait)
	}
	if len(p.Waits) > 0 {
		text += ")"
	}
	if p.StopAfter > 0 {
		text += fmt.Sprintf(" and stops for %s after %d failures in a row", short(p.Stop), p.StopAfter)
	}
	return text + "."
}

// short writes a duration without zero units, 3m and not 3m0s, and to the millisecond.
func short(d time.Duration) string {
	text := d.Round(time.Millisecond).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
