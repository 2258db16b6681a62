// Package reconcile asks a provider's API for what its webhooks should have told, and
// gives it as messages for the queue, to be sent by the caller: by hand through hookctl,
// or from a function on a schedule.
//
// No provider signed these events: what vouches for them is that this program asked for
// them itself, with the account's credentials, over a connection of its own.
//
// It promises that asking twice does not double the work:
//
//   - What [KYC] finds is an event of its own kind, [TypeWatchlist] or [TypeSession]. A
//     webhook that comes late is another event. Its id is made from the whole of its data,
//     and its body from the id and the data, so equal ids have equal bodies. Data holds no
//     more than what is documented and matters; a field that the API adds or changes
//     elsewhere makes no new event.
//   - What [Compliancely] finds is what the webhook would have brought: the resource as
//     the API answers, with the id "sha256:" and the body's hash. Such an id is known for
//     one hour.
//
// It is patient with an API that asks to wait or is down, within bounds, and stops
// asking at what it cannot get past. It never sends anything anywhere but to the
// provider's API, never changes anything there, never reads a clock but to wait, and puts
// nothing of a payload into an error.
package reconcile
