package ddbtable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DeleteTable deletes the table with all its items and returns when it is gone.
// It is fine if there is none. Cost and waiting are as in [Table.CreateTable].
func (t *Table[T]) DeleteTable(ctx context.Context) error {
	return t.opError("delete table", t.tables(func(t *core) error { return t.deleteTable(ctx) }))
}

func (t *core) deleteTable(ctx context.Context) error {
	if err := t.ready(); err != nil {
		return err
	}
	for {
		out, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &t.settings.name})
		if err == nil {
			return t.awaitGone(ctx, out.TableDescription)
		}
		if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
			return nil
		}
		// A table that is being created cannot be deleted yet, and one that is
		// being deleted not again.
		if _, inUse := errors.AsType[*types.ResourceInUseException](err); !inUse {
			return err
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return err
		}
	}
}

// awaitGone waits until the table is not there any more. One of the same name
// that somebody has created since then has another id, and is let alone.
func (t *core) awaitGone(ctx context.Context, deleted *types.TableDescription) error {
	for {
		table, err := t.describe(ctx)
		if err != nil || table == nil || !sameTable(table, deleted) {
			return err
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return err
		}
	}
}

// sameTable reports whether two descriptions are of one table, as far as the
// engine gives ids.
func sameTable(a, b *types.TableDescription) bool {
	return b == nil || a.TableId == nil || b.TableId == nil || *a.TableId == *b.TableId
}
