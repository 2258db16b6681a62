// Package providertest is the suite that every [webhook.Provider] passes: [Run] for the
// contract, [Fuzz] for what no table foresees, [Benchmark] for what verifying costs.
//
// It promises that what Sign made is taken by Verify and that every request which
// differs from that in one signed byte is refused with the code of the contract, and
// that no error shows a secret or a body.
//
// It never knows how a provider signs: what is particular to one is tested beside it,
// with vectors that did not come from its own Sign.
//
// # Adding a provider
//
// Package standard was added like this, and is a short one to copy the form from.
//
//  1. Write a package beside it: an empty struct Provider with the four methods of
//     [webhook.Provider], and a package comment that gives the header and the signed
//     bytes. The parts are in package webhook: [webhook.Settings.Check] for Configure,
//     [webhook.MatchMAC] for Verify, [webhook.ParseObject] for Open.
//  2. Declare a [webhook.Type] for each event type with a known payload, and list them in
//     a function Types.
//  3. Call [Run], [Fuzz] and [Benchmark] in its tests with a [Case] that says what the
//     provider sends, and add vectors of the provider's own documentation.
//  4. Add one line to Providers of package source. From then on a source can name the
//     provider, and ingest, queue, ledger and handlers take its events as any other's.
//  5. For hookctl: one file in package dialect, one line in its function All, and one
//     sample for each type in dialect/bodies; its tests name what is missing. Then run
//     "make samples".
package providertest
