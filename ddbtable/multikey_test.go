package ddbtable_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A match is in an index of two and three attributes, and in one that is derived
// but for NativeKeys. It is in neither without a player.
type match struct {
	ID     string   `ddb:"id,partition"`
	Cup    string   `ddb:"cup,partition=by_round:1"`
	Field  int      `ddb:"field,partition=by_round:2"`
	Round  int      `ddb:"round,sort=by_round:1"`
	Score  int64    `ddb:"score,sort=by_round:2"`
	Player string   `ddb:"player,omitzero,sort=by_round:3"`
	Note   string   `ddb:"note,omitzero"`
	_      struct{} `ddb:"text_cup,partition=by_player,from=CUP#{cup}"`
	_      struct{} `ddb:"text_player,sort=by_player,from={player}#{round:3}"`
}

var (
	matches     = ddbtable.MustDefine[match]("matches", ddbtable.NativeKeys("by_player"))
	matchID     = ddbtable.Attr(func(m *match) *string { return &m.ID })
	matchCup    = ddbtable.Attr(func(m *match) *string { return &m.Cup })
	matchField  = ddbtable.Attr(func(m *match) *int { return &m.Field })
	matchRound  = ddbtable.Attr(func(m *match) *int { return &m.Round })
	matchScore  = ddbtable.Attr(func(m *match) *int64 { return &m.Score })
	matchPlayer = ddbtable.Attr(func(m *match) *string { return &m.Player })
	matchNote   = ddbtable.Attr(func(m *match) *string { return &m.Note })
)

// Values that sort otherwise as texts than as numbers, and texts that are easy
// to get wrong. Several matches have the same of them.
var (
	rounds  = []int{-10, -9, -1, 0, 1, 9, 10, 100}
	scores  = []int64{-1 << 60, -2, 0, 3, 1 << 60}
	players = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" })
)

// match draws a match of field 1 or 2.
func drawMatch(rt *rapid.T, cup string, i int) match {
	return match{
		ID: fmt.Sprintf("%s %02d", cup, i), Cup: cup, Field: rapid.IntRange(1, 2).Draw(rt, "field"),
		Round: rapid.SampledFrom(rounds[2:6]).Draw(rt, "round"), Score: rapid.SampledFrom(scores).Draw(rt, "score"),
		Player: rapid.SampledFrom(append(players, "")).Draw(rt, "player"),
	}
}

var (
	roundDimension  = dim(matchRound, func(m match) int { return m.Round }, rapid.SampledFrom(rounds), cmp.Compare[int])
	scoreDimension  = dim(matchScore, func(m match) int64 { return m.Score }, rapid.SampledFrom(append(scores, 2, 4)), cmp.Compare[int64])
	playerDimension = dim(matchPlayer, func(m match) string { return m.Player }, rapid.SampledFrom(players), strings.Compare)
)

// inIndex is a match in the index, of field 1 if that counts.
func inIndex(field bool) meaning[match] {
	m := meaning[match]{match: func(m match) bool { return m.Player != "" && (!field || m.Field == 1) }}
	if field {
		m.conds = []ddbtable.Cond[match]{matchField.Eq(1)}
	}
	return m
}

func TestRangesInAKeyOfSeveralAttributes(t *testing.T) {
	space[match]{
		def:        matches,
		partition:  func(cup string) ddbtable.Cond[match] { return matchCup.Eq(cup) },
		draw:       drawMatch,
		always:     inIndex(true),
		dimensions: []dimension[match]{roundDimension, scoreDimension, playerDimension},
		via:        []string{"by_round"},
		sortKey:    func(m match) string { return fmt.Sprint(m.Round, m.Score, m.Player) },
		identity:   func(m match) string { return m.ID },
	}.run(t)
}

