// Package screen writes for people: lines with a little colour where a terminal shows
// it, and the log lines of handlers in between.
//
// It promises plain text wherever the output is no terminal, or the environment sets
// NO_COLOR (https://no-color.org), and that writers side by side do not mix their lines.
//
// It never moves the cursor, never writes over a line, and never shows a payload: of a
// log record it prints what the handler's author put there.
package screen
