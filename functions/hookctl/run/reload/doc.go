// Package reload builds a program from the sources of this module, runs it, and puts a new
// build in its place whenever a Go file changes.
//
// It promises that connections wait while one program takes the place of another, as the
// port stays open, and that the program ends when its watcher does, however that ends. If a
// build fails, the program that runs goes on.
//
// It never runs two programs at once, and never stops one before the next is built.
package reload