func TestRangesOverFacetsThatAreNativeKeys(t *testing.T) {
	space[match]{
		def:        matches,
		partition:  func(cup string) ddbtable.Cond[match] { return matchCup.Eq(cup) },
		draw:       drawMatch,
		always:     inIndex(false),
		dimensions: []dimension[match]{playerDimension, roundDimension},
		via:        []string{"by_player"},
		sortKey:    func(m match) string { return fmt.Sprint(m.Player, m.Round) },
		identity:   func(m match) string { return m.ID },
	}.run(t)
}

// The ranges of In are merged by the attribute behind, and by the one behind
// that; what is equal in both comes by round, and then as the index has it.
func TestMergeInAKeyOfSeveralAttributes(t *testing.T) {
	s := space[match]{
		sortKey:  func(m match) string { return fmt.Sprint(m.Score, m.Player, m.Round) },
		identity: func(m match) string { return m.ID },
		compare: func(a, b match) int {
			return cmp.Or(cmp.Compare(a.Score, b.Score), strings.Compare(a.Player, b.Player), cmp.Compare(a.Round, b.Round))
		},
	}
	table := ddbtest.Table(t, engine(t).Client(), matches)
	rapid.Check(t, func(rt *rapid.T) {
		cup := uuid.NewString()
		var items []match
		for i := range rapid.IntRange(0, 15).Draw(rt, "items") {
			items = append(items, drawMatch(rt, cup, i))
			if _, err := table.Put(items[i]).Run(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		chosen := rapid.SliceOfN(rapid.SampledFrom(rounds), 0, 5).Draw(rt, "rounds")
		m := inIndex(true).and(meaning[match]{[]ddbtable.Cond[match]{matchCup.Eq(cup), matchRound.In(chosen...)}, func(m match) bool {
			return slices.Contains(chosen, m.Round)
		}})
		if rapid.Bool().Draw(rt, "with a range") {
			m = m.and(scoreDimension.ranges(rt))
			if rapid.Bool().Draw(rt, "of one score") {
				m = m.and(meaning[match]{[]ddbtable.Cond[match]{matchScore.Eq(3)}, func(m match) bool { return m.Score == 3 }})
			}
		}
		q := table.Query(m.conds...).OrderBy(matchScore)
		e, s := q.Explain(), s
		switch {
		case e.Err != nil:
			rt.Skip("In of several scores, which are not sorted by score")
		case !e.Merged: // one round, or one score: then the order is that of the key
			s.compare = func(a, b match) int {
				return cmp.Or(cmp.Compare(a.Round, b.Round), cmp.Compare(a.Score, b.Score), strings.Compare(a.Player, b.Player))
			}
		}
		want := s.expected(items, m)
		if rapid.Bool().Draw(rt, "descending") {
			q = q.Descending()
			slices.Reverse(want)
		}
		s.check(t.Context(), rt, q, want)
	})
}

// openMatches gives a table with three matches of a cup, the last without a
// player.
func openMatches(t *testing.T, options ...ddbtable.Option) (*ddbtable.Table[match], *recorder) {
	t.Helper()
	table, r := recorded(t, matches, options...)
	put(t, table,
		match{ID: "1", Cup: "c", Field: 1, Round: 10, Score: 3, Player: "ada"},
		match{ID: "2", Cup: "c", Field: 1, Round: 9, Score: -4, Player: "bob"},
		match{ID: "3", Cup: "c", Field: 1, Round: 8, Score: 5})
	r.sent()
	return table, r
}

func matchIDs(t *testing.T, q ddbtable.Query[match]) string {
	t.Helper()
	all, err := ddbtable.Collect(q.All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, m.ID)
	}
	return strings.Join(got, " ")
}

// What DynamoDB would refuse is refused before the call, and says what it
// takes.
func TestKeyOfSeveralAttributesBindsFromLeftToRight(t *testing.T) {
	table, r := openMatches(t)
	round := []ddbtable.Cond[match]{matchCup.Eq("c"), matchField.Eq(1)}
	for name, test := range map[string]struct {
		q    ddbtable.Query[match]
		want string
	}{
		"half a partition key": {table.Query(matchCup.Eq("c")).Via("by_round"),
			"index by_round: its partition key needs an equality on field"},
		"a range of the partition key": {table.Query(matchCup.Eq("c"), matchField.Gt(1)),
			"index by_round: its partition key needs an equality on field, a range does not do"},
		"several values of the partition key": {table.Query(matchCup.Eq("c"), matchField.In(1, 2)),
			"index by_round: its partition key takes one value of field, run one query for each value of In"},
		"a gap": {table.Query(append(round, matchScore.Eq(1))...),
			"index by_round: DynamoDB takes its sort key round, score, player from left to right, equalities first and one range at the end, and score comes after an attribute without an Eq or In"},
		"behind a range": {table.Query(append(round, matchRound.Ge(1), matchScore.Eq(1), matchPlayer.Eq("ada"))...),
			"equalities first and one range at the end, and player, score comes after"},
		"behind BeginsWith": {table.Query(matchCup.Eq("c"), ddbtable.BeginsWith(matchPlayer, "a"), matchRound.Eq(1)),
			"index by_player: DynamoDB takes its sort key player, round from left to right"},
		"something else": {table.Query(append(round, matchNote.Eq("n"))...),
			"index by_round: note is not part of its key"},
		"a filter on the key": {table.Query(append(round, matchRound.Ge(1))...).Filter(matchScore.Eq(1)),
			`attribute "score" is a key of index by_round, which a filter cannot test`},
		"a consistent read": {table.Query(round...).Consistent(),
			"global index by_round cannot be read consistently"},
		"the order of what comes second": {table.Query(round...).OrderBy(matchScore),
			"index by_round: it sorts by round before score"},
		"the order of the partition key": {table.Query(round...).OrderBy(matchID),
			"index by_round: it sorts by round before id"},
		"too many ranges": {table.Query(append(round, matchRound.In(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), matchScore.In(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))...),
			"In makes more than 100 ranges"},
		"too many ranges to merge": {table.Query(append(round, matchRound.In(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))...).OrderBy(matchScore),
			"OrderBy of score merges 17 ranges, the limit is 16"},
		"a text that no key has": {table.Query(matchCup.Eq(""), matchField.Eq(1)),
			"the empty string cannot be in a key"},
		"a text that no sort key has": {table.Query(matchCup.Eq("c"), matchPlayer.Eq("")),
			"the empty string cannot be in a key"},
	} {
		_, err := test.q.Page(t.Context(), 1, "")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\n got: %v\nwant: …%s…", name, err, test.want)
		}
	}
	r.expectSent(t, "what is refused")
}

