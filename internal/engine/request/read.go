package request

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// Pages holds the members that Query and Scan share.
type Pages struct {
	TableName TableName
	IndexName Text
	Expressions
	// LegacyFilter is the QueryFilter or the ScanFilter.
	LegacyFilter           Comparisons
	ConditionalOperator    Text
	AttributesToGet        Texts
	Select                 Text
	Limit                  Int
	ExclusiveStartKey      Item
	ConsistentRead         Flag
	ReturnConsumedCapacity Text
}

func (p *Pages) readMember(r *wire.Reader, name []byte, has expressionMembers) {
	switch string(name) {
	case "TableName":
		p.TableName.read(r)
	case "IndexName":
		p.IndexName.read(r)
	case "AttributesToGet":
		p.AttributesToGet.read(r)
	case "ConditionalOperator":
		p.ConditionalOperator.read(r)
	case "Select":
		p.Select.read(r)
	case "Limit":
		p.Limit.read(r, "Integer")
	case "ExclusiveStartKey":
		p.ExclusiveStartKey.read(r)
	case "ConsistentRead":
		p.ConsistentRead.read(r)
	case "ReturnConsumedCapacity":
		p.ReturnConsumedCapacity.read(r)
	default:
		if !p.Expressions.readMember(r, name, has|hasFilter|hasProjection|hasValues) {
			r.Skip()
		}
	}
}

// Query is the input of Query.
type Query struct {
	Pages
	KeyConditions    Comparisons
	ScanIndexForward Flag
}

// Read reads and checks the input.
func (q *Query) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "ScanIndexForward":
			q.ScanIndexForward.read(r)
		case "KeyConditions":
			q.KeyConditions.read(r)
		case "QueryFilter":
			q.LegacyFilter.read(r)
		default:
			q.Pages.readMember(r, name, hasKeyCondition)
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.enum(q.Select, "select", selects)
	c.name(q.IndexName, "indexName", 3)
	c.enum(q.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.tableName(&q.TableName, "tableName")
	c.attributesToGet(&q.AttributesToGet)
	c.minimum(q.Limit, "limit", 1)
	c.enum(q.ConditionalOperator, "conditionalOperator", conditionalOperators)
	c.comparisons(&q.LegacyFilter, "queryFilter", true)
	c.comparisons(&q.KeyConditions, "keyConditions", true)
	return c.Err()
}

// Descending tells whether the order is reversed.
func (q *Query) Descending() bool {
	return q.ScanIndexForward.Set && !q.ScanIndexForward.Value
}

// Scan is the input of Scan.
type Scan struct {
	Pages
	Segment       Int
	TotalSegments Int
}

// maxSegments is the number of segments of a parallel scan, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
const maxSegments = 1000000

// Read reads and checks the input.
func (s *Scan) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "Segment":
			s.Segment.read(r, "Integer")
		case "TotalSegments":
			s.TotalSegments.read(r, "Integer")
		case "ScanFilter":
			s.LegacyFilter.read(r)
		default:
			s.Pages.readMember(r, name, 0)
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.enum(s.Select, "select", selects)
	c.name(s.IndexName, "indexName", 3)
	c.minimum(s.TotalSegments, "totalSegments", 1)
	c.maximum(s.TotalSegments, "totalSegments", maxSegments)
	c.enum(s.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.tableName(&s.TableName, "tableName")
	c.minimum(s.Segment, "segment", 0)
	c.maximum(s.Segment, "segment", maxSegments-1)
	c.minimum(s.Limit, "limit", 1)
	c.attributesToGet(&s.AttributesToGet)
	c.enum(s.ConditionalOperator, "conditionalOperator", conditionalOperators)
	c.comparisons(&s.LegacyFilter, "scanFilter", true)
	return c.Err()
}
