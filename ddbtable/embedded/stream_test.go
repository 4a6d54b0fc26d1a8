package embedded_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable/embedded"
)

// streamsClient makes a client of the streams service that goes where a client
// of the engine goes.
func streamsClient(c *dynamodb.Client) *dynamodbstreams.Client {
	o := c.Options()
	return dynamodbstreams.New(dynamodbstreams.Options{
		Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient,
	})
}

// streamed is a table with the key a, b, an index, and a stream.
func streamed(view types.StreamViewType) *dynamodb.CreateTableInput {
	in := withGlobalIndexes(1)
	in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: view}
	return in
}

func createStreamed(t *testing.T, c *dynamodb.Client, view types.StreamViewType) string {
	t.Helper()
	out, err := c.CreateTable(t.Context(), streamed(view))
	must(t, err)
	return *out.TableDescription.LatestStreamArn
}

// shardOf gives the one shard of a stream.
func shardOf(t *testing.T, streams *dynamodbstreams.Client, arn string) streamtypes.Shard {
	t.Helper()
	out, err := streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &arn})
	must(t, err)
	if len(out.StreamDescription.Shards) != 1 {
		t.Fatalf("%d shards", len(out.StreamDescription.Shards))
	}
	return out.StreamDescription.Shards[0]
}

func iteratorOf(
	t *testing.T, streams *dynamodbstreams.Client, arn string, kind streamtypes.ShardIteratorType, sequence *string,
) *string {
	t.Helper()
	out, err := streams.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &arn, ShardId: shardOf(t, streams, arn).ShardId, ShardIteratorType: kind, SequenceNumber: sequence,
	})
	must(t, err)
	return out.ShardIterator
}

// records reads from an iterator until there are no more records.
func records(t *testing.T, streams *dynamodbstreams.Client, iterator *string) []streamtypes.Record {
	t.Helper()
	var list []streamtypes.Record
	for iterator != nil {
		out, err := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: iterator, Limit: aws.Int32(2)})
		must(t, err)
		if len(out.Records) == 0 {
			break
		}
		list = append(list, out.Records...)
		iterator = out.NextShardIterator
	}
	return list
}

func allRecords(t *testing.T, streams *dynamodbstreams.Client, arn string) []streamtypes.Record {
	t.Helper()
	return records(t, streams, iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeTrimHorizon, nil))
}

// shown writes a record as "EVENT keys old new", with b, the sort key, for the
// keys and n for an image.
func shown(r streamtypes.Record) string {
	image := func(it map[string]streamtypes.AttributeValue) string {
		switch v := it["n"].(type) {
		case *streamtypes.AttributeValueMemberN:
			return v.Value
		case nil:
			if it != nil {
				return "?"
			}
		}
		return "-"
	}
	key := r.Dynamodb.Keys["b"].(*streamtypes.AttributeValueMemberS).Value
	text := fmt.Sprintf("%s %s %s %s", r.EventName, key, image(r.Dynamodb.OldImage), image(r.Dynamodb.NewImage))
	if r.UserIdentity != nil {
		text += " by " + *r.UserIdentity.Type + " " + *r.UserIdentity.PrincipalId
	}
	return text
}

func allShown(list []streamtypes.Record) []string {
	var texts []string
	for _, r := range list {
		texts = append(texts, shown(r))
	}
	return texts
}

// change makes a change of each kind: puts, an update, deletes, a batch, a
// transaction, and writes that change nothing.
func change(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("1")})
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("1")})
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("2")})
	_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("p"), "b": s("1")}, UpdateExpression: aws.String("ADD n :n"),
		ExpressionAttributeValues: item{":n": n("1")},
	})
	must(t, err)
	_, err = c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("tab"), Key: item{"a": s("p"), "b": s("none")}})
	must(t, err)
	_, err = c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("tab"), Item: item{"a": s("p"), "b": s("2"), "n": n("7")}}},
		{Delete: &types.Delete{TableName: aws.String("tab"), Key: item{"a": s("p"), "b": s("1")}}},
	}})
	must(t, err)
	_, err = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
		"tab": {{DeleteRequest: &types.DeleteRequest{Key: item{"a": s("p"), "b": s("2")}}}},
	}})
	must(t, err)
}

