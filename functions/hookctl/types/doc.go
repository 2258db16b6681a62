// Package types is the command "hookctl types": it lists the event types that handlers can
// be registered for.
//
// It promises one line for each typed event of every provider, in the providers' order.
// It never lists types that a sender is free to choose.
package types
