// Package sources is the command "hookctl sources": it shows and changes a stack's sources
// and their secrets.
//
// It promises to show a change, with all secrets masked, before it writes it, and to say
// what to do next. Package operate/sources makes and writes the change.
//
// It never takes a secret as an argument, and never prints one.
package sources
