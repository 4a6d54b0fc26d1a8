package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
)

// A wide is an item of 30 attributes, with nested values and sets.
type wide struct {
	Tenant  string `ddb:"tenant,partition" dynamodbav:"tenant" dynamo:"tenant"`
	Number  int64  `ddb:"number,sort" dynamodbav:"number" dynamo:"number"`
	Title   string `ddb:"title" dynamodbav:"title" dynamo:"title"`
	Summary string `ddb:"summary" dynamodbav:"summary" dynamo:"summary"`
	Owner   string `ddb:"owner" dynamodbav:"owner" dynamo:"owner"`
	Email   string `ddb:"email" dynamodbav:"email" dynamo:"email"`
	Phone   string `ddb:"phone" dynamodbav:"phone" dynamo:"phone"`
	Country string `ddb:"country" dynamodbav:"country" dynamo:"country"`
	State   string `ddb:"state" dynamodbav:"state" dynamo:"state"`

	Created  time.Time `ddb:"created,unix" dynamodbav:"created,unixtime" dynamo:"created,unixtime"`
	Updated  time.Time `ddb:"updated,unix" dynamodbav:"updated,unixtime" dynamo:"updated,unixtime"`
	Closed   time.Time `ddb:"closed,unix" dynamodbav:"closed,unixtime" dynamo:"closed,unixtime"`
	Priority int       `ddb:"priority" dynamodbav:"priority" dynamo:"priority"`
	Views    int64     `ddb:"views" dynamodbav:"views" dynamo:"views"`
	Replies  int32     `ddb:"replies" dynamodbav:"replies" dynamo:"replies"`
	Version  uint64    `ddb:"version" dynamodbav:"version" dynamo:"version"`
	Cents    int64     `ddb:"cents" dynamodbav:"cents" dynamo:"cents"`
	Quantity int       `ddb:"quantity" dynamodbav:"quantity" dynamo:"quantity"`
	Weight   float64   `ddb:"weight" dynamodbav:"weight" dynamo:"weight"`
	Rating   float64   `ddb:"rating" dynamodbav:"rating" dynamo:"rating"`
	Open     bool      `ddb:"open" dynamodbav:"open" dynamo:"open"`
	Paid     bool      `ddb:"paid" dynamodbav:"paid" dynamo:"paid"`
	Public   bool      `ddb:"public" dynamodbav:"public" dynamo:"public"`

	Digest  []byte            `ddb:"digest" dynamodbav:"digest" dynamo:"digest"`
	Tags    []string          `ddb:"tags,set" dynamodbav:"tags,stringset" dynamo:"tags,set"`
	Shards  []int             `ddb:"shards,set" dynamodbav:"shards,numberset" dynamo:"shards,set"`
	Notes   []string          `ddb:"notes" dynamodbav:"notes" dynamo:"notes"`
	Labels  map[string]string `ddb:"labels" dynamodbav:"labels" dynamo:"labels"`
	Address address           `ddb:"address" dynamodbav:"address" dynamo:"address"`
	Lines   []line            `ddb:"lines" dynamodbav:"lines" dynamo:"lines"`
}

type address struct {
	Street string `ddb:"street" dynamodbav:"street" dynamo:"street"`
	City   string `ddb:"city" dynamodbav:"city" dynamo:"city"`
	Code   string `ddb:"code" dynamodbav:"code" dynamo:"code"`
	Floor  int    `ddb:"floor" dynamodbav:"floor" dynamo:"floor"`
}

type line struct {
	SKU   string `ddb:"sku" dynamodbav:"sku" dynamo:"sku"`
	Count int    `ddb:"count" dynamodbav:"count" dynamo:"count"`
	Cents int64  `ddb:"cents" dynamodbav:"cents" dynamo:"cents"`
}

var (
	wides      = makeWides(200)
	wideTable  = ddbtable.MustDefine[wide]("wide")
	wideTenant = ddbtable.Attr(func(w *wide) *string { return &w.Tenant })
)

