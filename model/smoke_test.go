package model

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

func TestSmoke(t *testing.T) {
	for _, opts := range [][]ddbtable.Option{nil, {ddbtable.SDKTypes()}} {
		db, err := embedded.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ctx := t.Context()
		orders := ddbtable.Open(db.Client(), Orders, opts...)
		if err := orders.CreateTable(ctx); err != nil {
			t.Fatal(err)
		}
		u := uuid.UUID{1, 2}
		var id uuid.UUID
		for i := range 20 {
			id = uuid.UUID{3, byte(i)}
			o := Order{ID: id, UserID: u, ProductID: uuid.UUID{9}, Created: time.Unix(1428791681+int64(i), 0), Status: []Status{InProgress, Completed, Canceled}[i%3]}
			_, err := orders.Create(o).Run(ctx)
			if err != nil {
				t.Fatal(err)
			}
		}
		_, err = orders.Create(Order{ID: id, UserID: u, ProductID: u, Created: time.Unix(1428791681, 0), Status: InProgress}).Run(ctx)
		fmt.Println(err)
		o, err := orders.Get(ctx, OrderID.Eq(id))
		fmt.Println(o, err)
		o, err = orders.Update(OrderID.Eq(id)).Change(OrderStatus.Set(Completed)).If(OrderStatus.In(InProgress, Completed)).Run(ctx)
		fmt.Println(o, err)
		_, err = orders.Update(OrderID.Eq(uuid.New())).Change(OrderStatus.Set(Completed)).Run(ctx)
		fmt.Println(err)
		q := orders.Query(UserID.Eq(u), OrderStatus.In(InProgress, Completed)).Project(Created, OrderStatus)
		fmt.Println(q.Explain())
		cur, prev := "", ""
		for {
			p, err := q.Page(ctx, 4, cur)
			fmt.Println(len(p.Items), p.Capped, err, p.Next, p.Prev)
			for _, o := range p.Items {
				fmt.Println("  ", o)
			}
			cur = p.Next
			prev = p.Prev
			if cur == "" {
				break
			}
		}
		p, err := q.Page(ctx, 4, prev)
		fmt.Println(p, err)
		n, err := orders.Query(UserID.Eq(u)).Count(ctx)
		fmt.Println(n, err)
		all, err := ddbtable.Collect(orders.Query(UserID.Eq(u)).Filter(Created.Gt(time.Unix(1428791688, 0))).All(ctx))
		fmt.Println(len(all), err)
		old, err := orders.Delete(OrderID.Eq(id)).Run(ctx)
		fmt.Println(old, err)
		fmt.Println(orders.Get(ctx, OrderID.Eq(id)))
		fmt.Println(orders.DeleteTable(ctx))
	}
}

func BenchmarkQuery(b *testing.B) {
	for _, opts := range [][]ddbtable.Option{nil, {ddbtable.SDKTypes()}} {
		db, err := embedded.Open()
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		ctx := b.Context()
		orders := ddbtable.Open(db.Client(), Orders, opts...)
		if err := orders.CreateTable(ctx); err != nil {
			b.Fatal(err)
		}
		u := uuid.UUID{1, 2}
		for i := range 100 {
			id := uuid.UUID{3, byte(i)}
			o := Order{ID: id, UserID: u, ProductID: uuid.UUID{9}, Created: time.Unix(1428791681+int64(i), 0), Status: []Status{InProgress, Completed, Canceled}[i%3]}
			_, err := orders.Create(o).Run(ctx)
			if err != nil {
				b.Fatal(err)
			}
		}
		q := orders.Query(UserID.Eq(u))
		b.Run("", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range q.All(ctx) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