// TestAStreamHasARecordOfEveryChange makes the same changes under each view.
func TestAStreamHasARecordOfEveryChange(t *testing.T) {
	for view, want := range map[types.StreamViewType][]string{
		types.StreamViewTypeNewAndOldImages: {
			"INSERT 1 - 1", "MODIFY 1 1 2", "MODIFY 1 2 3", "INSERT 2 - 7", "REMOVE 1 3 -", "REMOVE 2 7 -",
		},
		types.StreamViewTypeNewImage: {
			"INSERT 1 - 1", "MODIFY 1 - 2", "MODIFY 1 - 3", "INSERT 2 - 7", "REMOVE 1 - -", "REMOVE 2 - -",
		},
		types.StreamViewTypeOldImage: {
			"INSERT 1 - -", "MODIFY 1 1 -", "MODIFY 1 2 -", "INSERT 2 - -", "REMOVE 1 3 -", "REMOVE 2 7 -",
		},
		types.StreamViewTypeKeysOnly: {
			"INSERT 1 - -", "MODIFY 1 - -", "MODIFY 1 - -", "INSERT 2 - -", "REMOVE 1 - -", "REMOVE 2 - -",
		},
	} {
		t.Run(string(view), func(t *testing.T) {
			c := open(t).Client()
			arn := createStreamed(t, c, view)
			change(t, c)
			list := allRecords(t, streamsClient(c), arn)
			if diff := cmp.Diff(want, allShown(list)); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			seen := make(map[string]bool)
			for i, r := range list {
				seen[*r.EventID] = true
				if i > 0 && *r.Dynamodb.SequenceNumber <= *list[i-1].Dynamodb.SequenceNumber {
					t.Errorf("sequence number %s after %s", *r.Dynamodb.SequenceNumber, *list[i-1].Dynamodb.SequenceNumber)
				}
				if string(r.Dynamodb.StreamViewType) != string(view) || *r.EventSource != "aws:dynamodb" || *r.AwsRegion != "us-east-1" {
					t.Errorf("record: %+v", r)
				}
			}
			if len(seen) != len(list) {
				t.Errorf("%d event IDs of %d records", len(seen), len(list))
			}
		})
	}
}

func TestTheSizeOfARecordIsThatOfKeysAndImages(t *testing.T) {
	c := open(t).Client()
	arn := createStreamed(t, c, types.StreamViewTypeNewAndOldImages)
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("1")})
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("1234")})
	// Keys are 4 bytes, the images 7 and 8.
	list := allRecords(t, streamsClient(c), arn)
	if got := []int64{*list[0].Dynamodb.SizeBytes, *list[1].Dynamodb.SizeBytes}; !slices.Equal(got, []int64{11, 19}) {
		t.Errorf("sizes %v", got)
	}
}

