// Package operate holds, with the packages below it, what an operator asks of a running
// intake and does to it, for every surface alike: operate/dead lists and redrives dead
// letters, operate/events lists and replays events, and operate/sources edits the sources
// document.
//
// Each promises to say what an act would do before it is done, and to return the outcome of
// every item as data.
//
// They never know a terminal or a page: they print nothing, ask nobody, and leave the form
// of times to their caller.
package operate
