package guide

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
)

// list answers GET /parcels?courier=…&cursor=… with a page of parcels.
func list(parcels *ddbtable.Table[Parcel]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, err := parcels.Query(Courier.Eq(r.FormValue("courier"))).
			Page(r.Context(), 3, r.FormValue("cursor"))
		switch {
		case errors.Is(err, ddbtable.ErrBadCursor):
			http.Error(w, "unknown cursor; start again without one", http.StatusBadRequest)
		case err != nil:
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		default:
			json.NewEncoder(w).Encode(page)
		}
	}
}

func Example_handler() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	handler := list(office.parcels)

	get := func(cursor string) (status int, page ddbtable.Page[Parcel]) {
		form := url.Values{"courier": {"blue van"}, "cursor": {cursor}}
		w := httptest.NewRecorder()
		handler(w, httptest.NewRequestWithContext(ctx, "GET", "/parcels?"+form.Encode(), nil))
		json.NewDecoder(w.Body).Decode(&page)
		return w.Code, page
	}
	status, first := get("")
	fmt.Println(status, len(first.Items), first.Next != "")
	status, second := get(first.Next)
	fmt.Println(status, len(second.Items), second.Next != "")
	status, _ = get("made up")
	fmt.Println(status)
	// Output:
	// 200 3 true
	// 200 1 false
	// 400
}

func Example_exactPages() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	notReturned := parcels.Query(Courier.Eq("blue van")).Filter(Stops.Lt(9))
	for cursor := ""; ; {
		page, err := notReturned.Page(ctx, 2, cursor)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(page.Items), "parcels")
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	// Output:
	// 2 parcels
	// 2 parcels
}

func Example_previousPage() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()

	q := office.parcels.Query(Courier.Eq("blue van"))
	first, err := q.Page(ctx, 2, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	second, err := q.Page(ctx, 2, first.Next)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := q.Page(ctx, 2, second.Prev)
	show(back.Items, err)
	// Output:
	// p1 1 00:00:00
	// p2 2 01:00:00
}

func Example_maxReads() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()

	rare := office.parcels.Query(Courier.Eq("blue van")).Filter(ddbtable.Has(Notes, "fragile"))
	page, err := rare.MaxReads(3).Page(ctx, 10, "")
	fmt.Println(len(page.Items), page.Capped, page.Next != "", err)
	// Output:
	// 0 true true <nil>
}

// storeStale puts a parcel as a program does that does not know the template.
func storeStale(ctx context.Context, client *dynamodb.Client) error {
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("parcels"),
		Item: map[string]types.AttributeValue{
			"id":      &types.AttributeValueMemberS{Value: "p0"},
			"courier": &types.AttributeValueMemberS{Value: "blue van"},
			"state":   &types.AttributeValueMemberN{Value: "1"},
			"due":     &types.AttributeValueMemberN{Value: "99"},
			"stops":   &types.AttributeValueMemberN{Value: "0"},
			"round":   &types.AttributeValueMemberS{Value: "1_99"},
		},
	})
	return err
}

func Example_badItem() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels
	if err := storeStale(ctx, office.client); err != nil {
		fmt.Println(err)
		return
	}

	q := parcels.Query(Courier.Eq("blue van"), InState.Eq(Waiting))
	_, err := q.Page(ctx, 10, "")
	fmt.Println(errors.Is(err, ddbtable.ErrStale))

	page, err := q.OnBadItem(func(bad *ddbtable.ItemError) error {
		fmt.Println("passed over, attribute", bad.Attribute)
		return nil // any other error stops the page
	}).Page(ctx, 10, "")
	show(page.Items, err)
	// Output:
	// true
	// passed over, attribute round
	// p1 1 00:00:00
}
