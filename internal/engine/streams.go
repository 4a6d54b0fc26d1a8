package engine

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/wire"
)

const (
	// iteratorLife is how long a shard iterator can be used, see
	// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
	iteratorLife = 15 * time.Minute
	// maxListedStreams is the number of streams in one answer.
	maxListedStreams = 100
	// maxRecords and maxRecordBytes bound one answer of GetRecords.
	maxRecords     = 1000
	maxRecordBytes = 1 << 20
)

func (e *Engine) listStreams(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.ListStreams)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		limit := maxListedStreams
		if in.Limit.Set {
			limit = int(in.Limit.Value)
		}
		return e.appendStreams(out, in.TableName.Value, in.ExclusiveStartStreamArn.Value, limit)
	}}, nil
}

type listedStream struct{ StreamArn, TableName, StreamLabel string }

func (e *Engine) appendStreams(out []byte, table, after string, limit int) ([]byte, error) {
	answer := struct {
		Streams                []listedStream
		LastEvaluatedStreamArn string `json:",omitempty"`
	}{Streams: []listedStream{}}
	for _, s := range e.streamsInOrder(table) {
		if s.arn() <= after {
			continue
		}
		if len(answer.Streams) == limit {
			answer.LastEvaluatedStreamArn = answer.Streams[limit-1].StreamArn
			break
		}
		answer.Streams = append(answer.Streams, listedStream{s.arn(), s.definition.Table, s.definition.Label})
	}
	text, err := json.Marshal(answer)
	return append(out, text...), err
}

// lookupStream gives a stream by its ARN.
func (e *Engine) lookupStream(arn string) (*stream, *apierror.Error) {
	s := (*e.streams.Load())[arn]
	if s == nil || s.over(e.clock()) {
		return nil, apierror.StreamNotFound(arn)
	}
	return s, nil
}

// tableOf gives the name of the table in a stream's ARN, for faults.
func tableOf(arn string) string {
	_, rest, _ := strings.Cut(arn, ":table/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func (e *Engine) describeStream(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.DescribeStream)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	return action{table: tableOf(in.StreamArn.Value), run: func(out []byte) ([]byte, error) {
		s, err := e.lookupStream(in.StreamArn.Value)
		if err != nil {
			return out, err
		}
		return e.appendStream(out, s, in)
	}}, nil
}

type describedSequences struct {
	StartingSequenceNumber string
	EndingSequenceNumber   string `json:",omitempty"`
}

type describedShard struct {
	ShardID             string `json:"ShardId"`
	SequenceNumberRange describedSequences
}

// A streamDescription is the answer of DescribeStream.
type streamDescription struct {
	StreamArn, StreamLabel, StreamStatus, StreamViewType, TableName string
	CreationRequestDateTime                                         epoch
	KeySchema                                                       []describedKey
	Shards                                                          []describedShard
}

func (e *Engine) appendStream(out []byte, s *stream, in *request.DescribeStream) ([]byte, error) {
	d := &s.definition
	answer := streamDescription{
		StreamArn: s.arn(), StreamLabel: d.Label, StreamStatus: "ENABLED", StreamViewType: d.View, TableName: d.Table,
		CreationRequestDateTime: epoch(d.Created), KeySchema: describeKey(d.Key), Shards: []describedShard{},
	}
	if !s.open() {
		answer.StreamStatus = "DISABLED"
	}
	// The one shard has no children.
	if in.ExclusiveStartShardID.Value != s.shard() && !in.ChildrenOf.Set {
		shard, err := e.describeShard(s)
		if err != nil {
			return out, err
		}
		answer.Shards = append(answer.Shards, shard)
	}
	text, err := json.Marshal(map[string]any{"StreamDescription": answer})
	return append(out, text...), err
}

func (e *Engine) describeShard(s *stream) (describedShard, error) {
	first := uint64(max(0, s.definition.Created.UnixNano()))
	shard := describedShard{ShardID: s.shard()}
	shard.SequenceNumberRange.StartingSequenceNumber = sequenceText(first)
	if s.open() {
		return shard, nil
	}
	last, err := e.committed(s)
	shard.SequenceNumberRange.EndingSequenceNumber = sequenceText(max(first, last))
	return shard, err
}

// committed gives the highest sequence number that can be read.
func (e *Engine) committed(s *stream) (uint64, error) {
	snapshot, err := e.store.Snapshot(s.definition.Space)
	if err != nil {
		return 0, err
	}
	defer snapshot.Release()
	return s.newest(snapshot)
}