func makeWides(n int) []wide {
	made := make([]wide, n)
	for i := range made {
		text := func(what string) string { return fmt.Sprintf("%s %d of tenant seven", what, i) }
		at := time.Unix(int64(1700000000+i), 0).UTC()
		made[i] = wide{
			Tenant: "tenant-7", Number: int64(i), Title: text("title"), Summary: text("a summary that says a little more about ticket"),
			Owner: "owner-" + strconv.Itoa(i%9), Email: fmt.Sprintf("owner%d@example.com", i%9), Phone: "+49 30 5550 " + strconv.Itoa(100+i), Country: "DE", State: "waiting",
			Created: at, Updated: at.Add(time.Hour), Closed: at.Add(time.Minute), Priority: i % 5, Views: int64(31 * i), Replies: int32(i % 17), Version: uint64(i) + 1,
			Cents: int64(199 * i), Quantity: i%40 + 1, Weight: 0.25 * float64(i), Rating: 4.5, Open: i%2 == 0, Paid: i%3 == 0, Public: true,
			Digest: []byte(text("digest")), Tags: []string{"blue", "fragile", "large"}, Shards: []int{3, i%5 + 4, 17},
			Notes: []string{text("first note"), text("second note")}, Labels: map[string]string{"team": "north", "tier": "gold", "zone": "b"},
			Address: address{"Long Road 12", "Berlin", "10115", i % 8}, Lines: []line{{"sku-1" + strconv.Itoa(i), 2, 1999}, {"sku-2", 1, 349}},
		}
	}
	return made
}

// handMarshalWide and handUnmarshalWide are what someone writes who uses the
// SDK alone.
func handMarshalWide(w *wide) map[string]types.AttributeValue {
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	n := func(v int64) types.AttributeValue {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(v, 10)}
	}
	f := func(v float64) types.AttributeValue {
		return &types.AttributeValueMemberN{Value: strconv.FormatFloat(v, 'g', -1, 64)}
	}
	b := func(v bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: v} }
	shards := make([]string, len(w.Shards))
	for i, v := range w.Shards {
		shards[i] = strconv.Itoa(v)
	}
	notes := make([]types.AttributeValue, len(w.Notes))
	for i, v := range w.Notes {
		notes[i] = s(v)
	}
	labels := make(map[string]types.AttributeValue, len(w.Labels))
	for k, v := range w.Labels {
		labels[k] = s(v)
	}
	lines := make([]types.AttributeValue, len(w.Lines))
	for i, l := range w.Lines {
		lines[i] = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"sku": s(l.SKU), "count": n(int64(l.Count)), "cents": n(l.Cents)}}
	}
	return map[string]types.AttributeValue{
		"tenant": s(w.Tenant), "number": n(w.Number), "title": s(w.Title), "summary": s(w.Summary), "owner": s(w.Owner),
		"email": s(w.Email), "phone": s(w.Phone), "country": s(w.Country), "state": s(w.State),
		"created": n(w.Created.Unix()), "updated": n(w.Updated.Unix()), "closed": n(w.Closed.Unix()),
		"priority": n(int64(w.Priority)), "views": n(w.Views), "replies": n(int64(w.Replies)),
		"version": &types.AttributeValueMemberN{Value: strconv.FormatUint(w.Version, 10)}, "cents": n(w.Cents), "quantity": n(int64(w.Quantity)),
		"weight": f(w.Weight), "rating": f(w.Rating), "open": b(w.Open), "paid": b(w.Paid), "public": b(w.Public),
		"digest": &types.AttributeValueMemberB{Value: w.Digest}, "tags": &types.AttributeValueMemberSS{Value: w.Tags},
		"shards": &types.AttributeValueMemberNS{Value: shards}, "notes": &types.AttributeValueMemberL{Value: notes},
		"labels": &types.AttributeValueMemberM{Value: labels},
		"address": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"street": s(w.Address.Street), "city": s(w.Address.City), "code": s(w.Address.Code), "floor": n(int64(w.Address.Floor)),
		}},
		"lines": &types.AttributeValueMemberL{Value: lines},
	}
}

