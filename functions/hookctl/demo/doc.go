// Package demo is the story that hookctl run tells: what becomes of a webhook, shown
// with the samples, on the product's own code.
//
// It promises that what it shows has happened while it was shown, that it says where it
// sets a clock forward instead of waiting, and that it reports everything that did not
// go as it should.
//
// It never uses the environment's secrets or settings: handlers get sample settings, so
// that the story has no effects beyond this process as long as they keep to those.
package demo
