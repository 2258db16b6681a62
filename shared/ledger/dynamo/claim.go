package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"webhookintake/shared/ledger"
)

// maxRounds is how often a claim is judged again because the record changed meanwhile. A
// second claim at the same moment is one change; four are a storm.
const maxRounds = 4

var errContended = errors.New("record kept changing: ask again")

// Claim is described at [ledger.Store].
func (s *Store) Claim(ctx context.Context, requests []ledger.Request) []ledger.Answer {
	answers := make([]ledger.Answer, len(requests))
	each(s.claimNew(ctx, requests, answers), func(i int) { answers[i] = s.claim(ctx, requests[i]) })
	var keep []int
	for i, r := range requests {
		if answers[i].Status == ledger.Claimed && r.Payload != nil {
			keep = append(keep, i)
		}
	}
	each(keep, func(i int) {
		answers[i].Err = wrap("keep payload of", requests[i].Key, s.putPayload(ctx, requests[i], answers[i].Claim))
	})
	return answers
}

// claimNew claims the events that are most likely new with one request, and returns the
// indexes of those that it did not settle. One event alone takes one request anyway, and a
// plain write costs both sides less than a statement.
func (s *Store) claimNew(ctx context.Context, requests []ledger.Request, answers []ledger.Answer) (open []int) {
	var tried []int
	var records []ledger.Record
	for i, r := range requests {
		if !r.FirstReceive {
			open = append(open, i)
			continue
		}
		answer, next := ledger.Judge(nil, r, s.keep)
		if next == nil { // it claims no new event
			open = append(open, i)
			continue
		}
		answers[i] = answer
		tried = append(tried, i)
		records = append(records, *next)
	}
	if len(tried) < 2 {
		return append(open, tried...)
	}
	statements := make([]*statement, len(tried))
	for n, i := range tried {
		statements[n] = s.insertion(requests[i].Key, records[n])
	}
	for n, err := range s.execute(ctx, statements) {
		switch i := tried[n]; {
		case errors.Is(err, errUnsettled):
			open = append(open, i)
		case err != nil:
			answers[i] = ledger.Answer{Err: fmt.Errorf("claim %s: %w", requests[i].Key, err)}
		}
	}
	return open
}

// claim asks for one event. It first assumes that no record exists, which is the usual
// case, and judges the record if it finds one. A request that makes no record reads first.
func (s *Store) claim(ctx context.Context, r ledger.Request) ledger.Answer {
	var found *ledger.Record
	if r.NeverRuns {
		var err error
		if found, err = s.record(ctx, r.Key); err != nil {
			return ledger.Answer{Err: wrap("claim", r.Key, err)}
		}
	}
	for range maxRounds {
		answer, next := ledger.Judge(found, r, s.keep)
		if next == nil {
			return answer
		}
		kept, err := s.replace(ctx, r.Key, found, *next)
		if err == nil && found == nil {
			return answer
		}
		if err == nil {
			// Handlers may have finished between the look at the record and the claim.
			answer.Claim.Done, answer.Claim.Started, answer.Claim.Results = kept.Done, kept.Started, kept.Results
			return answer
		}
		if !errors.Is(err, errRefused) {
			return ledger.Answer{Err: wrap("claim", r.Key, err)}
		}
		found = kept
	}
	return ledger.Answer{Err: wrap("claim", r.Key, errContended)}
}

// record reads the record of key, nil for none. The read is strongly consistent.
func (s *Store) record(ctx context.Context, key string) (*ledger.Record, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{attrKey: text(key)}, ConsistentRead: new(true),
	})
	if err != nil {
		return nil, err
	}
	return decode(out.Item)
}

// replace writes next in place of found (nil if there is no record), unless the record has
// changed: then it returns errRefused and the record that it found. It returns the new record
// if there was one before.
func (s *Store) replace(ctx context.Context, key string, found *ledger.Record, next ledger.Record) (*ledger.Record, error) {
	if found == nil {
		return s.insert(ctx, key, next)
	}
	e := newExpression()
	e.requireUnchanged(*found)
	e.turn(key, *found, next)
	return s.updateAndGet(ctx, key, e)
}