// TestIterators starts reading at each kind of place.
func TestIterators(t *testing.T) {
	c := open(t).Client()
	streams := streamsClient(c)
	arn := createStreamed(t, c, types.StreamViewTypeNewImage)
	latest := iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeLatest, nil)
	change(t, c)
	list := allRecords(t, streams, arn)
	second := list[1].Dynamodb.SequenceNumber
	for _, test := range []struct {
		name string
		from *string
		want []streamtypes.Record
	}{
		{"latest, before the changes", latest, list},
		{"latest, after them", iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeLatest, nil), nil},
		{"at the second", iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeAtSequenceNumber, second), list[1:]},
		{"after the second", iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeAfterSequenceNumber, second), list[2:]},
	} {
		if diff := cmp.Diff(allShown(test.want), allShown(records(t, streams, test.from))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestIteratorsAndRecordsGrowOld reads with an iterator of 15 minutes and more,
// and looks for records of 24 hours and more.
func TestIteratorsAndRecordsGrowOld(t *testing.T) {
	now := time.Unix(1e9, 0)
	c := open(t, embedded.Clock(func() time.Time { return now })).Client()
	streams := streamsClient(c)
	arn := createStreamed(t, c, types.StreamViewTypeNewImage)
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("1")})
	from := iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeTrimHorizon, nil)
	first := records(t, streams, from)[0].Dynamodb.SequenceNumber
	now = now.Add(15 * time.Minute)
	if got := len(records(t, streams, from)); got != 1 {
		t.Errorf("after 15 minutes: %d records", got)
	}
	now = now.Add(time.Millisecond)
	_, err := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: from})
	if _, ok := errors.AsType[*streamtypes.ExpiredIteratorException](err); !ok {
		t.Errorf("after more than 15 minutes: %v", err)
	}
	put(t, c, item{"a": s("p"), "b": s("2"), "n": n("2")})
	// A sweep a minute before is the last one for now.
	now = time.Unix(1e9, 0).Add(24*time.Hour - time.Minute)
	if got := len(allRecords(t, streams, arn)); got != 2 {
		t.Errorf("after nearly a day: %d records", got)
	}
	now = now.Add(time.Minute + 1)
	if got := allShown(allRecords(t, streams, arn)); len(got) != 1 || got[0] != "INSERT 2 - 2" {
		t.Errorf("after a day: %v", got)
	}
	_, err = streams.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &arn, ShardId: shardOf(t, streams, arn).ShardId,
		ShardIteratorType: streamtypes.ShardIteratorTypeAtSequenceNumber, SequenceNumber: first,
	})
	if _, ok := errors.AsType[*streamtypes.TrimmedDataAccessException](err); !ok {
		t.Errorf("an iterator at a record that is gone: %v", err)
	}
}

// TestAStreamOutlivesItsTableByADay disables a stream, begins another one, and
// deletes the table.
func TestAStreamOutlivesItsTableByADay(t *testing.T) {
	now := time.Unix(1e9, 0)
	path := filepath.Join(t.TempDir(), "data")
	opts := []embedded.Option{embedded.File(path), embedded.Clock(func() time.Time { return now })}
	db := open(t, opts...)
	c := db.Client()
	first := createStreamed(t, c, types.StreamViewTypeNewImage)
	put(t, c, item{"a": s("p"), "b": s("1"), "n": n("1")})
	update(t, c, &dynamodb.UpdateTableInput{TableName: aws.String("tab"), StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(false)}})
	if d := describe(t, c); d.StreamSpecification != nil || *d.LatestStreamArn != first {
		t.Errorf("without a stream: %+v, %v", d.StreamSpecification, d.LatestStreamArn)
	}
	put(t, c, item{"a": s("p"), "b": s("2"), "n": n("2")})
	d := update(t, c, &dynamodb.UpdateTableInput{TableName: aws.String("tab"), StreamSpecification: streamed(types.StreamViewTypeKeysOnly).StreamSpecification})
	second := *d.LatestStreamArn
	if first == second {
		t.Fatal("a new stream has the ARN of the old one")
	}
	put(t, c, item{"a": s("p"), "b": s("3"), "n": n("3")})
	must(t, db.Close())

	db = open(t, opts...)
	c = db.Client()
	streams := streamsClient(c)
	put(t, c, item{"a": s("p"), "b": s("4"), "n": n("4")})
	if got := allShown(allRecords(t, streams, first)); fmt.Sprint(got) != "[INSERT 1 - 1]" {
		t.Errorf("first stream: %v", got)
	}
	if got := allShown(allRecords(t, streams, second)); fmt.Sprint(got) != "[INSERT 3 - - INSERT 4 - -]" {
		t.Errorf("second stream: %v", got)
	}
	_, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("tab")})
	must(t, err)
	if got := listed(t, streams); len(got) != 2 {
		t.Errorf("streams of a deleted table: %v", got)
	}
	out, err := streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &second})
	must(t, err)
	last := allRecords(t, streams, second)[1].Dynamodb.SequenceNumber
	if r := out.StreamDescription.Shards[0].SequenceNumberRange; out.StreamDescription.StreamStatus != streamtypes.StreamStatusDisabled || *r.EndingSequenceNumber != *last {
		t.Errorf("stream of a deleted table: %+v", out.StreamDescription)
	}
	now = now.Add(24 * time.Hour)
	if got := listed(t, streams); len(got) != 0 {
		t.Errorf("after a day: %v", got)
	}
	_, err = streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &second})
	if _, ok := errors.AsType[*streamtypes.ResourceNotFoundException](err); !ok {
		t.Errorf("after a day: %v", err)
	}
}

