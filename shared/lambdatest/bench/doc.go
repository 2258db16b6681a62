// Package bench measures the built functions under lambdatest's Runtime API, next to
// programs that do as little as possible. `make bench` prints the tables.
//
// It promises that the programs it compares were measured in one run, in turns. It never
// fails because of a time: times depend on the machine, and people judge the ratios.
package bench
