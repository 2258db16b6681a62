package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// maxStatements is DynamoDB's limit for one request.
const maxStatements = 25

// errUnsettled says that a statement was not applied: its record exists already, or is not
// as the statement demands. The single path finds out which.
var errUnsettled = errors.New("statement refused")

// A statement is one of PartiQL. Names in it are quoted, values are parameters.
type statement struct {
	text       strings.Builder
	parameters []types.AttributeValue
}

func (st *statement) write(parts ...string) {
	for _, part := range parts {
		st.text.WriteString(part)
	}
}

// parameter puts v in the place of a question mark that has just been written.
func (st *statement) parameter(v types.AttributeValue) {
	st.parameters = append(st.parameters, v)
}

// insertion writes a record that does not exist yet.
func (s *Store) insertion(key string, rec ledger.Record) *statement {
	it := encode(key, rec)
	it[attrKey] = text(key)
	st := new(statement)
	st.write(`INSERT INTO "`, s.table, `" VALUE {`)
	for i, attr := range slices.Sorted(maps.Keys(it)) {
		if i > 0 {
			st.write(", ")
		}
		st.write("'", attr, "': ?") // a tuple's names are strings, in single quotes
		st.parameter(it[attr])
	}
	st.write("}")
	return st
}

// finish ends a claim. It returns nil if End would fail. It requires that the claim is in
// force and that it overwrites nothing in done and started:
// an attribute that is left out below must be absent; one that is set must be absent or the
// same or, for done, what the claim already knows.
func (s *Store) finish(end ledger.End) *statement {
	claimed, next, err := s.plan(end)
	if err != nil {
		return nil
	}
	before, after := encode(end.Claim.Key, claimed), encode(end.Claim.Key, next)
	st := new(statement)
	st.write(`UPDATE "`, s.table, `"`)
	for _, attr := range slices.Sorted(maps.Keys(after)) {
		if set := attr == attrDone || attr == attrStarted; set || !equal(before[attr], after[attr]) {
			st.write(` SET "`, attr, `"=?`)
			st.parameter(after[attr])
		}
	}
	for _, attr := range slices.Sorted(maps.Keys(before)) {
		if after[attr] == nil {
			st.write(` REMOVE "`, attr, `"`)
		}
	}
	st.write(` WHERE "`, attrKey, `"=? AND "`, attrOwner, `"=? AND "`, attrFence, `"=? AND "`, attrState, `"=?`)
	st.parameters = append(st.parameters,
		text(end.Claim.Key), before[attrOwner], before[attrFence], before[attrState])
	known := []types.AttributeValue{after[attrDone]}
	if !equal(before[attrDone], after[attrDone]) {
		known = append(known, before[attrDone])
	}
	st.unless(attrDone, known...)
	if after[attrStarted] == nil {
		st.unless(attrStarted)
	}
	return st
}

// unless requires that a set is absent or equals one of the known sets; nil is no set.
func (st *statement) unless(attr string, known ...types.AttributeValue) {
	st.write(` AND ("`, attr, `" IS MISSING`)
	for _, v := range known {
		if v != nil {
			st.write(` OR "`, attr, `"=?`)
			st.parameter(v)
		}
	}
	st.write(")")
}

// execute sends statements and answers each in its place: nil, errUnsettled, or an error
// that leaves the outcome unknown. Their keys must be distinct: otherwise DynamoDB refuses
// the whole request, and may have applied a part of it.
func (s *Store) execute(ctx context.Context, statements []*statement) []error {
	var errs []error
	for chunk := range slices.Chunk(statements, maxStatements) {
		errs = append(errs, s.executeChunk(ctx, chunk)...)
	}
	return errs
}

func (s *Store) executeChunk(ctx context.Context, statements []*statement) []error {
	errs := make([]error, len(statements))
	requests := make([]types.BatchStatementRequest, len(statements))
	for i, st := range statements {
		requests[i] = types.BatchStatementRequest{Statement: new(st.text.String()), Parameters: st.parameters}
	}
	out, err := s.client.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: requests})
	if err == nil && len(out.Responses) != len(statements) {
		err = fmt.Errorf("%d answers to %d statements", len(out.Responses), len(statements))
	}
	for i := range errs {
		if errs[i] = err; err == nil {
			errs[i] = statementError(out.Responses[i].Error)
		}
	}
	return errs
}

// statementError turns one statement's answer into an error. A throttled statement is not
// retried alone: that would be ten requests where one was too many.
func statementError(err *types.BatchStatementError) error {
	if err == nil {
		return nil
	}
	switch err.Code {
	case types.BatchStatementErrorCodeEnumThrottlingError,
		types.BatchStatementErrorCodeEnumProvisionedThroughputExceeded,
		types.BatchStatementErrorCodeEnumRequestLimitExceeded:
		return fmt.Errorf("throttled: %s", err.Code)
	}
	return errUnsettled
}
