package traffic

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
)

// A Profile is the way in which a provider sends.
type Profile struct {
	Provider string
	dialect.Traffic
}

// Profiles returns the profiles of the providers that can be imitated.
func Profiles() []Profile {
	var all []Profile
	for _, d := range dialect.All() {
		if d.Traffic != nil {
			all = append(all, Profile{d.Provider.Name(), *d.Traffic})
		}
	}
	return all
}

// ProfileOf returns the profile of the provider. The error lists the possible names.
func ProfileOf(provider string) (Profile, error) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Provider == provider })
	if i < 0 {
		return Profile{}, fmt.Errorf("the traffic of provider %q cannot be imitated; there are %s", provider, strings.Join(Names(), ", "))
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

// Faster returns the profile with all waits and stops divided by n. It waits as long for an
// answer, as the receiver does not become faster.
func (p Profile) Faster(n int) Profile {
	p.Waits = slices.Clone(p.Waits)
	for i := range p.Waits {
		p.Waits[i] /= time.Duration(n)
	}
	p.Stop /= time.Duration(n)
	return p
}

// String describes in a sentence how the provider sends.
func (p Profile) String() string {
	text := fmt.Sprintf("%s waits %s for an answer, makes %d tries", p.Provider, cli.Duration(p.Answer), len(p.Waits)+1)
	for i, wait := range p.Waits {
		separator := ", "
		if i == 0 {
			separator = " (at once, "
		}
		text += separator + "+" + cli.Duration(wait)
	}
	if len(p.Waits) > 0 {
		text += ")"
	}
	if p.StopAfter > 0 {
		text += fmt.Sprintf(" and stops for %s after %d failures in a row", cli.Duration(p.Stop), p.StopAfter)
	}
	return text + "."
}
