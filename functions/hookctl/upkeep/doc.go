// Package upkeep is the command "hookctl upkeep": it runs now what the function upkeep does
// every five minutes, and shows the outcome of each task.
//
// It promises to say which tasks failed and why, and to fail if one did.
//
// It never does anything itself: the function, or the hookctl run of this clone, does it.
package upkeep