func listed(t *testing.T, streams *dynamodbstreams.Client) []string {
	t.Helper()
	var arns []string
	in := &dynamodbstreams.ListStreamsInput{Limit: aws.Int32(1)}
	for {
		out, err := streams.ListStreams(t.Context(), in)
		must(t, err)
		for _, s := range out.Streams {
			arns = append(arns, *s.StreamArn)
		}
		if out.LastEvaluatedStreamArn == nil {
			return arns
		}
		in.ExclusiveStartStreamArn = out.LastEvaluatedStreamArn
	}
}

// TestWrongRequestsOfStreams names streams, shards and places that are not there.
func TestWrongRequestsOfStreams(t *testing.T) {
	c := open(t).Client()
	streams := streamsClient(c)
	arn := createStreamed(t, c, types.StreamViewTypeNewImage)
	shard := shardOf(t, streams, arn).ShardId
	iterator := func(in dynamodbstreams.GetShardIteratorInput) error {
		_, err := streams.GetShardIterator(t.Context(), &in)
		return err
	}
	_, unknown := streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(arn + "x")})
	_, noARN := streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(strings.Repeat("x", 40))})
	_, noIterator := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: aws.String("x")})
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"unknown stream", unknown, "ResourceNotFoundException: Requested resource not found: Stream: "},
		{"no ARN", noARN, "ValidationException: Invalid StreamArn"},
		{"no iterator", noIterator, "ValidationException: Invalid ShardIterator"},
		{"unknown shard", iterator(dynamodbstreams.GetShardIteratorInput{
			StreamArn: &arn, ShardId: aws.String(*shard + "x"), ShardIteratorType: "LATEST",
		}), "ResourceNotFoundException: Requested resource not found: Shard: "},
		{"no sequence number", iterator(dynamodbstreams.GetShardIteratorInput{
			StreamArn: &arn, ShardId: shard, ShardIteratorType: "AT_SEQUENCE_NUMBER",
		}), "SequenceNumber must be specified when ShardIteratorType is AT_SEQUENCE_NUMBER"},
		{"wrong sequence number", iterator(dynamodbstreams.GetShardIteratorInput{
			StreamArn: &arn, ShardId: shard, ShardIteratorType: "AT_SEQUENCE_NUMBER", SequenceNumber: aws.String(strings.Repeat("x", 21)),
		}), "Invalid SequenceNumber"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s\n got: %v\nwant: %s", test.name, test.err, test.want)
		}
	}
}

// TestExpiredItemsStayUntilTheSweep lets items expire: they are there until an
// hour has passed, and the stream tells who deleted them.
func TestExpiredItemsStayUntilTheSweep(t *testing.T) {
	now := time.Unix(1e9, 0)
	c := open(t, embedded.Clock(func() time.Time { return now })).Client()
	arn := createStreamed(t, c, types.StreamViewTypeOldImage)
	_, err := c.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String("tab"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)},
	})
	must(t, err)
	at := func(d time.Duration) types.AttributeValue { return n(fmt.Sprint(now.Add(d).Unix())) }
	for b, expires := range map[string]types.AttributeValue{
		"soon":     at(time.Minute),
		"later":    at(2 * time.Hour),
		"text":     s(fmt.Sprint(now.Unix())),
		"long ago": at(-5 * 366 * 24 * time.Hour),
		"fraction": n("1000000060.5"),
	} {
		put(t, c, item{"a": s("p"), "b": s(b), "n": n("1"), "expires": expires})
	}
	for i := range 250 {
		put(t, c, item{"a": s("p"), "b": s(fmt.Sprint("many", i)), "n": n("1"), "expires": at(time.Minute)})
	}
	put(t, c, item{"a": s("p"), "b": s("never"), "n": n("1")})
	now = now.Add(59 * time.Minute)
	if got := counts(t, c); got != [4]int{256, 256, 256, 256} {
		t.Errorf("before the sweep: %v", got)
	}
	now = now.Add(time.Minute)
	if got := counts(t, c); got != [4]int{4, 4, 4, 4} {
		t.Errorf("after the sweep: %v", got)
	}
	var swept []string
	for _, r := range allRecords(t, streamsClient(c), arn) {
		if r.EventName == streamtypes.OperationTypeRemove && !strings.Contains(shown(r), "many") {
			swept = append(swept, shown(r))
		}
	}
	slices.Sort(swept)
	want := []string{"REMOVE fraction 1 - by Service dynamodb.amazonaws.com", "REMOVE soon 1 - by Service dynamodb.amazonaws.com"}
	if diff := cmp.Diff(want, swept); diff != "" {
		t.Errorf("records of the sweep (-want +got):\n%s", diff)
	}
}