func TestWhatNoItemCanFulfilSendsNothing(t *testing.T) {
	table, r := openMatches(t)
	for name, conds := range map[string][]ddbtable.Cond[match]{
		"two values of the partition key": {matchCup.Eq("c"), matchField.Eq(1), matchField.Eq(2)},
		"no value of the partition key":   {matchCup.Eq("c"), matchField.In()},
		"no value of the sort key":        {matchCup.Eq("c"), matchField.Eq(1), matchRound.In(), matchScore.Gt(1)},
		"behind one value":                {matchCup.Eq("c"), matchField.Eq(1), matchRound.Eq(1), matchScore.Between(2, 1)},
		"below every text":                {matchCup.Eq("c"), matchPlayer.Lt("")},
	} {
		q := table.Query(conds...)
		page, err := q.Page(t.Context(), 1, "")
		if err != nil || len(page.Items) != 0 || page.Next != "" || page.Prev != "" {
			t.Errorf("%s: %+v, %v", name, page, err)
		}
		if e := q.Explain(); len(e.KeyConditions) != 0 || e.Err != nil {
			t.Errorf("%s: %s", name, e)
		}
	}
	r.expectSent(t, "what no item can fulfil")
}

// A cursor holds the attributes of both keys, and is taken by its own query.
func TestCursorOfAKeyOfSeveralAttributes(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := openMatches(t, options...)
		q := table.Query(matchCup.Eq("c"), matchField.Eq(1))
		page, err := q.Page(t.Context(), 1, "")
		if err != nil || page.Next == "" {
			t.Fatalf("%+v, %v", page, err)
		}
		if next, err := q.Page(t.Context(), 1, page.Next); err != nil || next.Items[0].ID != "1" || next.Next != "" {
			t.Errorf("the page that follows: %+v, %v", next, err)
		}
		for name, other := range map[string]ddbtable.Query[match]{
			"another partition":   table.Query(matchCup.Eq("c"), matchField.Eq(2)),
			"an equality more":    table.Query(matchCup.Eq("c"), matchField.Eq(1), matchRound.Eq(9)),
			"another index":       table.Query(matchCup.Eq("c")),
			"the table":           table.Query(matchID.Eq("1")),
			"the other direction": table.Query(matchCup.Eq("c"), matchField.Eq(1)).Descending(),
		} {
			if _, err := other.Page(t.Context(), 1, page.Next); !errors.Is(err, ddbtable.ErrBadCursor) {
				t.Errorf("%s takes the cursor: %v", name, err)
			}
		}
		// The payload has flags, and for each attribute its type and its text.
		at := func(parts ...string) []byte {
			payload := []byte{2}
			for _, part := range parts {
				payload = append(append(payload, byte(len(part))), part...)
			}
			return payload
		}
		one := table.Query(matchCup.Eq("c"), matchField.Eq(1), matchRound.Eq(9), matchScore.Lt(0))
		for name, forged := range map[string]struct {
			payload []byte
			ok      bool
		}{
			"within the range":            {at("N", "9", "N", "-9", "S", "b", "S", "2"), true},
			"another value that is fixed": {at("N", "8", "N", "-9", "S", "b", "S", "2"), false},
			"outside of the range":        {at("N", "9", "N", "1", "S", "b", "S", "2"), false},
			"another type":                {at("N", "9", "S", "-9", "S", "b", "S", "2"), false},
			"an attribute less":           {at("N", "9", "N", "-9", "S", "2"), false},
			"an attribute more":           {at("N", "9", "N", "-9", "S", "b", "S", "2", "S", "3"), false},
		} {
			cursor, err := ddbtable.Forge(one, forged.payload)
			if err != nil {
				t.Fatal(err)
			}
			_, err = one.Page(t.Context(), 1, cursor)
			if forged.ok && err != nil || !forged.ok && !errors.Is(err, ddbtable.ErrBadCursor) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// The ranges of a merge differ in attributes of their own, and a cursor belongs to
// these: where a range has ended it holds no key that would tell.
func TestMergedCursorBelongsToItsEqualities(t *testing.T) {
	table, _ := openMatches(t)
	in := func(players ...string) ddbtable.Query[match] {
		return table.Query(matchCup.Eq("c"), matchPlayer.In(players...)).OrderBy(matchRound)
	}
	page, err := in("ada", "bob").Page(t.Context(), 1, "")
	if err != nil || page.Next == "" {
		t.Fatal(page, err)
	}
	if next, err := in("bob", "ada").Page(t.Context(), 1, page.Next); err != nil || len(next.Items) != 1 {
		t.Errorf("the same players: %+v, %v", next, err)
	}
	if _, err := in("ada", "cyd").Page(t.Context(), 1, page.Next); !errors.Is(err, ddbtable.ErrBadCursor) {
		t.Errorf("other players: %v", err)
	}
}

// An attribute is stored as long as one index wants it.
func TestTextThatAnotherIndexNeedsIsStored(t *testing.T) {
	type visit struct {
		ID   string   `ddb:"id,partition"`
		Room string   `ddb:"room,partition=native,partition=texts"`
		Day  int      `ddb:"day"`
		_    struct{} `ddb:"turn,sort=native,sort=texts,from={day:3}"`
	}
	room := ddbtable.Attr(func(v *visit) *string { return &v.Room })
	day := ddbtable.Attr(func(v *visit) *int { return &v.Day })
	table, r := recorded(t, ddbtable.MustDefine[visit]("visits", ddbtable.NativeKeys("native")))
	put(t, table, visit{ID: "a", Room: "r", Day: 7})
	expect(t, "stored", readRaw(t, r.client, table.Name())["a"], rawItem{"id": "a", "room": "r", "day": 7, "turn": "007"})
	for _, index := range []string{"native", "texts"} {
		if n, err := table.Query(room.Eq("r"), day.Gt(6)).Via(index).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("index %s: %d items, %v", index, n, err)
		}
	}
}

// Attributes that are keys are set as they are; what no key may be is refused
// in each of them, be it a key by its tag or by NativeKeys.
func TestWritesOfNativeKeys(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := openMatches(t, options...)
		ctx := t.Context()
		got, err := table.Update(matchID.Eq("3")).Change(matchPlayer.Set("cyd"), matchRound.Set(-7)).Run(ctx)
		if err != nil || got.Player != "cyd" {
			t.Fatalf("Update: %+v, %v", got, err)
		}
		r.expectSent(t, "an update of two attributes of the key", "UpdateItem")
		if strings.Contains(r.last, "text_") || !strings.Contains(r.last, `"UpdateExpression":"SET #1 = :0, #2 = :1"`) {
			t.Errorf("the update is no plain SET: %s", r.last)
		}
		expect(t, "by round", matchIDs(t, table.Query(matchCup.Eq("c"), matchField.Eq(1))), "3 2 1")
		expect(t, "by player", matchIDs(t, table.Query(matchCup.Eq("c"))), "1 2 3")
		if _, err := table.Update(matchID.Eq("1")).Change(matchPlayer.Remove()).Run(ctx); err != nil {
			t.Fatal(err)
		}
		expect(t, "without a player", matchIDs(t, table.Query(matchCup.Eq("c"), matchField.Eq(1))), "3 2")
		expect(t, "without a player, by player", matchIDs(t, table.Query(matchCup.Eq("c"))), "2 3")

		r.sent()
		const want = `attribute "cup": the empty string cannot be in a key; give the attribute a value`
		for name, err := range map[string]error{
			"Put":         err1(table.Put(match{ID: "4", Player: "x"}).Run(ctx)),
			"Create":      err1(table.Create(match{ID: "4", Player: "x"}).Run(ctx)),
			"Update":      err1(table.Update(matchID.Eq("1")).Change(matchCup.Set("")).Run(ctx)),
			"transaction": ddbtable.WriteTransaction(r.client, table.Put(match{ID: "4"})).Run(ctx),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.expectSent(t, "what no key may be")
	})
}

