// Package providertest is the suite that every [webhook.Provider] passes: [Run] for the
// contract, [Fuzz] for what no table foresees, [Benchmark] for what verifying costs.
//
// It promises that what Sign made is taken by Verify and that every request which
// differs from that in one signed byte is refused with the code of the contract, and
// that no error shows a secret or a body.
//
// It never knows how a provider signs: what is particular to one is tested beside it,
// with vectors that did not come from its own Sign.
package providertest
