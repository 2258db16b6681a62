// Package dead is the command "hookctl dead": it lists and shows dead letters, and sends
// letters back to be handled.
//
// It promises to show what would happen to each letter before it asks and sends anything.
// Package operate/dead makes the lists, plans and redrives.
//
// It never shows a payload that was not asked for.
package dead
