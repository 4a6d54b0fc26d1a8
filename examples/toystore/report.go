package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

// A report shows what the store can look up.
type report struct {
	out   io.Writer
	shop  *shop
	plans bool
}

// customer shows the history of the customer who has the longest.
func (r *report) customer(ctx context.Context) error {
	query := func(p party) ddbtable.Query[model.Order] { return r.shop.store.UserQuery(p.id) }
	customer, n, err := most(ctx, customers, query)
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(r.out, "\nNo customer has an order in progress or completed.")
		return nil
	}
	page, err := r.shop.store.UserOrders(ctx, customer.id, 0, "")
	if err != nil {
		return err
	}
	r.heading("Orders of "+customer.name+", in progress and completed", query(customer))
	r.table("STATUS\tORDERED (UTC)\tTOY\tORDER", page, n, func(o model.Order) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s", o.Status, ordered(o), nameOf(toys, o.ProductID), o.ID)
	})
	return nil
}

// toy shows the orders in progress of the toy that has most of them.
func (r *report) toy(ctx context.Context) error {
	query := func(p party) ddbtable.Query[model.Order] {
		return r.shop.store.ProductQuery(p.id, model.InProgress)
	}
	toy, n, err := most(ctx, toys, query)
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(r.out, "\nNo toy has an order in progress.")
		return nil
	}
	page, err := r.shop.store.ProductOrders(ctx, toy.id, model.InProgress, 0, "")
	if err != nil {
		return err
	}
	r.heading("Orders of the "+toy.name+", in progress", query(toy))
	r.table("ORDERED (UTC)\tCUSTOMER\tORDER", page, n, func(o model.Order) string {
		return fmt.Sprintf("%s\t%s\t%s", ordered(o), nameOf(customers, o.UserID), o.ID)
	})
	return nil
}

func (r *report) heading(text string, q ddbtable.Query[model.Order]) {
	fmt.Fprintf(r.out, "\n%s\n\n", text)
	if r.plans {
		fmt.Fprintf(r.out, "%s\n\n", q.Explain())
	}
}

// table prints a page, and how many of the n orders are on the pages after it.
func (r *report) table(header string, page ddbtable.Page[model.Order], n int, line func(model.Order) string) {
	w := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  "+header)
	for _, o := range page.Items {
		fmt.Fprintln(w, "  "+line(o))
	}
	w.Flush()
	if page.Next != "" {
		fmt.Fprintf(r.out, "  … and %d more on the next pages\n", n-len(page.Items))
	}
}

func ordered(o model.Order) string { return o.Created.Format("Mon _2 Jan 2006 15:04") }