// A lodging is found by house, in the order of guests and nights: by texts, or
// by the attributes themselves.
type lodging struct {
	_     struct{} `ddb:"type,discriminator,from=lodging"`
	ID    string   `ddb:"id,partition"`
	House string   `ddb:"house"`
	Guest string   `ddb:"guest"`
	Night int      `ddb:"night"`
	_     struct{} `ddb:"place,partition=by_house,from={house}"`
	_     struct{} `ddb:"turn,sort=by_house,from={guest}_{night:3}"`
}

// A caravan lies in the same index, by its tags.
type caravan struct {
	_      struct{} `ddb:"type,discriminator,from=caravan"`
	ID     string   `ddb:"id,partition"`
	House  string   `ddb:"house,partition=by_house"`
	Guest  string   `ddb:"guest,sort=by_house:1"`
	Night  int      `ddb:"night,sort=by_house:2"`
	Wheels int      `ddb:"wheels"`
}

var (
	lodgings       = ddbtable.MustDefine[lodging]("camp")
	nativeLodgings = ddbtable.MustDefine[lodging]("camp", ddbtable.NativeKeys("by_house"))
	lodgingID      = ddbtable.Attr(func(l *lodging) *string { return &l.ID })
	lodgingGuest   = ddbtable.Attr(func(l *lodging) *string { return &l.Guest })
	lodgingNight   = ddbtable.Attr(func(l *lodging) *int { return &l.Night })
	lodgingHouse   = ddbtable.Attr(func(l *lodging) *string { return &l.House })
	caravans       = ddbtable.MustDefine[caravan]("camp")
	caravanHouse   = ddbtable.Attr(func(c *caravan) *string { return &c.House })
	caravanGuest   = ddbtable.Attr(func(c *caravan) *string { return &c.Guest })
	camp           = ddbtable.MustUnite(nativeLodgings, caravans)
)

