package ddbtable_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/internal/wire"
)

// A seat has what can be absent and what cannot, and attributes inside others.
// Place is in the index by_team as long as it has a team and a date.
type seat struct {
	ID     string            `ddb:"id,partition"`
	Team   string            `ddb:"team,partition=by_team,omitzero"`
	Rank   int               `ddb:"rank"`
	Since  time.Time         `ddb:"since,unix,omitzero"`
	Place  string            `ddb:"place,sort=by_team,from={rank:3}_{since:10}"`
	Name   string            `ddb:"name"`
	Nick   *string           `ddb:"nick"`
	Tags   []string          `ddb:"tags,set"`
	Lines  []string          `ddb:"lines"`
	Props  map[string]string `ddb:"props"`
	Home   home              `ddb:"home"`
	Office *home             `ddb:"office"`
}

type home struct {
	City string  `ddb:"city"`
	Zip  *string `ddb:"zip"`
}

var (
	seats      = ddbtable.MustDefine[seat]("seats")
	seatID     = ddbtable.Attr(func(s *seat) *string { return &s.ID })
	seatTeam   = ddbtable.Attr(func(s *seat) *string { return &s.Team })
	seatRank   = ddbtable.Attr(func(s *seat) *int { return &s.Rank })
	seatSince  = ddbtable.Attr(func(s *seat) *time.Time { return &s.Since })
	seatPlace  = ddbtable.Attr(func(s *seat) *string { return &s.Place })
	seatName   = ddbtable.Attr(func(s *seat) *string { return &s.Name })
	seatNick   = ddbtable.Attr(func(s *seat) **string { return &s.Nick })
	seatTags   = ddbtable.Attr(func(s *seat) *[]string { return &s.Tags })
	seatLines  = ddbtable.Attr(func(s *seat) *[]string { return &s.Lines })
	seatProps  = ddbtable.Attr(func(s *seat) *map[string]string { return &s.Props })
	seatHome   = ddbtable.Attr(func(s *seat) *home { return &s.Home })
	seatCity   = ddbtable.Attr(func(s *seat) *string { return &s.Home.City })
	seatZip    = ddbtable.Attr(func(s *seat) **string { return &s.Home.Zip })
	seatOffice = ddbtable.Attr(func(s *seat) **home { return &s.Office })
	seatWork   = ddbtable.Attr(func(s *seat) *string { return &s.Office.City })
)

type seatMask = []ddbtable.AnyAttribute[seat]

// fullSeat has every attribute.
func fullSeat() seat {
	return seat{
		ID: "s", Team: "red", Rank: 7, Since: unix(1428791681), Name: "Ann", Nick: new("an"),
		Tags: []string{"a"}, Lines: []string{"x", "y"}, Props: map[string]string{"k": "v", "l": "w"},
		Home: home{City: "Oslo", Zip: new("0150")}, Office: &home{City: "Bergen"},
	}
}

