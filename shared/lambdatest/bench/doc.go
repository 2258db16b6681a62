// Package bench measures the built functions under lambdatest's Runtime API, beside
// programs that do as little as can be done: `make bench` prints the tables.
//
// It promises that what it compares was measured in one run, in turns. It never asserts
// a time: times are the machine's, and ratios are for people to judge.
package bench
