package ddbtable_test

import (
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
)

// anyQuery is a random query of parcels, and makes the same one each time.
func anyQuery(t *rapid.T) func(*ddbtable.Table[parcel]) ddbtable.Query[parcel] {
	small := rapid.IntRange(0, 4)
	customer := rapid.SampledFrom([]string{"", "c", "a rather long name of a customer, which has no room"}).Draw(t, "customer")
	lo, hi, form := small.Draw(t, "lo"), small.Draw(t, "hi"), rapid.IntRange(0, 6).Draw(t, "form")
	in := rapid.SliceOfN(small, 0, 3).Draw(t, "in")
	filters := rapid.IntRange(0, 4).Draw(t, "filters")
	project, backward, depot := rapid.Bool().Draw(t, "project"), rapid.Bool().Draw(t, "backward"), rapid.Bool().Draw(t, "depot")
	sort := map[bool]ddbtable.Attribute[parcel, int]{false: parcelNumber, true: parcelShelf}[depot]
	return func(table *ddbtable.Table[parcel]) ddbtable.Query[parcel] {
		conds := []ddbtable.Cond[parcel]{parcelCustomer.Eq(customer)}
		if depot {
			conds[0] = parcelDepot.Eq(customer)
		}
		switch form {
		case 1:
			conds = append(conds, sort.Eq(lo))
		case 2:
			conds = append(conds, sort.Between(lo, hi))
		case 3:
			conds = append(conds, sort.In(in...))
		case 4:
			conds = append(conds, sort.Gt(lo), sort.Le(hi))
		case 5:
			conds = append(conds, sort.Lt(hi))
		case 6:
			conds = append(conds, ddbtable.And(sort.Ge(lo), sort.In(in...)))
		}
		q := table.Query(conds...)
		for i := range filters {
			q = q.Filter([]ddbtable.Cond[parcel]{
				parcelWeight.Gt(float64(lo)), ddbtable.Not[parcel](parcelSent.Eq(time.Unix(int64(hi), 0))),
				ddbtable.Or[parcel](parcelCity.Eq("a"), ddbtable.Has(parcelTags, "b")), parcelWeight.In(1, 2),
			}[i])
		}
		if project {
			q = q.Project(parcelWeight, parcelCity)
		}
		if backward {
			q = q.Descending()
		}
		return q
	}
}

// A query that is kept asks the same, each time that it is used, as one that
// is made for each use: its request is prepared when it is used again.
func TestKeptQueriesAskWhatFreshOnesAsk(t *testing.T) {
	table := ddbtable.Open(dynamodb.New(dynamodb.Options{}), parcels)
	request := func(q ddbtable.Query[parcel]) string {
		b, err := q.AppendRequest(nil)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	rapid.Check(t, func(t *rapid.T) {
		fresh := anyQuery(t)
		kept, want := fresh(table), request(fresh(ddbtable.Open(dynamodb.New(dynamodb.Options{}), parcels)))
		for i := range 3 {
			if got := request(kept); got != want {
				t.Fatalf("use %d:\n got: %s\nwant: %s", i, got, want)
			}
		}
	})
}

// The preparation may come while others use the query.
func TestKeptQueryIsPreparedOnceForAll(t *testing.T) {
	table := ddbtable.Open(dynamodb.New(dynamodb.Options{}), parcels)
	query := table.Query(parcelCustomer.Eq("c"), parcelNumber.In(1, 2)).Project(parcelWeight)
	want, err := table.Query(parcelCustomer.Eq("c"), parcelNumber.In(1, 2)).Project(parcelWeight).AppendRequest(nil)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if got, err := query.AppendRequest(nil); err != nil || string(got) != string(want) {
					t.Errorf("got %s, %v\nwant %s", got, err, want)
				}
			}
		})
	}
	all.Wait()
}
