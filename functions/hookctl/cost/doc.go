// Package cost says what the stack costs a month, line by line, and what limits it at a
// rate of events: arithmetic on two dated files, and on assumptions that are named.
//
//	prices.json     AWS's prices, the page of each, and where it was found confirmed
//	measured.json   what the built functions do for a sample event, and what the template deploys
//
// It promises that every line is a quantity times a price that can be looked up, that
// measured.json still tells what the programs and the template do (a test measures all of
// it anew but the processor time), and that the tables in the README are its own.
//
// It never asks AWS, and never claims a duration that was measured there: processor time
// measured elsewhere is stretched by the share of a processor that Lambda gives for the
// memory, and what a call to AWS takes is assumed, as the constants in
// usage.go say. Free tiers and
// discounts by volume are never subtracted. What handlers do themselves is not in it.
package cost
