package ddbtable_test

import (
	"context"
	"fmt"
	"log"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// storeOldJobs stores jobs as they were before there was the index by_worker:
// without its sort key.
func storeOldJobs(ctx context.Context, client *dynamodb.Client) {
	for i := range 3 {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("jobs"), Item: map[string]types.AttributeValue{
			"id":     &types.AttributeValueMemberS{Value: fmt.Sprint("old", i)},
			"worker": &types.AttributeValueMemberS{Value: "ada"},
			"state":  &types.AttributeValueMemberN{Value: strconv.Itoa(Waiting)},
			"began":  &types.AttributeValueMemberN{Value: strconv.Itoa(i)},
		}})
		if err != nil {
			log.Fatal(err)
		}
	}
}

// A new index on old data: its derived key is filled in. First a dry run, which
// only counts; then the repair, which can be interrupted and goes on where it
// was.
func ExampleTable_Repair_repair() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	jobs := ddbtable.Open(db.Client(), Jobs)
	if err := jobs.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	storeOldJobs(ctx, db.Client())
	found, err := jobs.Query(Worker.Eq("ada")).Count(ctx)
	fmt.Println("in the index:", found, err)

	repair := jobs.Repair().Parallel(2).RateLimit(500).WriteLimit(100)
	report, err := repair.DryRun(ctx)
	fmt.Println(report, err)

	var saved []string // in a file, or in a table
	report, err = repair.Resume(saved).OnProgress(func(r ddbtable.RepairReport) error {
		saved = r.Positions
		return nil
	}).Run(ctx)
	fmt.Println(report, err)

	found, err = jobs.Query(Worker.Eq("ada")).Count(ctx)
	fmt.Println("in the index:", found, err)
	// Output:
	// in the index: 0 <nil>
	// 3 read, 3 stale, 0 mended, 0 changed meanwhile, 0 bad (place: 3) <nil>
	// 3 read, 3 stale, 3 mended, 0 changed meanwhile, 0 bad (place: 3) <nil>
	// in the index: 3 <nil>
}
