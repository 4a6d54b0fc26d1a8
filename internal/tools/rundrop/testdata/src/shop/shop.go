package shop

import (
	"context"

	"example.com/ddb/ddbtable"
)

type order struct{}

type write = ddbtable.Put[order]

func create(t *ddbtable.Table[order]) write { return t.Create(order{}) }

func dropped(t *ddbtable.Table[order]) {
	t.Create(order{})             // want `this ddbtable.Put is dropped, so nothing is sent; end the call with .Run\(ctx\)`
	(t.Create(order{}).If("new")) // want `ddbtable.Put is dropped`
	t.Update("1").Change("a")     // want `ddbtable.Update is dropped`
	_ = t.Create(order{})         // want `ddbtable.Put is dropped`
	var _ = t.Create(order{})     // want `ddbtable.Put is dropped`
	a, _ := 1, t.Update("1")      // want `ddbtable.Update is dropped`
	defer t.Create(order{})       // want `ddbtable.Put is dropped`
	go t.Create(order{})          // want `ddbtable.Put is dropped`
	create(t)                     // want `ddbtable.Put is dropped`
	ddbtable.WriteTransaction()   // want `ddbtable.Request is dropped`
	q := t.Query()
	q.Descending() // want `this ddbtable.Query is dropped, so nothing is sent; keep the value, its methods return copies`
	t.Consistent() // want `ddbtable.Table is dropped`
	_, _ = a, q
}

func kept(ctx context.Context, t *ddbtable.Table[order]) (write, error) {
	put := t.Create(order{})
	t.Create(order{}).Run(ctx)
	_, _ = t.Update("1").Run(ctx)
	defer t.Create(order{}).Run(ctx)
	t.DeleteTable(ctx)
	t.Get(ctx)
	t.Query().Page(ctx, 10)
	send := ddbtable.WriteTransaction(put, t.Update("1"))
	send.Run(ctx)
	ddbtable.Eq("a")
	ddbtable.Adapt(nil)
	_ = ddbtable.Put[order](put)
	_ = put
	return t.Create(order{}), nil
}
