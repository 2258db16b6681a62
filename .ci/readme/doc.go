// Package readme runs the commands of all READMEs on a copy of the checkout, in their
// order, so that what a newcomer types is known to work. It begins with that of the top
// folder. It never touches the checkout itself.
//
// Other tests work in such a copy as the author of handlers does: with the READMEs' handlers,
// without the samples, and with edits while "hookctl run --watch" runs. A terminal, for
// Ctrl-C at a question, is made on Linux only; elsewhere that part is not tried.
//
// Every code block marked sh is run by bash in the copy's top folder and must
// succeed. A comment in the line above a block says otherwise:
//
//	<!-- run: background http://127.0.0.1:8080/healthz -->   starts it, waits until the
//	                                         address answers, and goes on beside it
//	<!-- run: stop -->                       stops what runs in the background, then runs it
//	<!-- run: fails TEXT -->                 must fail, and print TEXT
//	<!-- run: write PATH -->                 not a command: becomes that file of the copy
//	<!-- run: append PATH -->                the same, at the file's end
//	<!-- run: insert PATH -->                the same, of a diff: its lines with + go behind the
//	                                         line above them, which may be in several places
//	<!-- run: not, REASON -->                not run
package readme
