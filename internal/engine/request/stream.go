package request

import (
	"regexp"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// Lengths that the model of the Streams API declares, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Types_Amazon_DynamoDB_Streams.html
const (
	minStreamARN, maxStreamARN = 37, 1024
	minShard, maxShard         = 28, 65
	minSequence, maxSequence   = 21, 40
	maxIterator                = 2048
	maxStreams                 = 100
	maxRecords                 = 1000
)

var (
	iteratorTypes = []string{"TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"}
	shardFilters  = []string{"CHILD_SHARDS"}
	streamARN     = regexp.MustCompile("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]*:[0-9]*:table/" + namePattern + "/stream/.+$")
	sequence      = regexp.MustCompile("^[0-9]+$")
)

// streamARN checks the ARN of a stream.
func (c *constraints) streamARN(t Text, path string) {
	if t.Set {
		c.length(len(t.Value), t.Value, path, minStreamARN, maxStreamARN)
	}
}

// bounded checks the length of an optional text.
func (c *constraints) bounded(t Text, path string, least, most int) {
	if t.Set {
		c.length(len(t.Value), t.Value, path, least, most)
	}
}

// checkStreamARN is the check that comes after the constraints.
func checkStreamARN(t Text) *apierror.Error {
	if t.Set && !streamARN.MatchString(t.Value) {
		return apierror.StreamARNInvalid()
	}
	return nil
}

// ListStreams is the input of ListStreams.
type ListStreams struct {
	TableName               Text
	Limit                   Int
	ExclusiveStartStreamArn Text
}

// Read reads and checks the input.
func (l *ListStreams) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "TableName":
			l.TableName.read(r)
		case "Limit":
			l.Limit.read(r, "Integer")
		case "ExclusiveStartStreamArn":
			l.ExclusiveStartStreamArn.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.name(l.TableName, "tableName", 3)
	c.minimum(l.Limit, "limit", 1)
	c.maximum(l.Limit, "limit", maxStreams)
	c.streamARN(l.ExclusiveStartStreamArn, "exclusiveStartStreamArn")
	if err := c.Err(); err != nil {
		return err
	}
	return checkStreamARN(l.ExclusiveStartStreamArn)
}

// DescribeStream is the input of DescribeStream.
type DescribeStream struct {
	StreamArn             Text
	Limit                 Int
	ExclusiveStartShardID Text
	// ChildrenOf is the shard whose children are wanted alone.
	ChildrenOf Text
	filter     Text
}

// Read reads and checks the input.
func (d *DescribeStream) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "StreamArn":
			d.StreamArn.read(r)
		case "Limit":
			d.Limit.read(r, "Integer")
		case "ExclusiveStartShardId":
			d.ExclusiveStartShardID.read(r)
		case "ShardFilter":
			r.Structure(wire.Field, "ShardFilter", func(name []byte) { d.readFilter(r, name) })
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.notNull(d.StreamArn.Set, "streamArn")
	c.streamARN(d.StreamArn, "streamArn")
	c.minimum(d.Limit, "limit", 1)
	c.maximum(d.Limit, "limit", maxStreams)
	c.bounded(d.ExclusiveStartShardID, "exclusiveStartShardId", minShard, maxShard)
	c.enum(d.filter, "shardFilter.type", shardFilters)
	c.bounded(d.ChildrenOf, "shardFilter.shardId", minShard, maxShard)
	if err := c.Err(); err != nil {
		return err
	}
	return checkStreamARN(d.StreamArn)
}

func (d *DescribeStream) readFilter(r *wire.Reader, name []byte) {
	switch string(name) {
	case "Type":
		d.filter.read(r)
	case "ShardId":
		d.ChildrenOf.read(r)
	default:
		r.Skip()
	}
}

// GetShardIterator is the input of GetShardIterator.
type GetShardIterator struct {
	StreamArn, ShardID, Type, SequenceNumber Text
}

// Read reads and checks the input.
func (g *GetShardIterator) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "StreamArn":
			g.StreamArn.read(r)
		case "ShardId":
			g.ShardID.read(r)
		case "ShardIteratorType":
			g.Type.read(r)
		case "SequenceNumber":
			g.SequenceNumber.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.notNull(g.StreamArn.Set, "streamArn")
	c.streamARN(g.StreamArn, "streamArn")
	c.notNull(g.ShardID.Set, "shardId")
	c.bounded(g.ShardID, "shardId", minShard, maxShard)
	c.notNull(g.Type.Set, "shardIteratorType")
	c.enum(g.Type, "shardIteratorType", iteratorTypes)
	c.bounded(g.SequenceNumber, "sequenceNumber", minSequence, maxSequence)
	if err := c.Err(); err != nil {
		return err
	}
	if err := checkStreamARN(g.StreamArn); err != nil {
		return err
	}
	return g.checkSequence()
}

// BySequence tells whether the iterator starts at or after a record.
func (g *GetShardIterator) BySequence() bool {
	return g.Type.Value == "AT_SEQUENCE_NUMBER" || g.Type.Value == "AFTER_SEQUENCE_NUMBER"
}

func (g *GetShardIterator) checkSequence() *apierror.Error {
	switch {
	case g.BySequence() && !g.SequenceNumber.Set:
		return apierror.SequenceNumberRequired(g.Type.Value)
	case g.SequenceNumber.Set && !sequence.MatchString(g.SequenceNumber.Value):
		return apierror.SequenceNumberInvalid()
	}
	return nil
}

// GetRecords is the input of GetRecords.
type GetRecords struct {
	ShardIterator Text
	Limit         Int
}

// Read reads and checks the input.
func (g *GetRecords) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "ShardIterator":
			g.ShardIterator.read(r)
		case "Limit":
			g.Limit.read(r, "Integer")
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.notNull(g.ShardIterator.Set, "shardIterator")
	c.bounded(g.ShardIterator, "shardIterator", 1, maxIterator)
	c.minimum(g.Limit, "limit", 1)
	c.maximum(g.Limit, "limit", maxRecords)
	return c.Err()
}