// An iterator is a place in a stream: the lowest sequence number that is to be
// read.
type iterator struct {
	arn    string
	from   uint64
	issued time.Time
}

// String gives the text that a client holds.
func (i iterator) String() string {
	place := binary.BigEndian.AppendUint64(nil, i.from)
	place = binary.BigEndian.AppendUint64(place, uint64(i.issued.UnixMilli()))
	return i.arn + "|1|" + base64.RawURLEncoding.EncodeToString(place)
}

func parseIterator(text string) (iterator, *apierror.Error) {
	arn, rest, ok := strings.Cut(text, "|1|")
	place, err := base64.RawURLEncoding.DecodeString(rest)
	if !ok || err != nil || len(place) != 16 {
		return iterator{}, apierror.IteratorInvalid()
	}
	issued := time.UnixMilli(int64(binary.BigEndian.Uint64(place[8:])))
	return iterator{arn, binary.BigEndian.Uint64(place), issued}, nil
}

func (e *Engine) getShardIterator(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.GetShardIterator)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	return action{table: tableOf(in.StreamArn.Value), run: func(out []byte) ([]byte, error) {
		s, refusal := e.lookupStream(in.StreamArn.Value)
		if refusal != nil {
			return out, refusal
		}
		if in.ShardID.Value != s.shard() {
			return out, apierror.ShardNotFound(in.ShardID.Value, in.StreamArn.Value)
		}
		from, err := e.startOf(s, in)
		if err != nil {
			return out, err
		}
		i := iterator{s.arn(), from, e.clock()}
		return append(wire.AppendText(append(out, `{"ShardIterator":`...), i.String()), '}'), nil
	}}, nil
}

// startOf gives the lowest sequence number that an iterator reads, 0 for the
// oldest record there is.
func (e *Engine) startOf(s *stream, in *request.GetShardIterator) (uint64, error) {
	switch {
	case in.Type.Value == "TRIM_HORIZON":
		return 0, nil
	case in.Type.Value == "LATEST":
		last, err := e.committed(s)
		return last + 1, err
	}
	n, ok := parseSequence(in.SequenceNumber.Value)
	switch {
	case !ok:
		return 0, apierror.SequenceNumberInvalid()
	case n < horizon(e.clock()):
		return 0, apierror.RecordsTrimmed()
	case in.Type.Value == "AFTER_SEQUENCE_NUMBER":
		return n + 1, nil
	}
	return n, nil
}

func (e *Engine) getRecords(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.GetRecords)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	i, err := parseIterator(in.ShardIterator.Value)
	if err != nil {
		return action{}, err
	}
	return action{table: tableOf(i.arn), run: func(out []byte) ([]byte, error) {
		now := e.clock()
		if now.Sub(i.issued) > iteratorLife {
			return out, apierror.IteratorExpired()
		}
		s, err := e.lookupStream(i.arn)
		if err != nil {
			return out, err
		}
		limit := maxRecords
		if in.Limit.Set {
			limit = int(in.Limit.Value)
		}
		return e.readRecords(out, s, i.from, limit, now)
	}}, nil
}

// readRecords appends the records from a place on. After the last record of a
// closed stream there is no further iterator.
func (e *Engine) readRecords(out []byte, s *stream, from uint64, limit int, now time.Time) ([]byte, error) {
	snapshot, err := e.store.Snapshot(s.definition.Space)
	if err != nil {
		return out, err
	}
	defer snapshot.Release()
	out = append(out, `{"Records":[`...)
	count, size, more := 0, 0, false
	var failed error
	rng := store.Range{From: recordKey(max(from, horizon(now)))}
	err = snapshot.Range(s.definition.Space, rng, func(key, value []byte) bool {
		rec, err := decodeRecord(value)
		if failed = err; err != nil {
			return false
		}
		if count == limit || count > 0 && size+rec.size() > maxRecordBytes {
			more = true
			return false
		}
		if count > 0 {
			out = append(out, ',')
		}
		sequence := binary.BigEndian.Uint64(key)
		out = s.appendRecord(out, sequence, rec)
		count, size, from = count+1, size+rec.size(), sequence+1
		return true
	})
	if err == nil {
		err = failed
	}
	out = append(out, ']')
	if s.open() || more {
		next := iterator{s.arn(), from, now}
		out = wire.AppendText(append(out, `,"NextShardIterator":`...), next.String())
	}
	return append(out, '}'), err
}
