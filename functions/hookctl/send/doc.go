// Package send is the command "hookctl send": it signs a webhook as its provider would, and
// posts it.
//
// It promises to report every answer, and an error unless each was 200. It never follows a
// redirect, as providers do not, and never puts a URL's query, which may hold a token, into
// an error.
package send
