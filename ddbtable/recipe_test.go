package ddbtable_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
)

// asksWhat compares the requests of two queries: the one is of a table that has
// planned some of its shape before, the other is the first of its table.
func asksWhat[T any](t interface {
	Helper()
	Fatalf(string, ...any)
}, got, want ddbtable.Query[T],
) {
	t.Helper()
	for range 2 { // what is known may be used, then prepared
		is, errIs := got.AppendRequest([]byte("kept"))
		was, errWas := want.AppendRequest([]byte("kept"))
		if string(is) != string(was) || !sameError(errIs, errWas) {
			t.Fatalf("the query asks\n%s, %v\nthe first of its table\n%s, %v", is, errIs, was, errWas)
		}
		if is, was := got.Explain().String(), want.Explain().String(); is != was {
			t.Fatalf("the query is explained as\n%s\nthe first of its table as\n%s", is, was)
		}
	}
}

func sameError(a, b error) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error()
}

var sameNumber = ddbtable.Attr(func(p *parcel) *int { return &p.Number })

// What a table has learnt of a query serves others whose values differ, and only
// if these lead to the same plan: whatever comes first, an odd value or a common
// one, each query asks what it asks alone.
func TestQueriesOfOneShapeAskWhatTheyAskAlone(t *testing.T) {
	client := dynamodb.New(dynamodb.Options{})
	texts := []string{
		"c", "", "_", "a_b", "\"quoted\" \\ and\tcontrolled\x00", "\u2028é😀", "\x7f", "~", "~~", "\U0010FFFF", "c\xff",
		strings.Repeat("long", 10), strings.Repeat("x", 44), strings.Repeat("x", 46), strings.Repeat("y", 80),
	}
	numbers := []int{0, 1, 7, 12, 999, 1000, -1, -999, math.MaxInt64, math.MinInt64}
	floats := []float64{0, 1, -1, 0.5, 1e20, 1e-7, math.NaN(), math.Inf(1)}
	times := []time.Time{{}, time.Unix(0, 0), time.Unix(1428791681, 0), time.Unix(-5, 0), time.Unix(99999999999, 0), time.Unix(5, 5)}
	type draw struct {
		text, other string
		lo, hi      int
		from, to    time.Time
		weight      float64
	}
	shapes := map[string]func(*ddbtable.Table[parcel], draw) ddbtable.Query[parcel]{
		"number": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelNumber.Eq(d.lo))
		},
		"numbers": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelNumber.Between(d.lo, d.hi), parcelCustomer.Eq(d.text)).Filter(parcelCity.Eq(d.other)).Descending()
		},
		"above": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelNumber.Gt(d.lo)).Filter(parcelWeight.Between(d.weight, 5))
		},
		"two conditions on one": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelNumber.Ge(d.lo), parcelNumber.Le(d.hi))
		},
		"two handles on one": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelNumber.Ge(d.lo), sameNumber.Ge(d.hi))
		},
		"local": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelStatus.Eq(d.other)).Project(parcelSent, parcelWeight)
		},
		"prefix": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), ddbtable.BeginsWith(parcelStatus, d.other)).Filter(parcelSent.Exists()).Filter(parcelShelf.Ne(d.lo))
		},
		"texts": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelStatus.Between(d.text, d.other))
		},
		"weight": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelWeight.Le(d.weight)).Project(parcelStatus, parcelFrom)
		},
		"times": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelSent.Between(d.from, d.to)).Filter(parcelNumber.Lt(d.lo))
		},
		"a time": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelSent.Eq(d.from))
		},
		"many bounds": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			q := t.Query(parcelCustomer.Eq(d.text))
			for range 3 {
				q = q.Filter(parcelShelf.Between(d.lo, d.hi))
			}
			return q
		},
		"derived partition": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelDepot.Eq(d.text))
		},
		"derived, a facet": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelDepot.Eq(d.text), parcelShelf.Eq(d.lo)).Filter(ddbtable.Contains(parcelCity, d.other))
		},
		"derived, a range": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelDepot.Eq(d.text), parcelShelf.Between(d.lo, d.hi)).Project(parcelNumber)
		},
		"derived, facets": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelDepot.Eq(d.text), parcelStatus.Eq(d.other), parcelShelf.Eq(d.lo))
		},
		"derived, a range at the end": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelDepot.Eq("x"), parcelShelf.Eq(d.lo), parcelStatus.Eq(d.other), parcelSent.Between(d.from, d.to)).Descending()
		},
		"derived, an open range": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelDepot.Eq(d.text), parcelShelf.Eq(d.lo), parcelStatus.Eq("s"), parcelSent.Ge(d.from))
		},
		"no key": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelStatus.Eq(d.text)).Filter(parcelShelf.Eq(d.lo))
		},
		"filter on a key": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text)).Filter(parcelNumber.Eq(d.lo))
		},
		"five conditions": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text), parcelNumber.Eq(d.lo)).
				Filter(parcelShelf.Lt(d.hi)).Filter(parcelCity.Ge(d.other)).Filter(parcelWeight.Ne(d.weight))
		},
		"mixed": func(t *ddbtable.Table[parcel], d draw) ddbtable.Query[parcel] {
			return t.Query(parcelCustomer.Eq(d.text)).Filter(ddbtable.Or(parcelShelf.Lt(d.hi), parcelShelf.Gt(d.lo))).Filter(parcelCity.Eq(d.other))
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		table := ddbtable.Open(client, parcels)
		draws := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) draw {
			text, number, second := rapid.SampledFrom(texts), rapid.SampledFrom(numbers), rapid.SampledFrom(times)
			return draw{
				text.Draw(t, "text"), text.Draw(t, "other"), number.Draw(t, "lo"), number.Draw(t, "hi"),
				second.Draw(t, "from"), second.Draw(t, "to"), rapid.SampledFrom(floats).Draw(t, "weight"),
			}
		}), 2, 6).Draw(t, "draws")
		for name, shape := range shapes {
			for i, d := range draws {
				got, want := shape(table, d), shape(ddbtable.Open(client, parcels), d)
				t.Logf("%s, query %d", name, i)
				asksWhat(t, got, want)
			}
		}
	})
}

