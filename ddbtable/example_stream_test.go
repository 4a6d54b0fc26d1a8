package ddbtable_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
)

// finished is a Lambda function: lambda.Start(finished). It is told of every
// change of the table, and looks for jobs that became done.
func finished(_ context.Context, event ddbtable.StreamEvent) error {
	for r, err := range Jobs.Records(event) {
		if err != nil {
			return err
		}
		if r.New != nil && r.New.State == Done && (r.Old == nil || r.Old.State != Done) {
			fmt.Println(r.New.ID, "of", r.New.Worker, "is done")
		}
	}
	return nil
}

// The images of a stream's records are read as the table's Go type. Records
// that were read from DynamoDB Streams become an event with StreamEventOf.
func ExampleDefinition_Records_stream() {
	const event = `{"Records": [{
		"eventID": "1", "eventName": "MODIFY", "dynamodb": {
			"Keys": {"id": {"S": "j1"}},
			"OldImage": {"id": {"S": "j1"}, "worker": {"S": "ada"}, "state": {"N": "2"}, "began": {"N": "7"}, "place": {"S": "2_0000000007"}},
			"NewImage": {"id": {"S": "j1"}, "worker": {"S": "ada"}, "state": {"N": "3"}, "began": {"N": "7"}, "place": {"S": "3_0000000007"}},
			"SequenceNumber": "111"
		}
	}]}`
	var e ddbtable.StreamEvent
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		log.Fatal(err)
	}
	if err := finished(context.Background(), e); err != nil {
		log.Fatal(err)
	}
	// Output:
	// j1 of ada is done
}
