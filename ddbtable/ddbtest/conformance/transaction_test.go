package conformance_test

import (
	"errors"
	"testing"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

var transactionChecks = []check{
	{name: "a transaction applies all writes", needs: []feature{transactions}, run: transacts},
	{name: "a transaction that is refused changes nothing, and says why", needs: []feature{transactions, oldItem}, run: transactsNothing},
	{name: "a transaction reads items of several tables", needs: []feature{transactions}, run: transactsReads},
}

func transacts(t *testing.T, e engine) {
	shelves, sold := open(t, e, stocks), open(t, e, sales)
	put(t, e, shelves, stock{Shop: "s", Number: 1, Note: "three"}, stock{Shop: "s", Number: 2}, stock{Shop: "s", Number: 3})
	put(t, e, sold, sale{Buyer: "ada", Number: 1, Shop: "s", Status: 101, Time: second(7)})
	err := ddbtable.WriteTransaction(e.client,
		shelves.Update(stockShop.Eq("s"), stockNumber.Eq(1)).Change(stockNote.Set("two")).If(stockNote.Eq("three")),
		shelves.Delete(stockShop.Eq("s"), stockNumber.Eq(2)),
		shelves.Check(stockShop.Eq("s"), stockNumber.Eq(3)).If(stockName.NotExists()),
		shelves.Put(stock{Shop: "s", Number: 4}),
		sold.Create(sale{Buyer: "ada", Number: 2, Shop: "s", Status: 101, Time: second(8)}),
		sold.Update(saleBuyer.Eq("ada"), saleNumber.Eq(1)).Change(saleStatus.Set(201)), // its time must be read
	).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settle(t, e, shelves.Name())
	settle(t, e, sold.Name())
	left, err := ddbtable.Collect(shelves.Query(stockShop.Eq("s")).All(t.Context()))
	expect(t, "shelves", err, left, []stock{{Shop: "s", Number: 1, Note: "two"}, {Shop: "s", Number: 3}, {Shop: "s", Number: 4}})
	all, err := ddbtable.Collect(sold.Query(saleBuyer.Eq("ada")).All(t.Context()))
	expect(t, "sales", err, all, []sale{
		{Buyer: "ada", Number: 1, Shop: "s", Status: 201, Time: second(7), StatusAndTime: fields.IntInt{First: 201, Second: 7}},
		{Buyer: "ada", Number: 2, Shop: "s", Status: 101, Time: second(8), StatusAndTime: fields.IntInt{First: 101, Second: 8}},
	})
}

func transactsNothing(t *testing.T, e engine) {
	table := open(t, e, stocks)
	there := stock{Shop: "s", Number: 1, Note: "n"}
	put(t, e, table, there)
	err := ddbtable.WriteTransaction(e.client,
		table.Create(stock{Shop: "s", Number: 2}),
		table.Create(stock{Shop: "s", Number: 1}),
		table.Update(stockShop.Eq("s"), stockNumber.Eq(3)).Change(stockNote.Set("n")),
	).Run(t.Context())
	canceled, ok := errors.AsType[*ddbtable.TransactionError](err)
	if !ok || len(canceled.Reasons) != 3 {
		t.Fatalf("Run: %v, want a TransactionError with 3 reasons", err)
	}
	if r := canceled.Reasons[0]; r.Err != nil || r.Code != "None" {
		t.Errorf("the first write is refused: %+v", r)
	}
	refused(t, "second write", canceled.Reasons[1].Err, ddbtable.ErrExists, &there)
	refused[stock](t, "third write", canceled.Reasons[2].Err, ddbtable.ErrNotFound, nil)
	left, err := ddbtable.Collect(table.Query(stockShop.Eq("s")).All(t.Context()))
	expect(t, "items after the refusal", err, left, []stock{there})
}

func transactsReads(t *testing.T, e engine) {
	shelves, sold := open(t, e, stocks), open(t, e, sales)
	want, bought := stock{Shop: "s", Number: 1, Note: "n"}, sale{Buyer: "ada", Number: 1, Note: "gift", Status: 1, Time: second(2)}
	put(t, e, shelves, want)
	put(t, e, sold, bought)
	var found, none *stock
	var gift *sale
	err := ddbtable.GetTransaction(t.Context(), e.client,
		shelves.GetInto(&found, stockShop.Eq("s"), stockNumber.Eq(1)),
		sold.Project(saleNote).GetInto(&gift, saleBuyer.Eq("ada"), saleNumber.Eq(1)),
		shelves.GetInto(&none, stockShop.Eq("s"), stockNumber.Eq(2)),
	)
	expect(t, "an item", err, found, &want)
	expect(t, "a part of an item", err, gift, &sale{Note: "gift"})
	expect(t, "no item", err, none, (*stock)(nil))
}