// TestStreamOperationsAreOfTheirService sends an operation to the service that
// does not have it.
func TestStreamOperationsAreOfTheirService(t *testing.T) {
	db := open(t)
	for _, target := range []string{"DynamoDB_20120810.GetRecords", "DynamoDBStreams_20120810.GetItem", "DynamoDB_20120810.Streams.GetRecords"} {
		r := signed("x", "{}")
		r.Header.Set("X-Amz-Target", target)
		w := httptest.NewRecorder()
		db.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), "UnknownOperationException") {
			t.Errorf("%s: %s", target, w.Body)
		}
	}
}

// TestAReaderThatFollowsMissesNothing reads a stream while its table is
// written, until it has seen every record, in order.
func TestAReaderThatFollowsMissesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	for name, opts := range map[string][]embedded.Option{"memory": nil, "durable": {embedded.File(path)}} {
		t.Run(name, func(t *testing.T) {
			c := open(t, opts...).Client()
			streams := streamsClient(c)
			arn := createStreamed(t, c, types.StreamViewTypeKeysOnly)
			next := iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeLatest, nil)
			var writers sync.WaitGroup
			var written atomic.Int32
			for w := range 4 {
				writers.Go(func() {
					defer written.Add(1)
					for i := range 10 {
						_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
							TableName: aws.String("tab"), Item: item{"a": s(fmt.Sprint(w)), "b": s(fmt.Sprint(i))},
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			seen, last := make(map[string]bool), ""
			for {
				// What is acknowledged before a read must be found by it.
				all := written.Load() == 4
				out, err := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: next})
				must(t, err)
				for _, r := range out.Records {
					sequence := *r.Dynamodb.SequenceNumber
					if sequence <= last || seen[*r.EventID] {
						t.Errorf("record %s after %s", sequence, last)
					}
					seen[*r.EventID], last = true, sequence
				}
				if next = out.NextShardIterator; all && len(out.Records) == 0 {
					break
				}
			}
			writers.Wait()
			if len(seen) != 40 {
				t.Errorf("%d records of 40 puts", len(seen))
			}
		})
	}
}

// TestFaultsStrikeStreams throttles the readers of one table's stream.
func TestFaultsStrikeStreams(t *testing.T) {
	db := open(t)
	streams := streamsClient(db.Client())
	arn := createStreamed(t, db.Client(), types.StreamViewTypeKeysOnly)
	from := iteratorOf(t, streams, arn, streamtypes.ShardIteratorTypeLatest, nil)
	for table, want := range map[string]int{"other": 0, "tab": 1} {
		fault := db.Inject(embedded.Fault{Operation: "GetRecords", Table: table, Times: 1})
		_, err := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: from},
			func(o *dynamodbstreams.Options) { o.Retryer = aws.NopRetryer{} })
		if fault.Hits() != want || (err != nil) != (want == 1) {
			t.Errorf("a fault of %s: %d hits, %v", table, fault.Hits(), err)
		}
		fault.Stop()
	}
}
