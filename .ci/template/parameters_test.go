package template

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What CloudFormation refuses, and takes, by a parameter's pattern, before it creates
// or changes anything.
func TestParameterPatterns(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, tt := range []struct {
		parameter string
		takes     []string
		refuses   []string
	}{
		{"KeepPayloads", []string{"", "all", "kyc", "contiguity,contiguity-eu"},
			[]string{"Kyc", "kyc,", ",kyc", "kyc, contiguity", "kyc contiguity", "-kyc", strings.Repeat("a", 64)}},
		{"KmsKeyArn", []string{"", "arn:aws:kms:eu-central-1:123456789012:key/1a2b", "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1a"},
			[]string{"alias/mine", "1a2b", "arn:aws:kms:eu-central-1:123456789012:alias/mine", "arn:aws:kms:eu-central-1:1234:key/1a2b"}},
		{"HandlerTableArns", []string{"", "arn:aws:dynamodb:eu-central-1:123456789012:table/accounts"},
			[]string{"accounts", "*", "arn:aws:dynamodb:eu-central-1:123456789012:table/*", "arn:aws:dynamodb:*:123456789012:table/accounts"}},
		{"HandlerEmailIdentityArn", []string{"", "arn:aws:ses:eu-central-1:123456789012:identity/example.com", "arn:aws:ses:eu-central-1:123456789012:identity/ops@example.com"},
			[]string{"ops@example.com", "arn:aws:ses:eu-central-1:123456789012:identity/*", "*"}},
		{"AlarmEmail", []string{"", "ops@example.com", "first.last+alarms@sub.example.co.uk"},
			[]string{"ops", "ops@example", "a@b.com, c@d.com", "@example.com", "ops @example.com"}},
		{"DomainName", []string{"", "hooks.example.com"},
			[]string{"https://hooks.example.com", "hooks.example.com/", "Hooks.example.com", "localhost", "-a.example.com", "*.example.com"}},
		{"CertificateArn", []string{"", "arn:aws:acm:eu-central-1:123456789012:certificate/1a2b-3c"},
			[]string{"1a2b-3c", "arn:aws:iam::123456789012:server-certificate/mine"}},
		{"HostedZoneId", []string{"", "Z0123456789ABCDEFGHIJ"}, []string{"/hostedzone/Z0123456789ABC", "example.com", "z0123456789abc"}},
	} {
		// CloudFormation matches the whole value.
		pattern := regexp.MustCompile(`^(?:` + x.value(t, "Parameters", tt.parameter, "AllowedPattern") + `)$`)
		for _, value := range tt.takes {
			if !pattern.MatchString(value) {
				t.Errorf("%s refuses %q", tt.parameter, value)
			}
		}
		for _, value := range tt.refuses {
			if pattern.MatchString(value) {
				t.Errorf("%s takes %q", tt.parameter, value)
			}
		}
	}
}

// Every parameter says what it is for, refuses what it can't mean, and says what to
// give instead. All have a default, so that the first deploy asks for nothing.
func TestParametersExplainThemselves(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, name := range x.names("Parameters") {
		p := x.at("Parameters", name)
		for _, attribute := range []string{"Description", "Default"} {
			if child(p, attribute) == nil {
				t.Errorf("parameter %s has no %s", name, attribute)
			}
		}
		switch {
		case child(p, "AllowedValues") != nil:
			// CloudFormation's own text lists them.
		case child(p, "Type").Value == "Number":
			if child(p, "MinValue") == nil {
				t.Errorf("parameter %s has no MinValue", name)
			}
		case child(p, "AllowedPattern") == nil:
			t.Errorf("parameter %s takes any text", name)
		case child(p, "ConstraintDescription") == nil || !strings.HasPrefix(child(p, "ConstraintDescription").Value, "must be "):
			t.Errorf(`parameter %s has no ConstraintDescription that goes on after "Parameter %s "`, name, name)
		}
	}
}

// Parameters that depend on each other are checked together, before anything is made.
func TestRules(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	var got []string
	for _, name := range x.names("Rules") {
		for i := range x.at("Rules", name, "Assertions").Content {
			if x.at("Rules", name, "Assertions").Content[i].Content == nil || child(x.at("Rules", name, "Assertions").Content[i], "AssertDescription") == nil {
				t.Errorf("rule %s does not say what to do", name)
			}
		}
		got = append(got, name)
	}
	if want := []string{"DomainHasCertificate", "ZoneHasDomain", "EndpointLeft"}; !slices.Equal(got, want) {
		t.Errorf("rules %q, want %q", got, want)
	}
}

// The console shows parameters in groups, and each in one.
func TestParameterGroups(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	var grouped []string
	for _, group := range x.at("Metadata", "AWS::CloudFormation::Interface", "ParameterGroups").Content {
		grouped = append(grouped, values(child(group, "Parameters"))...)
	}
	all := x.names("Parameters")
	slices.Sort(grouped)
	slices.Sort(all)
	if !slices.Equal(grouped, all) {
		t.Errorf("in groups: %q\nparameters: %q", grouped, all)
	}
}
