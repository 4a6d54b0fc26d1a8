package ddbtable

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (s *typedSender) batchGet(ctx context.Context, c *call) (reply, error) {
	in := types.KeysAndAttributes{
		ConsistentRead:           flag(c.consistent),
		ProjectionExpression:     optional(c.texts.projection),
		ExpressionAttributeNames: c.texts.nameMap(),
	}
	for _, key := range c.keys {
		in.Keys = append(in.Keys, typedMembers(key))
	}
	out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		ReturnConsumedCapacity: c.wanted(),
		RequestItems:           map[string]types.KeysAndAttributes{c.table: in},
	}, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	r := reply{capacity: out.ConsumedCapacity}
	for _, items := range out.Responses {
		c.take(items)
	}
	for _, keys := range out.UnprocessedKeys {
		for _, key := range keys.Keys {
			r.left = append(r.left, item{typed: key})
		}
	}
	if len(r.left) > 0 {
		for _, items := range out.Responses {
			for _, attributes := range items {
				r.bytes += item{typed: attributes}.length()
			}
		}
	}
	return r, nil
}

func (s *typedSender) batchWrite(ctx context.Context, c *call) (reply, error) {
	requests := make([]types.WriteRequest, len(c.writes))
	for i, request := range c.writes {
		requests[i] = request.typed
	}
	out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		ReturnConsumedCapacity: c.wanted(),
		RequestItems:           map[string][]types.WriteRequest{c.table: requests},
	}, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	r := reply{capacity: out.ConsumedCapacity}
	for _, requests := range out.UnprocessedItems {
		for _, request := range requests {
			if request.PutRequest != nil {
				r.left = append(r.left, item{typed: request.PutRequest.Item})
			} else if request.DeleteRequest != nil {
				r.left = append(r.left, item{typed: request.DeleteRequest.Key})
			}
		}
	}
	return r, nil
}

func (s *typedSender) transactGet(ctx context.Context, c *call) (reply, error) {
	in := &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: c.wanted()}
	for _, part := range c.parts {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{
			TableName:                &part.table,
			Key:                      typedMembers(part.key),
			ProjectionExpression:     optional(part.texts.projection),
			ExpressionAttributeNames: part.texts.nameMap(),
		}})
	}
	out, err := s.client.TransactGetItems(ctx, in, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	r := reply{capacity: out.ConsumedCapacity}
	for i, response := range out.Responses {
		found := item{typed: response.Item}
		if i < len(c.parts) && err == nil {
			err = c.parts[i].into.take(found)
		}
		r.found = append(r.found, found)
	}
	return r, err
}

func (s *typedSender) transactWrite(ctx context.Context, c *call) (reply, error) {
	// Made for this call alone: the SDK writes into it.
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: &c.token, ReturnConsumedCapacity: c.wanted()}
	for _, part := range c.parts {
		one, err := part.transactItem()
		if err != nil {
			return reply{}, err
		}
		in.TransactItems = append(in.TransactItems, one)
	}
	out, err := s.client.TransactWriteItems(ctx, in, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	return reply{capacity: out.ConsumedCapacity}, nil
}

// transactItem is a part of a transaction in the SDK's type.
func (c *call) transactItem() (one types.TransactWriteItem, err error) {
	condition, names, values := optional(c.texts.condition), c.texts.nameMap(), c.texts.valueMap()
	switch c.op {
	case opPutItem:
		one.Put = &types.Put{
			TableName: &c.table, ConditionExpression: condition, ExpressionAttributeNames: names,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: c.oldValues(),
		}
		one.Put.Item, err = c.item.attributeValues()
	case opUpdateItem:
		one.Update = &types.Update{
			TableName: &c.table, Key: typedMembers(c.key), UpdateExpression: optional(c.texts.update),
			ConditionExpression: condition, ExpressionAttributeNames: names,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: c.oldValues(),
		}
	case opDeleteItem:
		one.Delete = &types.Delete{
			TableName: &c.table, Key: typedMembers(c.key), ConditionExpression: condition, ExpressionAttributeNames: names,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: c.oldValues(),
		}
	default:
		one.ConditionCheck = &types.ConditionCheck{
			TableName: &c.table, Key: typedMembers(c.key), ConditionExpression: condition, ExpressionAttributeNames: names,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: c.oldValues(),
		}
	}
	return one, err
}
