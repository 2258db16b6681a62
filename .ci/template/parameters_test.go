package template

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// notWhole are texts that are not whole numbers as Lambda and DynamoDB accept them.
var notWhole = []string{"", "-1", "20.5", "2e4", "20 ", " 20", "020", "twenty", "20000.0"}

// Values that CloudFormation refuses or accepts by a parameter's pattern, before it creates
// or changes anything.
func TestParameterPatterns(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	tried := map[string]bool{}
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
		{"DomainName", []string{"", "hooks.example.com", "hooks.xn--e1afmkfd.xn--p1ai"},
			[]string{"https://hooks.example.com", "hooks.example.c0m", "hooks.example.com.", "hooks.example.com/", "Hooks.example.com", "localhost", "-a.example.com", "*.example.com"}},
		{"CertificateArn", []string{"", "arn:aws:acm:eu-central-1:123456789012:certificate/1a2b-3c"},
			[]string{"1a2b-3c", "arn:aws:iam::123456789012:server-certificate/mine"}},
		{"HostedZoneId", []string{"", "Z0123456789ABCDEFGHIJ"}, []string{"/hostedzone/Z0123456789ABC", "example.com", "z0123456789abc"}},
		{"OperatorPrincipalArns", []string{"", "arn:aws:iam::123456789012:role/operator", "arn:aws:iam::123456789012:user/ops/anna@example.com",
			"arn:aws-us-gov:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Operator_*"},
			[]string{"operator", "*", "123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::*:role/operator",
				"arn:aws:sts::123456789012:assumed-role/operator/anna", "arn:aws:iam::123456789012:group/operators"}},
		{"DeadLetterSourceArn", []string{"", "arn:aws:sqs:eu-central-1:123456789012:webhook-intake-Queue-1A2B3C4D5E6F"},
			[]string{"https://sqs.eu-central-1.amazonaws.com/123456789012/webhook-intake-Queue-1A2B3C4D5E6F", "*",
				"arn:aws:sqs:eu-central-1:123456789012:webhook-intake-DeadLetters-1A2B3C4D5E6F", "arn:aws:sqs:eu-central-1:123456789012:mine"}},
		{"AlarmTopicArn", []string{"", "arn:aws:sns:eu-central-1:123456789012:alarms", "arn:aws-cn:sns:cn-north-1:123456789012:Alarms_2-b"},
			[]string{"alarms", "ops@example.com", "arn:aws:sns:eu-central-1:123456789012:alarms.fifo", "arn:aws:sns:eu-central-1:123456789012:*",
				"arn:aws:sns:eu-central-1:123456789012:alarms:1a2b3c"}},
		{"ApiBurstLimit", []string{"1", "2000", "100000"}, append([]string{"0", "100001"}, notWhole...)},
		{"IngestReservedConcurrency", []string{"0", "9", "10", "1000", "10000"}, append([]string{"00", "10001"}, notWhole...)},
		{"MaximumConcurrency", []string{"2", "10", "999", "1000"}, append([]string{"0", "1", "1001"}, notWhole...)},
		{"TableReadUnits", []string{"1", "40000", "9999999"}, append([]string{"0", "10000000"}, notWhole...)},
		{"TableWriteUnits", []string{"1", "40000", "9999999"}, append([]string{"0", "10000000"}, notWhole...)},
		{"IndexWriteUnits", []string{"1", "40000", "9999999"}, append([]string{"0", "10000000"}, notWhole...)},
		{"TableWarmReadUnits", []string{"12000", "20000", "100000", "9999999"}, append([]string{"0", "11999", "9000", "10000000"}, notWhole...)},
		{"TableWarmWriteUnits", []string{"4000", "10000", "9999999"}, append([]string{"0", "3999", "10000000"}, notWhole...)},
		{"MemorySize", []string{"256", "259", "260", "300", "512", "1769", "3008", "10139", "10199", "10239", "10240"},
			append([]string{"0", "128", "255", "10241", "10300", "11000"}, notWhole...)},
		{"QuarantineDays", []string{"0", "9", "14", "19", "20", "21"}, append([]string{"00", "22", "30", "100"}, notWhole...)},
		{"PayloadRetentionDays", []string{"0", "9", "30", "199", "300", "359", "365"}, append([]string{"00", "366", "400", "1000"}, notWhole...)},
	} {
		// CloudFormation matches the whole value.
		tried[tt.parameter] = true
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
	for _, name := range x.names("Parameters") {
		if child(x.at("Parameters", name), "AllowedPattern") != nil && !tried[name] {
			t.Errorf("this test does not try the pattern of %s", name)
		}
	}
}

// Every parameter says what it is for, refuses meaningless values, and says what to give
// instead. All have a default, so that the first deploy asks for nothing, except
// Architecture: samconfig.toml gives it to build and deploy alike, and a command that lost
// it must stop.
func TestParametersExplainThemselves(t *testing.T) {
	t.Parallel()
	x := readTemplate(t)
	for _, name := range x.names("Parameters") {
		p := x.at("Parameters", name)
		for _, attribute := range []string{"Description", "Default"} {
			if hasIt := child(p, attribute) != nil; hasIt == (name == "Architecture" && attribute == "Default") {
				t.Errorf("parameter %s has a %s: %t, want the opposite", name, attribute, hasIt)
			}
		}
		switch {
		case child(p, "AllowedValues") != nil:
			// Without it, CloudFormation refuses a value and does not say which it takes.
			text := ""
			if description := child(p, "ConstraintDescription"); description != nil {
				text = description.Value
			}
			listed := regexp.MustCompile(`\w+`).FindAllString(text, -1)
			for _, value := range values(child(p, "AllowedValues")) {
				if !strings.HasPrefix(text, "must be ") || !slices.Contains(listed, value) {
					t.Errorf("the ConstraintDescription of parameter %s does not list %s: %q", name, value, text)
				}
			}
		case child(p, "Type").Value == "Number":
			// These two may have a fraction on AWS, too.
			if child(p, "MinValue") == nil || name != "ApiRateLimit" && name != "RejectionsThreshold" {
				t.Errorf("parameter %s has no MinValue, or would take a fraction", name)
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
	if want := []string{"DomainHasCertificate", "CertificateHasDomain", "ZoneHasDomain", "EndpointLeft"}; !slices.Equal(got, want) {
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
