// Package reconcile fetches from a provider's API what its webhooks should have delivered.
// It makes messages for the queue, which the caller sends: hookctl on command, or upkeep on a
// schedule with [Watchlists], which remembers what was sent.
//
// No provider signed these events. They are trustworthy because the program fetched them
// itself, with the account's credentials.
//
// It promises that fetching twice does not double the work:
//
//   - [KYC] makes events with their own types, [TypeWatchlist] and [TypeSession]. A webhook
//     that comes late is another event. The id is made from the data, and the body from
//     both, so equal ids have equal bodies. The data has only what is documented and
//     relevant, so other fields that the API adds or changes do not make a new event.
//   - [Compliancely] makes the event that the webhook would have been: the resource as the
//     API returns it, with the hash of the body as its id. Such an id is
//     remembered for one hour.
//
// It waits, within limits, for an API that asks for it or is down. It never sends anything
// but requests to the provider's API, never changes anything there, never reads a clock
// except to wait, and never puts anything from a payload into an error.
package reconcile
