// Package cost estimates what the stack costs a month, line by line, and what limits it at
// a rate of events. It computes with the figures of two dated files and with assumptions
// that are named.
//
//	prices.json     AWS's prices, the page of each, and where it was confirmed
//	measured.json   what the built functions do for a sample event, and what the template deploys
//
// It promises that every line is a quantity times a price that can be looked up, that
// measured.json is up to date (a test measures everything but the processor time again),
// and that the tables in the README are its own.
//
// It asks AWS for nothing but what CloudWatch counted of a stack, if it is given one. It never
// claims that a duration was measured there of which CloudWatch told none. It divides
// processor time measured elsewhere by the share of a processor that Lambda gives for the
// memory, and assumes how long a call to AWS takes: see the constants in usage.go. It
// never subtracts free tiers and discounts by volume. What handlers call and keep is not
// in the bill.
package cost
