// Package demo shows what happens to a webhook, with the samples and on the product's own
// code: how each sample is handled, a duplicate, a forged webhook, and a crash.
//
// It promises that everything it shows happens while it is shown, that it says when it
// sets a clock forward instead of waiting, and that it reports every result that is not
// the expected one.
//
// It never uses the environment's secrets or settings: handlers get sample settings, so
// that it has no effects outside the process as long as handlers keep to those.
package demo