func TestFacetsOfNativeKeysAreChecked(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, nativeLodgings, options...)
		ctx := t.Context()
		put(t, table, lodging{ID: "1", House: "h", Guest: "a_b", Night: -1234}) // the text could hold neither
		if got, err := table.Get(ctx, lodgingID.Eq("1")); err != nil || got.Night != -1234 {
			t.Errorf("Get: %+v, %v", got, err)
		}
		r.sent()
		for name, err := range map[string]error{
			"Put":    err1(table.Put(lodging{ID: "1", House: "h"}).Run(ctx)),
			"Update": err1(table.Update(lodgingID.Eq("1")).Change(lodgingGuest.Set("")).Run(ctx)),
			"PutAll": table.PutAll(slices.Values([]lodging{{ID: "1", House: "h"}})).Run(ctx),
		} {
			if err == nil || !strings.Contains(err.Error(), `attribute "guest": the empty string cannot be in a key; give the attribute a value`) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.expectSent(t, "what no key may be")
	})
}

// What an item has of the text from before is not looked at, and stays as it
// is: who needs it again mends it by setting a facet.
func TestTextFromBeforeNativeKeysIsLeftAlone(t *testing.T) {
	before, r := recorded(t, lodgings)
	native := ddbtable.Open(r.client, nativeLodgings, ddbtable.TableName(before.Name()))
	ctx := t.Context()
	put(t, before, lodging{ID: "1", House: "h", Guest: "ada", Night: 1})
	if _, err := native.Update(lodgingID.Eq("1")).Change(lodgingNight.Set(2)).Run(ctx); err != nil {
		t.Fatal(err)
	}
	if got, err := native.Get(ctx, lodgingID.Eq("1")); err != nil || got.Night != 2 {
		t.Errorf("Get: %+v, %v", got, err)
	}
	if got, err := ddbtable.Collect(native.Scan().All(ctx)); err != nil || len(got) != 1 {
		t.Errorf("Scan: %+v, %v", got, err)
	}
	if _, err := before.Get(ctx, lodgingID.Eq("1")); !errors.Is(err, ddbtable.ErrStale) {
		t.Errorf("Get by the definition from before: %v", err)
	}
	err := native.CreateTable(ctx)
	const want = "index by_house: defined global on house HASH + guest RANGE + night RANGE projecting ALL, actual global on place HASH + turn RANGE projecting ALL"
	if different, ok := errors.AsType[*ddbtable.SchemaError](err); !ok || !strings.Contains(different.Error(), want) {
		t.Errorf("CreateTable\n got: %v\nwant: …%s…", err, want)
	}
}

