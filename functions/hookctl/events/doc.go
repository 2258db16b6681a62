// Package events is the command "hookctl events": it lists and shows events by their records
// in the ledger, and replays events.
//
// It promises to show what a replay would run before it asks and sends anything. Package
// operate/events makes the lists and replays.
//
// It never shows a payload that was not asked for.
package events
