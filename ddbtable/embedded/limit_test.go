package embedded_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func writeFile(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestItemSizeLimit tries items of exactly 409,600 bytes and of one more.
func TestItemSizeLimit(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	const names = len("a") + len("k") + len("x")
	largest := strings.Repeat("v", 400<<10-names)
	put(t, c, item{"a": s("k"), "x": s(largest)})
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("tab"), Item: item{"a": s("k"), "x": s(largest + "v")},
	})
	if err == nil || !strings.Contains(err.Error(), "Item size has exceeded the maximum allowed size") {
		t.Errorf("PutItem: %v", err)
	}
	_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("k")},
		UpdateExpression: aws.String("SET y = :v"), ExpressionAttributeValues: item{":v": s("")},
	})
	if err == nil || !strings.Contains(err.Error(), "Item size to update has exceeded the maximum allowed size") {
		t.Errorf("UpdateItem: %v", err)
	}
}

func TestKeySizeLimits(t *testing.T) {
	c := open(t).Client()
	_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("tab"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("a"), AttributeType: "S"}, {AttributeName: aws.String("b"), AttributeType: "B"},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("a"), KeyType: "HASH"}, {AttributeName: aws.String("b"), KeyType: "RANGE"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	key := func(a, b int) item {
		return item{"a": s(strings.Repeat("é", a/2)), "b": &types.AttributeValueMemberB{Value: make([]byte, b)}}
	}
	put(t, c, key(2048, 1024))
	for want, it := range map[string]item{
		"Size of hashkey has exceeded the maximum size limit of2048 bytes":            key(2050, 1024),
		"Aggregated size of all range keys has exceeded the size limit of 1024 bytes": key(2048, 1025),
	} {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: it})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("PutItem: %v", err)
		}
		_, err = c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: it})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("GetItem: %v", err)
		}
		_, err = c.Query(t.Context(), &dynamodb.QueryInput{
			TableName: aws.String("tab"), KeyConditionExpression: aws.String("a = :a AND b = :b"),
			ExpressionAttributeValues: item{":a": it["a"], ":b": it["b"]},
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Query: %v", err)
		}
	}
}

// TestPagesEndAtOneMegabyte reads 30 items of about 100 KB with a filter that
// drops them all: the page's size is measured before the filter.
func TestPagesEndAtOneMegabyte(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, true)
	for i := range 30 {
		put(t, c, item{"a": s("k"), "b": n(fmt.Sprint(i)), "x": s(strings.Repeat("v", 100<<10))})
	}
	for name, filter := range map[string]*string{"all": nil, "none": aws.String("attribute_exists(y)")} {
		p := dynamodb.NewQueryPaginator(c, &dynamodb.QueryInput{
			TableName: aws.String("tab"), KeyConditionExpression: aws.String("a = :a"), FilterExpression: filter,
			ProjectionExpression: aws.String("b"), ExpressionAttributeValues: item{":a": s("k")},
		})
		var pages []int32
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, page.ScannedCount)
		}
		// Ten items are 1,024,000 bytes and their names; the eleventh reaches
		// 1,048,576.
		if got, want := fmt.Sprint(pages), "[11 11 8]"; got != want {
			t.Errorf("%s: pages of %s items, want %s", name, got, want)
		}
	}
}

func TestNestingLimitOfUpdates(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	var deep types.AttributeValue = s("leaf")
	for range 31 {
		deep = &types.AttributeValueMemberM{Value: item{"n": deep}}
	}
	put(t, c, item{"a": s("k"), "m": &types.AttributeValueMemberM{Value: item{}}, "d": deep})
	_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("k")}, UpdateExpression: aws.String("SET m.x = d"),
	})
	if err == nil || !strings.Contains(err.Error(), "Nesting Levels have exceeded supported limits") {
		t.Errorf("UpdateItem: %v", err)
	}
}

func TestAttributeNamesAreUpTo65535Bytes(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	long := strings.Repeat("n", 65535)
	put(t, c, item{"a": s("k"), long: s("v")})
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: item{"a": s("k"), long + "n": s("v")}})
	if err == nil || !strings.Contains(err.Error(), "65536") {
		t.Errorf("PutItem: %v", err)
	}
	_, err = c.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("k")},
		ProjectionExpression: aws.String("#n"), ExpressionAttributeNames: map[string]string{"#n": long + "n"},
	})
	if err == nil || !strings.Contains(err.Error(), "65536") {
		t.Errorf("GetItem: %v", err)
	}
}

func TestAnExpressionIsUpTo4Kilobytes(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	for length, refused := range map[int]bool{4096: false, 4097: true} {
		const condition = "attribute_not_exists(x)"
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: aws.String("tab"), Key: item{"a": s("k")},
			ConditionExpression: aws.String(condition + strings.Repeat(" ", length-len(condition))),
		})
		if got := err != nil && strings.Contains(err.Error(), "Expression size has exceeded the maximum allowed size"); got != refused {
			t.Errorf("%d: %v", length, err)
		}
	}
}

func TestAPlaceholderIsUpTo255Bytes(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	for length, refused := range map[int]bool{255: false, 256: true} {
		placeholder := "#" + strings.Repeat("n", length-1)
		_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: aws.String("tab"), Key: item{"a": s("k")}, ProjectionExpression: aws.String(placeholder),
			ExpressionAttributeNames: map[string]string{placeholder: "x"},
		})
		if got := err != nil && strings.Contains(err.Error(), "is too long"); got != refused {
			t.Errorf("%d: %v", length, err)
		}
	}
}

// TestIndexKeySizeLimits puts items whose index key is as long as is allowed,
// and longer by one.
func TestIndexKeySizeLimits(t *testing.T) {
	c := open(t).Client()
	in := definition()
	in.AttributeDefinitions = append(in.AttributeDefinitions,
		types.AttributeDefinition{AttributeName: aws.String("g"), AttributeType: "S"},
		types.AttributeDefinition{AttributeName: aws.String("h"), AttributeType: "S"})
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: aws.String("idx"), KeySchema: keySchema("g HASH", "h RANGE"),
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}}
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	with := func(g, h int) item {
		return item{"a": s("k"), "b": s("k"), "g": s(strings.Repeat("g", g)), "h": s(strings.Repeat("h", h))}
	}
	put(t, c, with(2048, 1024))
	for want, it := range map[string]item{
		"Size of hashkey has exceeded":                   with(2049, 1024),
		"Aggregated size of all range keys has exceeded": with(2048, 1025),
	} {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: it})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("PutItem: %v", err)
		}
	}
}

// TestPlaceholdersAreUpTo2Megabytes sends names and values of exactly
// 2,097,152 bytes, and of one more.
func TestPlaceholdersAreUpTo2Megabytes(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	const each = 350 << 10
	for extra, refused := range map[int]bool{0: false, 1: true} {
		values := item{":v5": s(strings.Repeat("v", 2<<20-len("#nx:v0:v1:v2:v3:v4:v5")-5*each+extra))}
		for i := range 5 {
			values[fmt.Sprintf(":v%d", i)] = s(strings.Repeat("v", each))
		}
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: aws.String("tab"), Key: item{"a": s("k")},
			ConditionExpression:       aws.String("attribute_not_exists(a) OR #n IN (:v0, :v1, :v2, :v3, :v4, :v5)"),
			ExpressionAttributeNames:  map[string]string{"#n": "x"},
			ExpressionAttributeValues: values,
		})
		if got := err != nil && strings.Contains(err.Error(), "2097152"); got != refused || !refused && err != nil {
			t.Errorf("%d bytes more: %v", extra, err)
		}
	}
}