func TestTablesWithKeysOfSeveralAttributes(t *testing.T) {
	table, r := openMatches(t)
	name := table.Name()
	out, err := r.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, x := range out.Table.GlobalSecondaryIndexes {
		for _, k := range x.KeySchema {
			got[*x.IndexName] += fmt.Sprintf("%s %s, ", *k.AttributeName, k.KeyType)
		}
	}
	for _, a := range out.Table.AttributeDefinitions {
		got[*a.AttributeName] = string(a.AttributeType)
	}
	expect(t, "the table", got, map[string]string{
		"by_round":  "cup HASH, field HASH, round RANGE, score RANGE, player RANGE, ",
		"by_player": "cup HASH, player RANGE, round RANGE, ",
		"id":        "S", "cup": "S", "field": "N", "round": "N", "score": "N", "player": "S",
	})
	if err := table.CreateTable(t.Context()); err != nil {
		t.Errorf("CreateTable of what is there: %v", err)
	}
	different := ddbtable.Open(r.client, ddbtable.MustDefine[match]("matches", ddbtable.NativeKeys("by_player"), ddbtable.KeysOnly("by_round")), ddbtable.TableName(name))
	if err := different.CreateTable(t.Context()); err == nil || !strings.Contains(err.Error(), "by_round: defined global on cup HASH + field HASH + round RANGE + score RANGE + player RANGE projecting KEYS_ONLY") {
		t.Errorf("CreateTable with another projection: %v", err)
	}
}