// Where one operand ends and the next begins is a part of them.
func TestQueriesAreToldApartByTheirOperands(t *testing.T) {
	table := ddbtable.Open(dynamodb.New(dynamodb.Options{}), parcels)
	for range 3 {
		for _, texts := range [][2]string{{"ab", "c"}, {"a", "bc"}} {
			got, err := table.Query(parcelCustomer.Eq(texts[0]), parcelStatus.Eq(texts[1])).AppendRequest(nil)
			if want := `{":0":{"S":"` + texts[0] + `"},":1":{"S":"` + texts[1] + `"}}`; err != nil || !strings.Contains(string(got), want) {
				t.Errorf("got %s, %v\nwant %s", got, err, want)
			}
			e := table.Query(parcelCustomer.Eq(texts[0]), parcelStatus.Eq(texts[1])).Explain()
			if want := `customer = "` + texts[0] + `" AND status = "` + texts[1] + `"`; len(e.KeyConditions) != 1 || e.KeyConditions[0] != want {
				t.Errorf("got %s\nwant %s", e, want)
			}
		}
	}
}

// A program whose queries have no end of shapes is slower, and no more.
func TestShapesBeyondWhatATableKeeps(t *testing.T) {
	client := dynamodb.New(dynamodb.Options{})
	table := ddbtable.Open(client, parcels)
	for range 100 {
		number := ddbtable.Attr(func(p *parcel) *int { return &p.Number })
		for n := range 3 {
			asksWhat(t, table.Query(parcelCustomer.Eq("c"), number.Eq(n)), ddbtable.Open(client, parcels).Query(parcelCustomer.Eq("c"), number.Eq(n)))
		}
	}
}
