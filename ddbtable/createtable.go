package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateTable creates the table with its indexes and returns when all of them
// are active. It is fine if the table is there already, or is just being
// created by somebody else: it must then have the defined primary key and
// attribute types and each defined index with its key and projection, else the
// error is a [SchemaError]. Other indexes, throughput and billing are not
// compared. A table that is being changed is waited for; one that is being
// deleted too, and then created anew.
//
// It costs one CreateTable and, every [PollInterval], one DescribeTable. Give a
// context with a deadline.
func (t *Table[T]) CreateTable(ctx context.Context) error {
	return t.opError("create table", t.tables(func(t *core) error { return t.createTable(ctx) }))
}

// ready is what stands in the way of sending.
func (t *core) ready() error {
	if err := t.mistake(); err != nil {
		return err
	}
	if nilClient(t.client) {
		return errNilClient
	}
	return nil
}

func (t *core) createTable(ctx context.Context) error {
	if err := t.ready(); err != nil {
		return err
	}
	for {
		_, err := t.client.CreateTable(ctx, t.createInput())
		if _, inUse := errors.AsType[*types.ResourceInUseException](err); err != nil && !inUse {
			return err
		}
		gone, err := t.awaitActive(ctx)
		if !gone || err != nil {
			return err
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return err
		}
	}
}

// awaitActive waits until table and indexes are active, and checks them. Gone
// says that the table is not there any more.
func (t *core) awaitActive(ctx context.Context) (gone bool, err error) {
	for {
		table, err := t.describe(ctx)
		switch {
		case err != nil:
			return false, err
		case table == nil:
			return true, nil
		case table.TableStatus != types.TableStatusDeleting:
			if err := t.compare(table); err != nil {
				return false, err
			}
			if done, err := settled(table); done || err != nil {
				return false, err
			}
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return false, err
		}
	}
}

// describe returns the table's description, nil if there is no such table.
func (t *core) describe(ctx context.Context) (*types.TableDescription, error) {
	out, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.settings.name})
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.Table, nil
}

// settled reports whether the table and all its indexes are active. The error
// says that waiting does not make them so.
func settled(table *types.TableDescription) (bool, error) {
	switch s := table.TableStatus; s {
	case types.TableStatusActive:
	case types.TableStatusCreating, types.TableStatusUpdating:
		return false, nil
	default:
		return false, fmt.Errorf("the table is there with status %s, which waiting does not change; mend or delete it, or use another name", s)
	}
	return !slices.ContainsFunc(table.GlobalSecondaryIndexes, func(x types.GlobalSecondaryIndexDescription) bool {
		return x.IndexStatus != types.IndexStatusActive
	}), nil
}
