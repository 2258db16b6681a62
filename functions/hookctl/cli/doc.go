// Package cli is what the commands of hookctl share: the streams and the environment of a
// command line, confirmations, secrets, the flags that name a stack, and the forms of
// output: tables, times, ages, counts, JSON and progress.
//
// Everything that hookctl prints goes through a [Writer], warnings of AWS's SDK and errors of
// cobra included. It promises that control characters are written as escapes, so that text
// from a queue, a table, a provider or AWS cannot steer a terminal or forge a row of a
// table; that colour appears only on a terminal without NO_COLOR (https://no-color.org);
// and that lines of concurrent writers do not mix. A rule of the tree forbids the process's
// own streams elsewhere.
//
// Package cli never takes a secret as an argument, where other users of the machine and
// the shell's history could read it, and never prints one.
package cli
