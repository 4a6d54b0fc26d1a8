package embedded_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// What is in a file is there when it is opened the next time.
func ExampleFile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx, file := context.Background(), filepath.Join(dir, "shop.db")

	first, err := embedded.Open(embedded.File(file))
	if err != nil {
		log.Fatal(err)
	}
	orders(ctx, first.Client())
	if err := first.Close(); err != nil {
		log.Fatal(err)
	}

	second, err := embedded.Open(embedded.File(file))
	if err != nil {
		log.Fatal(err)
	}
	defer second.Close()
	tables, err := second.Client().ListTables(ctx, new(dynamodb.ListTablesInput))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tables.TableNames)
	// Output: [orders]
}
