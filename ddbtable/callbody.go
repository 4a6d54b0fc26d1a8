package ddbtable

import (
	"math"
	"strconv"

	"example.com/ddb/internal/wire"
)

// appendBody appends the request's JSON.
func (c *call) appendBody(dst []byte) []byte {
	switch c.op {
	case opBatchGet:
		return c.appendBatchGet(dst)
	case opBatchWrite:
		return c.appendBatchWrite(dst)
	case opTransactGet, opTransactWrite:
		return c.appendTransaction(dst)
	}
	dst = wire.AppendString(append(dst, `{"TableName":`...), c.table)
	if c.index != "" {
		dst = wire.AppendString(append(dst, `,"IndexName":`...), c.index)
	}
	if c.key != nil {
		dst = appendMembers(append(dst, `,"Key":`...), c.key)
	}
	if !c.item.none() {
		dst = c.item.appendJSON(append(dst, `,"Item":`...))
	}
	dst = c.texts.appendJSON(dst)
	dst = c.appendFlags(dst)
	if c.limit > 0 {
		dst = strconv.AppendInt(append(dst, `,"Limit":`...), int64(min(c.limit, math.MaxInt32)), 10)
	}
	if !c.start.none() {
		dst = c.start.appendJSON(append(dst, `,"ExclusiveStartKey":`...))
	}
	return append(dst, '}')
}

func (c *call) appendBatchGet(dst []byte) []byte {
	dst = wire.AppendString(append(dst, `{"RequestItems":{`...), c.table)
	for i, key := range c.keys {
		dst = append(dst, separator(i, `:{"Keys":[`)...)
		dst = appendMembers(dst, key)
	}
	dst = c.texts.appendJSON(append(dst, ']'))
	if c.consistent {
		dst = append(dst, `,"ConsistentRead":true`...)
	}
	return append(dst, `}}}`...)
}

func (c *call) appendBatchWrite(dst []byte) []byte {
	dst = wire.AppendString(append(dst, `{"RequestItems":{`...), c.table)
	for i, request := range c.writes {
		dst = append(append(dst, separator(i, `:[`)...), request.json...)
	}
	return append(dst, `]}}`...)
}

func (c *call) appendTransaction(dst []byte) []byte {
	for i, part := range c.parts {
		dst = append(dst, separator(i, `{"TransactItems":[`)...)
		dst = append(append(append(dst, `{"`...), transactNames[part.op]...), `":`...)
		dst = append(part.appendBody(dst), '}')
	}
	dst = append(dst, ']')
	if c.token != "" {
		dst = wire.AppendString(append(dst, `,"ClientRequestToken":`...), c.token)
	}
	return append(dst, '}')
}

// transactNames are the members of a transaction's part.
var transactNames = map[operation]string{
	opGetItem: "Get", opPutItem: "Put", opUpdateItem: "Update", opDeleteItem: "Delete", opCheck: "ConditionCheck",
}

// appendJSON appends the expressions as members of a request. They consist of
// operators and placeholders, which need no escapes.
func (t *texts) appendJSON(dst []byte) []byte {
	if t.json != nil {
		return append(dst, t.json...)
	}
	for _, member := range []struct {
		name string
		text []byte
	}{
		{`,"KeyConditionExpression":"`, t.keyCondition},
		{`,"FilterExpression":"`, t.filter},
		{`,"ConditionExpression":"`, t.condition},
		{`,"UpdateExpression":"`, t.update},
		{`,"ProjectionExpression":"`, t.projection},
	} {
		if len(member.text) > 0 {
			dst = append(append(append(dst, member.name...), member.text...), '"')
		}
	}
	return t.appendPlaceholders(dst)
}

func (c *call) appendFlags(dst []byte) []byte {
	if c.consistent {
		dst = append(dst, `,"ConsistentRead":true`...)
	}
	if c.backward {
		dst = append(dst, `,"ScanIndexForward":false`...)
	}
	if c.count {
		dst = append(dst, `,"Select":"COUNT"`...)
	}
	if c.segment != nil && c.segment.total > 1 {
		dst = strconv.AppendInt(append(dst, `,"Segment":`...), int64(c.segment.index), 10)
		dst = strconv.AppendInt(append(dst, `,"TotalSegments":`...), int64(c.segment.total), 10)
	}
	if c.returns != returnsNothing {
		dst = append(append(append(dst, `,"ReturnValues":"`...), c.returns.String()...), '"')
	}
	if c.oldOnFailure {
		dst = append(dst, `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`...)
	}
	return dst
}
