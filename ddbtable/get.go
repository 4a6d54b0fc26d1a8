package ddbtable

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// Get reads the item with the primary key that the equalities give: one for
// each key attribute, or one for each facet of a key that is made by a
// template. Their order does not matter.
//
// It costs one GetItem: half a read unit for each 4 KB, begun, of the item, and
// twice that on a table that is [Table.Consistent]. Errors are [ErrNotFound],
// and [ItemError] together with the item as far as it could be read.
func (t *Table[T]) Get(ctx context.Context, key ...Equality[T]) (T, error) {
	item, err := t.get(ctx, key)
	return item, t.opError("get", err)
}

func (t *Table[T]) get(ctx context.Context, equalities []Equality[T]) (T, error) {
	var none T
	if t.err != nil {
		return none, t.err
	}
	key, err := t.key(equalities)
	if err == nil {
		err = t.projection.err
	}
	if err != nil {
		return none, err
	}
	keys := t.def.primary.keys()
	item, err := t.getItem(ctx, attributeValues(key), t.consistent, t.projection, keys)
	switch {
	case err != nil:
		return none, err
	case item == nil:
		return none, ErrNotFound
	}
	return t.read(item, t.projection, keys)
}

// getItem sends one GetItem. The item is nil if there is none.
func (t *Table[T]) getItem(ctx context.Context, key map[string]types.AttributeValue, consistent bool, p projection[T], keys []*fields.Field) (map[string]types.AttributeValue, error) {
	var w writer
	in := &dynamodb.GetItemInput{TableName: &t.settings.name, Key: key}
	if consistent {
		in.ConsistentRead = aws.Bool(true)
	}
	if text := p.expression(&w, keys); text != "" {
		in.ProjectionExpression, in.ExpressionAttributeNames = &text, w.nameMap()
	}
	out, err := t.client.GetItem(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}
