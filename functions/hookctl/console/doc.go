// Package console is the web page by which an operator looks after an intake, and the
// command "hookctl console", which serves it for a deployed stack. "hookctl run" serves it
// for itself.
//
// It promises the following; each promise names the tests that hold it.
//
//  1. Only the browser that opened the printed address, with its one-time token, sees
//     anything, and only under the loopback name of this machine. A page of another site
//     can neither read nor change anything here. (TestGuards)
//  2. Only a POST changes something, and none does unless the console may write.
//     (TestReadOnly)
//  3. A payload is shown only after it is asked for: first with the data of persons
//     masked. (TestBody, TestMask)
//  4. No text of a webhook or of an operator becomes markup. (TestInjection)
//  5. A secret that is typed is on no page, in no address and in no log: the program keeps it
//     until its plan is confirmed, at most ten minutes. (TestRotateSource, TestStalePlans)
//  6. An act does no more than was confirmed. (TestActOnAll, TestPlanIsKept, TestPlanOfAnotherConsole)
//  7. Every page works without a script; the scripts only refresh what is shown.
//
// It never decides what an act does, which packages under operate do, and it never keeps
// anything for longer than it runs: what it shows is read for each page.
package console