// What is named becomes as in the item: set if it has a value, a zero value
// too, and removed if it is absent. Nothing else changes, and derived
// attributes follow.
func TestUpdateFromAnItem(t *testing.T) {
	one, read := []string{"UpdateItem"}, []string{"GetItem", "UpdateItem"}
	cases := map[string]struct {
		from seat
		mask seatMask
		want func(*seat)
		sent []string
	}{
		"values":                 {seat{Name: "Bea", Nick: new("be")}, seatMask{seatName, seatNick}, func(s *seat) { s.Name, s.Nick = "Bea", new("be") }, one},
		"what is not named":      {seat{ID: "other", Name: "Bea", Rank: 9}, seatMask{seatName}, func(s *seat) { s.Name = "Bea" }, one},
		"zero text":              {seat{}, seatMask{seatName}, func(s *seat) { s.Name = "" }, one},
		"zero text by a pointer": {seat{Nick: new("")}, seatMask{seatNick}, func(s *seat) { s.Nick = new("") }, one},
		"nil pointer":            {seat{}, seatMask{seatNick}, func(s *seat) { s.Nick = nil }, one},
		"nil set":                {seat{}, seatMask{seatTags}, func(s *seat) { s.Tags = nil }, one},
		"empty set":              {seat{Tags: []string{}}, seatMask{seatTags}, func(s *seat) { s.Tags = nil }, one},
		"nil list":               {seat{}, seatMask{seatLines}, func(s *seat) { s.Lines = nil }, one},
		"empty list":             {seat{Lines: []string{}}, seatMask{seatLines}, func(s *seat) { s.Lines = []string{} }, one},
		"nil map":                {seat{}, seatMask{seatProps}, func(s *seat) { s.Props = nil }, one},
		"whole struct":           {seat{Home: home{City: "Moss"}}, seatMask{seatHome}, func(s *seat) { s.Home = home{City: "Moss"} }, one},
		"nil struct":             {seat{}, seatMask{seatOffice}, func(s *seat) { s.Office = nil }, one},
		"inside a struct":        {seat{Home: home{City: "Moss"}}, seatMask{seatCity}, func(s *seat) { s.Home.City = "Moss" }, one},
		"zero inside a struct":   {seat{}, seatMask{seatCity}, func(s *seat) { s.Home.City = "" }, one},
		"nil inside a struct":    {seat{}, seatMask{seatZip}, func(s *seat) { s.Home.Zip = nil }, one},
		"several inside one":     {seat{Home: home{City: "Moss", Zip: new("1")}}, seatMask{seatCity, seatZip}, func(s *seat) { s.Home = home{"Moss", new("1")} }, one},
		"inside a pointer":       {seat{Office: &home{City: "Moss"}}, seatMask{seatWork}, func(s *seat) { s.Office.City = "Moss" }, one},
		"entry of a map": {seat{Props: map[string]string{"k": "u", "z": "z"}}, seatMask{ddbtable.Entry(seatProps, "k")},
			func(s *seat) { s.Props["k"] = "u" }, one},
		"entry that the map lacks": {seat{Props: map[string]string{"z": "z"}}, seatMask{ddbtable.Entry(seatProps, "k")},
			func(s *seat) { delete(s.Props, "k") }, one},
		"element of a list": {seat{Lines: []string{"1", "2"}}, seatMask{ddbtable.At(seatLines, 1)}, func(s *seat) { s.Lines[1] = "2" }, one},

		"facets, all given":      {seat{Rank: 8, Since: unix(9)}, seatMask{seatRank, seatSince}, func(s *seat) { s.Rank, s.Since = 8, unix(9) }, one},
		"facet that is zero":     {seat{}, seatMask{seatRank}, func(s *seat) { s.Rank = 0 }, read},
		"facet that is absent":   {seat{}, seatMask{seatSince}, func(s *seat) { s.Since = time.Time{} }, read},
		"index key":              {seat{Team: "blue"}, seatMask{seatTeam}, func(s *seat) { s.Team = "blue" }, one},
		"index key that is zero": {seat{}, seatMask{seatTeam}, func(s *seat) { s.Team = "" }, one},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				table, r := recorded(t, seats, options...)
				put(t, table, fullSeat())
				r.sent()
				got, err := table.Update(seatID.Eq("s")).From(c.from, c.mask...).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				r.expectSent(t, "the update", c.sent...)
				want := fullSeat()
				c.want(&want)
				want.Place = place(want)
				expect(t, "the answer", got, want)
				whole, err := table.Get(t.Context(), seatID.Eq("s"))
				if err != nil {
					t.Fatal(err)
				}
				expect(t, "the stored item", whole, want)
				members, err := table.Query(seatTeam.Eq("red")).Count(t.Context())
				if in := want.Team == "red" && want.Place != ""; err != nil || members == 1 != in {
					t.Errorf("the index by_team has %d items of the team, %v", members, err)
				}
			})
		})
	}
}

// place is the derived attribute of a seat.
func place(s seat) string {
	if s.Since.IsZero() {
		return ""
	}
	digits := func(n int64, width int) string {
		text := strings.Repeat("0", width) + strconv.FormatInt(n, 10)
		return text[len(text)-width:]
	}
	return digits(int64(s.Rank), 3) + "_" + digits(s.Since.Unix(), 10)
}

// What Put leaves out is what From removes: after an update from an item with
// every attribute in the mask, the stored bytes are those that Put makes.
func TestUpdateFromAnItemStoresWhatPutStores(t *testing.T) {
	mask := seatMask{seatTeam, seatRank, seatSince, seatName, seatNick, seatTags, seatLines, seatProps, seatHome, seatOffice}
	bare := seat{ID: "s"}
	for name, item := range map[string]seat{"all": fullSeat(), "nothing": bare, "some": {ID: "s", Rank: 1, Since: unix(5), Nick: new(""), Lines: []string{}}} {
		t.Run(name, func(t *testing.T) {
			table, r := recorded(t, seats)
			key := map[string]types.AttributeValue{"id": text("s")}
			put(t, table, item)
			want := stored(t, r.client, table.Name(), key)
			other := fullSeat()
			if name == "all" {
				other = bare
			}
			put(t, table, other)
			if _, err := table.Update(seatID.Eq("s")).From(item, mask...).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := stored(t, r.client, table.Name(), key)
			if len(got) != len(want) {
				t.Errorf("stored %d attributes, want %d", len(got), len(want))
			}
			for attribute, av := range want {
				if !wire.Equal(got[attribute], av) {
					t.Errorf("stored %s is another than Put makes", attribute)
				}
			}
		})
	}
}

