// Package template tests template.yaml, as it is written and as CloudFormation gets it for
// many sets of parameters: that its times fit together, that permissions are explicit, who
// may send to the queues, that nothing is public or kept forever, that alarms and dashboard
// watch metrics that the programs emit, and that the commands in alarms exist.
//
// The tests of sets of parameters read the output of .ci/scan/matrix.py from the folder in
// WEBHOOK_TEST_TEMPLATES, and skip if that is unset; the layer template sets it.
//
// It is never part of a program.
package template
