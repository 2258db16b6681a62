package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
)

// The item of a note: its key's prefix, and its text; v is its version. A policy can bind
// the rights of a program to keys with the prefix.
const (
	notePrefix   = ":"
	attrNoteText = "text"
)

// GetNote is described at [ledger.Notes]. The read is strongly consistent.
func (s *Store) GetNote(ctx context.Context, name string) (ledger.Note, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{attrKey: text(notePrefix + name)}, ConsistentRead: new(true),
	})
	if err != nil || len(out.Item) == 0 {
		return ledger.Note{}, wrap("read note", name, err)
	}
	d := decoder{it: out.Item}
	note := ledger.Note{Version: d.number(attrVersion), Text: d.text(attrNoteText)}
	if d.err != nil || note.Version == 0 {
		return ledger.Note{}, wrap("read note", name, errNoNote)
	}
	return note, nil
}

var errNoNote = errors.New("item is not a note: v or text is missing or of another type; give the ledger a table of its own")

// PutNote is described at [ledger.Notes].
func (s *Store) PutNote(ctx context.Context, name string, version int64, content string) error {
	e := newExpression()
	unchanged := "attribute_not_exists(" + e.name(attrVersion) + ")"
	if version != 0 {
		unchanged = e.name(attrVersion) + " = " + e.value(number(version))
	}
	e.conditions = append(e.conditions, unchanged+" OR "+
		e.name(attrVersion)+" = "+e.value(number(version+1))+" AND "+e.name(attrNoteText)+" = "+e.value(text(content)))
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, ConditionExpression: e.condition(),
		Item:                     item{attrKey: text(notePrefix + name), attrVersion: number(version + 1), attrNoteText: text(content)},
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
	})
	if _, refused := errors.AsType[*types.ConditionalCheckFailedException](err); refused {
		err = ledger.ErrNoteMoved
	}
	return wrap("put note", name, err)
}