func TestMistakesOfUpdateFromAreTold(t *testing.T) {
	table, r := recorded(t, seats)
	update := table.Update(seatID.Eq("s"))
	nothing := seat{}
	for name, c := range map[string]struct {
		update ddbtable.Update[seat]
		want   string
	}{
		"no attributes":          {update.From(nothing), "From has no attributes; name those"},
		"a key":                  {update.From(nothing, seatID), `attribute "id" is part of the primary key`},
		"a derived attribute":    {update.From(nothing, seatPlace), `attribute "place" is derived; change the attributes that it is made from`},
		"twice":                  {update.From(nothing, seatName, seatName), `attribute "name" is changed twice`},
		"twice, once by Change":  {update.Change(seatName.Set("a")).From(nothing, seatName), `attribute "name" is changed twice`},
		"a whole and its part":   {update.From(nothing, seatHome, seatCity), `changed twice`},
		"a position behind all":  {update.From(nothing, ddbtable.At(seatLines, 0)), `attribute "lines[0]" is in a list that is not so long in the item; name the whole list`},
		"no handle":              {update.From(nothing, nil), "a handle is nil"},
		"the zero handle":        {update.From(nothing, ddbtable.Attribute[seat, int]{}), "handle is the zero Attribute"},
		"a value that is no key": {update.From(seat{Since: time.Unix(1, 1)}, seatSince), "finer fraction"},
		"a number too wide":      {update.From(seat{Rank: 1000, Since: unix(1)}, seatRank, seatSince), "more than the 3 digits"},
		"an absent facet while the item is created": {update.From(seat{Team: "a"}, seatTeam, seatRank).OrCreate(),
			"OrCreate must know every facet"},
	} {
		_, err := c.update.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	r.expectSent(t, "a mistake")
}

// The item is encoded at once: what it points to may change before Run.
func TestUpdateFromKeepsNothingOfTheItem(t *testing.T) {
	table, _ := recorded(t, seats)
	put(t, table, fullSeat())
	from := fullSeat()
	mask := seatMask{seatNick, seatLines}
	update := table.Update(seatID.Eq("s")).From(from, mask...)
	*from.Nick, from.Lines[0], mask[0] = "changed", "changed", seatName
	other := update.Change(seatName.Set("Cid"))
	got, err := update.Run(t.Context())
	if err != nil || *got.Nick != "an" || !slices.Equal(got.Lines, []string{"x", "y"}) || got.Name != "Ann" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := other.Run(t.Context()); err != nil || got.Name != "Cid" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// From goes with everything that an update has.
func TestUpdateFromCombines(t *testing.T) {
	table, _ := recorded(t, seats)
	put(t, table, fullSeat())
	base := table.Update(seatID.Eq("s")).From(seat{Name: "Bea", Rank: 8}, seatName, seatRank)

	_, err := base.If(seatName.Eq("nobody")).Run(t.Context())
	if failed, ok := errors.AsType[*ddbtable.ConditionError[seat]](err); !ok || failed.Old.Name != "Ann" {
		t.Errorf("a condition that fails: %v", err)
	}
	got, err := base.If(seatSince.Eq(unix(1428791681))).Change(ddbtable.Append(seatLines, "z")).Run(t.Context())
	if err != nil || got.Name != "Bea" || got.Place != "008_1428791681" || len(got.Lines) != 3 {
		t.Errorf("with If and Change: %+v, %v", got, err)
	}
	// Two that go on from the same one do not meet.
	fork := table.Update(seatID.Eq("s")).From(seat{Name: "Eve", Rank: 8, Since: unix(9)}, seatName, seatRank, seatSince)
	red, nick := fork.From(seat{Team: "red"}, seatTeam), fork.From(seat{}, seatNick)
	if got, err := red.Run(t.Context()); err != nil || got.Team != "red" || got.Nick == nil {
		t.Errorf("the first of two: %+v, %v", got, err)
	}
	if got, err := nick.Run(t.Context()); err != nil || got.Nick != nil {
		t.Errorf("the second of two: %+v, %v", got, err)
	}
	if _, err := table.Update(seatID.Eq("none")).From(seat{}, seatName).Run(t.Context()); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("of a missing item: %v", err)
	}
	made, err := table.Update(seatID.Eq("new")).From(seat{Team: "red", Rank: 1, Since: unix(2)}, seatTeam, seatRank, seatSince).OrCreate().Run(t.Context())
	expect(t, "the created item", made, seat{ID: "new", Team: "red", Rank: 1, Since: unix(2), Place: "001_0000000002"})
	if err != nil {
		t.Error(err)
	}
}

// In a transaction the facets that it lacks are read, as in any update.
func TestUpdateFromInATransaction(t *testing.T) {
	table, r := recorded(t, seats)
	put(t, table, fullSeat())
	r.sent()
	err := ddbtable.WriteTransaction(r.client,
		table.Update(seatID.Eq("s")).From(seat{Rank: 9}, seatRank, seatNick),
		table.Create(seat{ID: "u"}),
	).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.expectSent(t, "the transaction", "BatchGetItem", "TransactWriteItems")
	got, err := table.Get(t.Context(), seatID.Eq("s"))
	if err != nil || got.Rank != 9 || got.Nick != nil || got.Place != "009_1428791681" {
		t.Errorf("stored %+v, %v", got, err)
	}
}

// A version is demanded and counted, and a sparse index follows, as in any
// update.
func TestUpdateFromKeepsVersionAndSparseIndex(t *testing.T) {
	tasks := ddbtest.Table(t, record(engine(t)).client, Chores)
	put(t, tasks, Chore{ID: "c", Owner: "ada", Due: 1, State: "active"})
	done := tasks.Update(ChoreID.Eq("c")).From(Chore{Done: true}, ChoreDone)
	if _, err := done.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("without the version: %v", err)
	}
	if _, err := done.If(ChoreVersion.Eq(7)).Run(t.Context()); !errors.Is(err, ddbtable.ErrConditionFailed) {
		t.Errorf("with another version: %v", err)
	}
	got, err := done.If(ChoreVersion.Eq(1)).Run(t.Context())
	expect(t, "the item", got, Chore{ID: "c", Owner: "ada", Due: 1, State: "active", Done: true, Version: 2})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := tasks.Query(ChoreOwner.Eq("ada")).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("the index of open chores has %d, %v", n, err)
	}
	if _, err := tasks.Update(ChoreID.Eq("c")).From(Chore{}, ChoreVersion).AnyVersion().Run(t.Context()); err == nil || !strings.Contains(err.Error(), "ddbtable sets it") {
		t.Errorf("with the version in the mask: %v", err)
	}
	if _, err := tasks.Update(ChoreID.Eq("c")).From(Chore{}, ChoreDone).AnyVersion().Run(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := tasks.Query(ChoreOwner.Eq("ada")).Count(t.Context()); n != 1 || err != nil {
		t.Errorf("the index of open chores has %d, %v", n, err)
	}
}

