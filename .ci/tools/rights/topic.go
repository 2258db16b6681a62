package rights

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// topicPackage signs its requests by hand, so its method stands for SNS's operation.
const topicPackage = module + "shared/upkeep/sns"

// isTopic reports whether f is a method that sends requests for others.
func isTopic(f *ssa.Function) bool {
	named := receiver(f)
	return path(f) == topicPackage && named != nil && named.Obj().Name() == "Topic" && token.IsExported(f.Name())
}

// onTopic returns the action that a call of a topic needs.
func (x *program) onTopic(c clientCall, known map[string]bool) (map[string]map[string]bool, error) {
	if c.operation != "Publish" {
		return nil, errUnknown
	}
	names := trace(x, known, c.topic, "arn").names
	if len(names) == 0 {
		return nil, errNoResource
	}
	return map[string]map[string]bool{"sns:Publish": names}, nil
}
