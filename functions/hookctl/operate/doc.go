// Package operate holds, with the packages below it, the queries and plans by which an
// operator looks after a running intake: operate/dead lists and redrives dead letters,
// operate/events lists and replays events, and operate/sources edits the sources document.
//
// Each promises to say what a change would do before it is made, and to return the outcome
// of every item as data.
//
// They never know a terminal or a page: they print nothing, ask for nothing, and leave the
// form of times to their caller.
package operate
