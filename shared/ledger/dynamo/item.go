package dynamo

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// The attributes of items. Times are numbers of milliseconds since 1970, exp one of
// seconds; an empty value is absent.
const (
	attrKey          = "pk"
	attrState        = "state"
	attrOwner        = "owner"
	attrFence        = "fence"
	attrLease        = "lease"
	attrNotBefore    = "not_before"
	attrAttempts     = "attempts"
	attrRuns         = "runs"
	attrHash         = "hash"
	attrIdentity     = "identity"
	attrSecret       = "secret"
	attrDone         = "done"
	attrStarted      = "started"
	attrResults      = "results"
	attrType         = "type"
	attrReceived     = "received"
	attrDedupUntil   = "dedup_until"
	attrEarlier      = "earlier"
	attrFirstClaimed = "first_claimed"
	attrFinished     = "finished"
	attrReason       = "reason"
	attrTries        = "tries" // JSON, see ledger.EncodeTries
	attrOpen         = "open"  // the partition of the index of what is open
	attrSince        = "since"
	attrKind         = "kind"
	attrExpires      = "exp"
)

// An item is an item as the SDK has it.
type item = map[string]types.AttributeValue

// encode returns the attributes of the record of key, without the key.
func encode(key string, rec ledger.Record) item {
	it := item{}
	putText(it, attrState, string(rec.State))
	putText(it, attrOwner, rec.Owner)
	putNumber(it, attrFence, rec.Fence)
	putTime(it, attrLease, rec.Lease)
	putTime(it, attrNotBefore, rec.NotBefore)
	putNumber(it, attrAttempts, int64(rec.Attempts))
	putNumber(it, attrRuns, int64(rec.Runs))
	putText(it, attrHash, rec.Hash)
	putText(it, attrIdentity, string(rec.Identity))
	if rec.Secret != nil {
		putNumber(it, attrSecret, int64(*rec.Secret))
	}
	putNames(it, attrDone, rec.Done)
	putNames(it, attrStarted, rec.Started)
	putResults(it, rec.Results)
	putText(it, attrType, rec.Type)
	putTime(it, attrReceived, rec.Received)
	putTime(it, attrDedupUntil, rec.DedupUntil)
	putTime(it, attrEarlier, rec.Earlier)
	putTime(it, attrFirstClaimed, rec.FirstClaimed)
	putTime(it, attrFinished, rec.Finished)
	putText(it, attrReason, rec.Reason)
	putText(it, attrTries, ledger.EncodeTries(rec.Tries))
	if !rec.Since.IsZero() {
		putNumber(it, attrOpen, int64(ledger.OpenPartition(key)))
		putTime(it, attrSince, rec.Since)
		putText(it, attrKind, rec.Kind)
	}
	it[attrExpires] = number(rec.Expires.Unix())
	return it
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func names(ns []string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: ns} }

func putText(it item, attr, s string) {
	if s != "" {
		it[attr] = text(s)
	}
}

func putNumber(it item, attr string, n int64) { it[attr] = number(n) }

func putTime(it item, attr string, t time.Time) {
	if !t.IsZero() {
		it[attr] = number(t.UnixMilli())
	}
}

func putNames(it item, attr string, ns []string) {
	if len(ns) > 0 { // DynamoDB has no empty sets
		it[attr] = names(ns)
	}
}

// decode returns the record in it, or nil if there is no item.
func decode(it item) (*ledger.Record, error) {
	if len(it) == 0 {
		return nil, nil
	}
	d := decoder{it: it}
	rec := &ledger.Record{
		State: ledger.State(d.text(attrState)), Owner: d.text(attrOwner), Fence: d.number(attrFence),
		Lease: d.time(attrLease), NotBefore: d.time(attrNotBefore),
		Attempts: int(d.number(attrAttempts)), Hash: d.text(attrHash),
		Identity: webhook.Identity(d.text(attrIdentity)), Secret: d.optionalInt(attrSecret),
		Done: d.names(attrDone), Started: d.names(attrStarted), Results: d.results(attrResults), Type: d.text(attrType),
		Received: d.time(attrReceived), DedupUntil: d.time(attrDedupUntil),
		Earlier: d.time(attrEarlier), FirstClaimed: d.time(attrFirstClaimed), Finished: d.time(attrFinished), Reason: d.text(attrReason),
		Tries: ledger.DecodeTries(d.text(attrTries)),
		Since: d.time(attrSince), Kind: d.text(attrKind), Expires: time.Unix(d.number(attrExpires), 0).UTC(),
	}
	// An older version, which counts only attempts, may have written or changed the record.
	rec.Runs = max(int(d.number(attrRuns)), rec.Attempts)
	if d.err == nil && rec.State == "" {
		d.fail(attrState)
	}
	return rec, d.err
}

// A decoder reads attributes and keeps the first error. An absent one is empty.
type decoder struct {
	it  item
	err error
}

func (d *decoder) fail(attr string) {
	if d.err == nil {
		d.err = fmt.Errorf("item is not a record: attribute %q is missing or of another type; give the ledger a table of its own", attr)
	}
}

func (d *decoder) text(attr string) string {
	switch v := d.it[attr].(type) {
	case nil:
		return ""
	case *types.AttributeValueMemberS:
		return v.Value
	}
	d.fail(attr)
	return ""
}

func (d *decoder) number(attr string) int64 {
	switch v := d.it[attr].(type) {
	case nil:
		return 0
	case *types.AttributeValueMemberN:
		if n, err := strconv.ParseInt(v.Value, 10, 64); err == nil {
			return n
		}
	}
	d.fail(attr)
	return 0
}

func (d *decoder) optionalInt(attr string) *int {
	n := d.number(attr)
	if d.it[attr] == nil {
		return nil
	}
	return new(int(n))
}

func (d *decoder) time(attr string) time.Time {
	n := d.number(attr)
	if d.it[attr] == nil || d.err != nil {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func (d *decoder) names(attr string) []string {
	switch v := d.it[attr].(type) {
	case nil:
		return nil
	case *types.AttributeValueMemberSS:
		return slices.Sorted(slices.Values(v.Value))
	}
	d.fail(attr)
	return nil
}
