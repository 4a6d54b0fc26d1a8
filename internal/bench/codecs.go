package main

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
	"log"

	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// The works in this file are the codec alone, without a call. Peers and the
// hand-written mapping stop at the SDK's type, or begin with it; what is of
// ddbtable and of the hand-written floor goes all the way to the JSON.

var (
	orderPlan = must(fields.PlanOf[model.Order]())
	widePlan  = must(fields.PlanOf[wide]())
)

func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err) // what is measured does not work: no figure means anything
	}
}

// page100 is how many items the decoders take in turn, so that none sees the
// same bytes all the time.
const page100 = 100

// turn calls do with 0 to 99, one after the other.
func turn(do func(i int)) func() {
	i := 0
	return func() {
		do(i)
		if i++; i == page100 {
			i = 0
		}
	}
}

func codecGroups() []*group {
	var buf []byte
	encodeOrder := &group{work: "encode-order", variants: []*variant{
		{name: "ddbtable", do: turn(func(i int) { buf = must(orderPlan.AppendJSON(buf[:0], &orders[i])) })},
		{name: "guregu", do: turn(func(i int) { must(dynamo.MarshalItem(taggedOrders[i])) })},
		{name: "sdk-av", do: turn(func(i int) { must(avMarshal(taggedOrders[i])) })},
		{name: "sdk-hand", do: turn(func(i int) { handMarshal(&orders[i]) })},
		{name: "hand-wire", do: turn(func(i int) { buf = appendOrder(buf[:0], &orders[i]) })},
	}}
	encodeWide := &group{work: "encode-wide", variants: []*variant{
		{name: "ddbtable", do: turn(func(i int) { buf = must(widePlan.AppendJSON(buf[:0], &wides[i])) })},
		{name: "guregu", do: turn(func(i int) { must(dynamo.MarshalItem(&wides[i])) })},
		{name: "sdk-av", do: turn(func(i int) { must(avMarshal(&wides[i])) })},
		{name: "sdk-hand", do: turn(func(i int) { handMarshalWide(&wides[i]) })},
	}}
	groups := []*group{encodeOrder, decodeOrder(), decodePage(), encodeWide, decodeWide(), avEncodeOrder(), avDecodeOrder()}
	for _, g := range groups {
		g.counts = []count{countAllocs(g.own())}
	}
	return groups
}

var taggedOrders = func() (all []*taggedOrder) {
	for i := range page100 {
		all = append(all, tagged(&orders[i]))
	}
	return all
}()

// typedPage are items as the SDK decodes them.
func typedPage[T any](plan *fields.Plan[T], all []T) []map[string]types.AttributeValue {
	items := make([]map[string]types.AttributeValue, page100)
	for i := range items {
		items[i] = must(plan.Marshal(&all[i]))
	}
	return items
}

// jsonPage are items as they stand in a response.
func jsonPage[T any](plan *fields.Plan[T], all []T) [][]byte {
	items := make([][]byte, page100)
	for i := range items {
		items[i] = must(plan.AppendJSON(nil, &all[i]))
	}
	return items
}

func decodeOrder() *group {
	texts, typed := jsonPage(orderPlan, orders), typedPage(orderPlan, orders)
	var o model.Order
	var t taggedOrder
	return &group{work: "decode-order", variants: []*variant{
		{name: "ddbtable", do: turn(func(i int) { check(orderPlan.ParseJSON(texts[i], &o)) })},
		{name: "guregu", do: turn(func(i int) { check(dynamo.UnmarshalItem(typed[i], &t)) })},
		{name: "sdk-av", do: turn(func(i int) { check(avUnmarshal(typed[i], &t)) })},
		{name: "sdk-hand", do: turn(func(i int) { check(handUnmarshal(typed[i], &o)) })},
		{name: "hand-wire", do: turn(func(i int) {
			p := page{data: texts[i]}
			p.order(&o)
			p.end()
			check(p.err)
		})},
	}}
}

// decodePage is a whole answer with a hundred orders, into memory that is there.
func decodePage() *group {
	answer := pageOf(orderPlan, orders[:page100])
	items := make([]model.Order, 0, page100)
	return &group{work: "decode-page", variants: []*variant{
		{name: "ddbtable", do: func() {
			items = items[:0]
			check(planItems(orderPlan, answer, &items))
			exactly(len(items), page100)
		}},
		{name: "hand-wire", do: func() {
			p := page{data: answer}
			items = p.items(items[:0])
			check(p.err)
			exactly(len(items), page100)
		}},
	}}
}

func decodeWide() *group {
	texts, typed := jsonPage(widePlan, wides), typedPage(widePlan, wides)
	var w wide
	return &group{work: "decode-wide", variants: []*variant{
		{name: "ddbtable", do: turn(func(i int) { check(widePlan.ParseJSON(texts[i], &w)) })},
		{name: "guregu", do: turn(func(i int) { w = wide{}; check(dynamo.UnmarshalItem(typed[i], &w)) })},
		{name: "sdk-av", do: turn(func(i int) { w = wide{}; check(avUnmarshal(typed[i], &w)) })},
		{name: "sdk-hand", do: turn(func(i int) { check(handUnmarshalWide(typed[i], &w)) })},
	}}
}

func avEncodeOrder() *group {
	return &group{work: "av-encode-order", variants: []*variant{
		{name: "ddbtable", do: turn(func(i int) { must(orderPlan.Marshal(&orders[i])) })},
		{name: "guregu", do: turn(func(i int) { must(dynamo.MarshalItem(taggedOrders[i])) })},
		{name: "sdk-av", do: turn(func(i int) { must(avMarshal(taggedOrders[i])) })},
		{name: "sdk-hand", do: turn(func(i int) { handMarshal(&orders[i]) })},
	}}
}

func avDecodeOrder() *group {
	typed := typedPage(orderPlan, orders)
	var o model.Order
	var t taggedOrder
	return &group{work: "av-decode-order", variants: []*variant{
		{name: "ddbtable", do: turn(func(i int) { check(orderPlan.Unmarshal(typed[i], &o)) })},
		{name: "guregu", do: turn(func(i int) { check(dynamo.UnmarshalItem(typed[i], &t)) })},
		{name: "sdk-av", do: turn(func(i int) { check(avUnmarshal(typed[i], &t)) })},
		{name: "sdk-hand", do: turn(func(i int) { check(handUnmarshal(typed[i], &o)) })},
	}}
}