// A reader reads attributes of an item by hand and keeps the first mistake.
type reader struct {
	item map[string]types.AttributeValue
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// member is an attribute of the SDK's type V.
func member[V any](r *reader, name string) (v V) {
	v, ok := r.item[name].(V)
	if !ok {
		r.fail(errKind)
	}
	return v
}

func (r *reader) string(name string) string {
	if s := member[*types.AttributeValueMemberS](r, name); s != nil {
		return s.Value
	}
	return ""
}

func (r *reader) number(name string) string {
	if n := member[*types.AttributeValueMemberN](r, name); n != nil {
		return n.Value
	}
	return ""
}

func (r *reader) int(name string) int64 {
	v, err := strconv.ParseInt(r.number(name), 10, 64)
	r.fail(err)
	return v
}

func (r *reader) float(name string) float64 {
	v, err := strconv.ParseFloat(r.number(name), 64)
	r.fail(err)
	return v
}

func (r *reader) bool(name string) bool {
	b := member[*types.AttributeValueMemberBOOL](r, name)
	return b != nil && b.Value
}

func (r *reader) time(name string) time.Time { return time.Unix(r.int(name), 0).UTC() }

func (r *reader) list(name string) []types.AttributeValue {
	if l := member[*types.AttributeValueMemberL](r, name); l != nil {
		return l.Value
	}
	return nil
}

func (r *reader) dict(name string) map[string]types.AttributeValue {
	if m := member[*types.AttributeValueMemberM](r, name); m != nil {
		return m.Value
	}
	return nil
}

func handUnmarshalWide(item map[string]types.AttributeValue, w *wide) error {
	r := &reader{item: item}
	*w = wide{
		Tenant: r.string("tenant"), Number: r.int("number"), Title: r.string("title"), Summary: r.string("summary"), Owner: r.string("owner"),
		Email: r.string("email"), Phone: r.string("phone"), Country: r.string("country"), State: r.string("state"),
		Created: r.time("created"), Updated: r.time("updated"), Closed: r.time("closed"),
		Priority: int(r.int("priority")), Views: r.int("views"), Replies: int32(r.int("replies")), Version: uint64(r.int("version")),
		Cents: r.int("cents"), Quantity: int(r.int("quantity")), Weight: r.float("weight"), Rating: r.float("rating"),
		Open: r.bool("open"), Paid: r.bool("paid"), Public: r.bool("public"),
	}
	if b := member[*types.AttributeValueMemberB](r, "digest"); b != nil {
		w.Digest = b.Value
	}
	if ss := member[*types.AttributeValueMemberSS](r, "tags"); ss != nil {
		w.Tags = ss.Value
	}
	if ns := member[*types.AttributeValueMemberNS](r, "shards"); ns != nil {
		w.Shards = make([]int, len(ns.Value))
		for i, text := range ns.Value {
			v, err := strconv.Atoi(text)
			r.fail(err)
			w.Shards[i] = v
		}
	}
	notes := r.list("notes")
	w.Notes = make([]string, len(notes))
	for i, av := range notes {
		if s, ok := av.(*types.AttributeValueMemberS); ok {
			w.Notes[i] = s.Value
		}
	}
	labels := r.dict("labels")
	w.Labels = make(map[string]string, len(labels))
	for k, av := range labels {
		if s, ok := av.(*types.AttributeValueMemberS); ok {
			w.Labels[k] = s.Value
		}
	}
	in := &reader{item: r.dict("address")}
	w.Address = address{in.string("street"), in.string("city"), in.string("code"), int(in.int("floor"))}
	r.fail(in.err)
	lines := r.list("lines")
	w.Lines = make([]line, len(lines))
	for i, av := range lines {
		if m, ok := av.(*types.AttributeValueMemberM); ok {
			in := &reader{item: m.Value}
			w.Lines[i] = line{in.string("sku"), int(in.int("count")), in.int("cents")}
			r.fail(in.err)
		}
	}
	return r.err
}
