package rights

import (
	"slices"
	"testing"
)

// A list that is limited to prefixes is a right on each. A condition that says less than it
// seems to is a fault.
func TestConditions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, statement string
		want            []string // resources of the rights; nil if the statement is a fault
	}{
		{"a list of two prefixes", `{Sid: S, Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Vault.Arn, Condition: {StringLike: {s3:prefix: [bodies/*, spill/*]}}}`,
			[]string{"Vault/bodies/*", "Vault/spill/*"}},
		{"a list of everything", `{Sid: S, Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Vault.Arn}`, []string{"Vault"}},
		{"a read, of which S3 knows no prefix", `{Sid: S, Effect: Allow, Action: s3:GetObject, Resource: !Sub '${Vault.Arn}/*', Condition: {StringLike: {s3:prefix: bodies/*}}}`, nil},
		{"more than the prefix", `{Sid: S, Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Vault.Arn, Condition: {StringLike: {s3:prefix: bodies/*, s3:delimiter: a}}}`, nil},
		{"its opposite", `{Sid: S, Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Vault.Arn, Condition: {StringNotLike: {s3:prefix: bodies/*}}}`, nil},
		{"notes", `{Sid: S, Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn, Condition: {'ForAllValues:StringLike': {dynamodb:LeadingKeys: [':upkeep', ':cursor#*']}}}`,
			[]string{"Table"}},
		{"probes", `{Sid: S, Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn, Condition: {'ForAllValues:StringLike': {dynamodb:LeadingKeys: ['probe#*']}}}`,
			[]string{"Table"}},
		{"records", `{Sid: S, Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Table.Arn, Condition: {'ForAllValues:StringLike': {dynamodb:LeadingKeys: ['probe*']}}}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x, err := parse([]byte(tt.statement))
			if err != nil {
				t.Fatal(err)
			}
			grants, err := statement(x.root, "")
			if (err != nil) != (tt.want == nil) {
				t.Fatalf("statement: %v", err)
			}
			var got []string
			for _, g := range grants {
				got = append(got, g.resource)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("rights on %q, want %q", got, tt.want)
			}
		})
	}
}