// An index that projects its keys only has all attributes of them.
func TestProjectionOfAKeyOfSeveralAttributes(t *testing.T) {
	def := ddbtable.MustDefine[match]("matches", ddbtable.NativeKeys("by_player"), ddbtable.KeysOnly("by_round"))
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, def, options...)
		put(t, table, match{ID: "1", Cup: "c", Field: 1, Round: 10, Score: 3, Player: "ada", Note: "n"})
		q := table.Query(matchCup.Eq("c"), matchField.Eq(1))
		got, err := ddbtable.Collect(q.Project(matchID, matchCup, matchField, matchRound, matchScore, matchPlayer).All(t.Context()))
		if err != nil || len(got) != 1 || got[0] != (match{ID: "1", Cup: "c", Field: 1, Round: 10, Score: 3, Player: "ada"}) {
			t.Errorf("got %+v, %v", got, err)
		}
		if e := q.Explain(); e.Err == nil || !strings.Contains(e.Err.Error(), "index by_round does not project note") {
			t.Errorf("all of it: %v", e.Err)
		}
		page, err := table.Query(matchCup.Eq("c")).Project(matchNote).Page(t.Context(), 1, "")
		if err != nil || len(page.Items) != 1 || page.Items[0] != (match{Note: "n"}) {
			t.Errorf("only the note: %+v, %v", page, err)
		}
	})
}

func TestScanOfAnIndexOfSeveralAttributes(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := openMatches(t, options...)
		scan := table.Scan().Via("by_round")
		var got []string
		cursor := ""
		for {
			page, err := scan.Page(t.Context(), 1, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Items {
				got = append(got, m.ID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		slices.Sort(got)
		expect(t, "the items in the index", got, []string{"1", "2"})
	})
}

// Types of one table share an index by the attributes that make its key.
func TestCollectionWithAKeyOfSeveralAttributes(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		all, r := recorded(t, camp, options...)
		in := append(options, ddbtable.TableName(all.Name()))
		put(t, ddbtable.Open(r.client, nativeLodgings, in...),
			lodging{ID: "1", House: "h", Guest: "ada", Night: -2}, lodging{ID: "2", House: "h", Guest: "bob", Night: 3})
		put(t, ddbtable.Open(r.client, caravans, in...),
			caravan{ID: "3", House: "h", Guest: "ada", Night: 10, Wheels: 2}, caravan{ID: "4", House: "h", Guest: "ada", Night: 9, Wheels: 4})

		read := func(q ddbtable.Query[any]) string {
			var got []string
			for cursor, first := "", true; first || cursor != ""; first = false {
				page, err := q.Page(t.Context(), 1, cursor)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Items {
					switch v := v.(type) {
					case lodging:
						got = append(got, v.ID)
					case caravan:
						got = append(got, v.ID)
					}
				}
				cursor = page.Next
			}
			return strings.Join(got, " ")
		}
		expect(t, "of a house", read(all.Query(ddbtable.Of(lodgingHouse.Eq("h"))).Via("by_house")), "1 4 3 2")
		expect(t, "of a guest", read(all.Query(ddbtable.Of(caravanHouse.Eq("h")), ddbtable.Of(caravanGuest.Eq("ada"))).Descending()), "3 4 1")
		one, err := ddbtable.Open(r.client, caravans, in...).Query(caravanHouse.Eq("h")).Count(t.Context())
		if err != nil || one != 2 {
			t.Errorf("of one type: %d, %v", one, err)
		}
	})
	const want = "has index by_house global on house HASH + guest RANGE + night RANGE projecting ALL, its key being house S + guest S + night N, another type has it global on place HASH + turn RANGE"
	if _, err := ddbtable.Unite(lodgings, caravans); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Unite of two forms of an index\n got: %v\nwant: …%s…", err, want)
	}
}