// Of removals alone DynamoDB makes no item, so that there is none to return.
func TestRemovalsAloneCreateNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, seats, options...)
		u := table.Update(seatID.Eq("1")).From(seat{}, seatTags).OrCreate()
		if got, err := u.Run(t.Context()); !errors.Is(err, ddbtable.ErrNotFound) {
			t.Errorf("got %+v, %v", got, err)
		}
		put(t, table, seat{ID: "1", Tags: []string{"a"}})
		if got, err := u.Run(t.Context()); err != nil || got.ID != "1" || got.Tags != nil {
			t.Errorf("of an item that is there: %+v, %v", got, err)
		}
	})
}

// A tag has keys that are nothing but an attribute of it.
type tag struct {
	Place string   `ddb:"place"`
	Label string   `ddb:"label"`
	_     struct{} `ddb:"id,partition,from={place}"`
	_     struct{} `ddb:"made,partition=by_label,from={label}"`
}

var (
	tags     = ddbtable.MustDefine[tag]("tags")
	tagPlace = ddbtable.Attr(func(t *tag) *string { return &t.Place })
	tagLabel = ddbtable.Attr(func(t *tag) *string { return &t.Label })
)

// A template may make the empty string, which no key can be.
func TestEmptyDerivedKeysAreRefused(t *testing.T) {
	table, r := recorded(t, tags)
	put(t, table, tag{Place: "p", Label: "l"})
	r.sent()
	const want = "the empty string cannot be in a key; give the attribute a value"
	u := table.Update(tagPlace.Eq("p"))
	for what, err := range map[string]error{
		"From":          err1(u.From(tag{}, tagLabel).Run(t.Context())),
		"Set":           err1(u.Change(tagLabel.Set("")).Run(t.Context())),
		"a transaction": ddbtable.WriteTransaction(r.client, u.Change(tagLabel.Set(""))).Run(t.Context()),
		"Get":           err1(table.Get(t.Context(), tagPlace.Eq(""))),
		"Query":         drain(table.Query(tagPlace.Eq("")).All(t.Context())),
		"an index":      drain(table.Query(tagLabel.Eq("")).All(t.Context())),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant …%s…", what, err, want)
		}
	}
	r.expectSent(t, "what no key can be")
}