// The attribute that marks deleted items is served where it is bound, and the
// query is refused where no filter could test it.
func TestSoftDeleteInAKeyOfSeveralAttributes(t *testing.T) {
	def := ddbtable.MustDefine[match]("matches", ddbtable.NativeKeys("by_player"), ddbtable.SoftDelete(matchRound, 1, -1))
	table, _ := recorded(t, def)
	put(t, table, match{ID: "1", Cup: "c", Field: 1, Round: 1, Score: 3, Player: "ada"}, match{ID: "2", Cup: "c", Field: 1, Round: 1, Score: -4, Player: "ada"})
	if _, err := table.Delete(matchID.Eq("2")).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	q := table.Query(matchCup.Eq("c"), matchField.Eq(1))
	expect(t, "by round", matchIDs(t, q), "1")
	expect(t, "the key", q.Explain().KeyConditions, []string{`cup = "c" AND field = 1 AND round = 1`})
	expect(t, "of a player", matchIDs(t, table.Query(matchCup.Eq("c"), matchPlayer.Eq("ada"))), "1")
	expect(t, "with deleted", matchIDs(t, table.WithDeleted().Query(matchCup.Eq("c"), matchField.Eq(1))), "2 1")
	const want = "and round, which SoftDelete asks for, comes after an attribute without an Eq or In"
	if err := table.Query(matchCup.Eq("c")).Explain().Err; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("behind an attribute that is not given\n got: %v\nwant: …%s…", err, want)
	}
}

// A gate is in the index open as long as it is: the derived attribute of the
// key comes and goes, the others stay.
type gate struct {
	ID    string   `ddb:"id,partition"`
	Owner string   `ddb:"owner"`
	Open  bool     `ddb:"open"`
	Since int      `ddb:"since,sort=open:1"`
	Level int      `ddb:"level,omitzero,sort=open:2"`
	_     struct{} `ddb:"open_owner,partition=open,from={owner}"`
}

func TestSparseKeyOfSeveralAttributes(t *testing.T) {
	owner := ddbtable.Attr(func(g *gate) *string { return &g.Owner })
	open := ddbtable.Attr(func(g *gate) *bool { return &g.Open })
	since := ddbtable.Attr(func(g *gate) *int { return &g.Since })
	level := ddbtable.Attr(func(g *gate) *int { return &g.Level })
	id := ddbtable.Attr(func(g *gate) *string { return &g.ID })
	table, _ := recorded(t, ddbtable.MustDefine[gate]("gates", ddbtable.Sparse("open", open.Eq(true))))
	put(t, table, gate{ID: "1", Owner: "o", Since: 4, Level: 1}, gate{ID: "2", Owner: "o", Since: -5, Level: 2, Open: true})
	in := func(what, want string) {
		t.Helper()
		var got []string
		for g, err := range table.Query(owner.Eq("o")).All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, g.ID)
		}
		expect(t, what, strings.Join(got, " "), want)
	}
	update := func(of string, changes ...ddbtable.Change[gate]) {
		t.Helper()
		if _, err := table.Update(id.Eq(of)).Change(changes...).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	in("put", "2")
	update("1", open.Set(true))
	in("the first is opened", "2 1")
	update("1", since.Set(-6))
	in("moved to the front", "1 2")
	update("2", level.Remove())
	in("a part of the key removed", "1")
	update("2", level.Set(3))
	in("and set again", "1 2")
	update("1", open.Set(false))
	in("the first is closed", "2")
	put(t, table, gate{ID: "2", Owner: "o", Since: 1, Level: 2})
	in("put outside of the rule", "")
}
