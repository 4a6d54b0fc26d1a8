// Package ddbtable has the shapes of the real one.
package ddbtable

import "context"

type Table[T any] struct{}

func (t *Table[T]) Create(T) Put[T]                   { return Put[T]{} }
func (t *Table[T]) Update(key string) *Update[T]      { return nil }
func (t *Table[T]) Query() Query[T]                   { return Query[T]{} }
func (t *Table[T]) Get(context.Context) (T, error)    { var zero T; return zero, nil }
func (t *Table[T]) Consistent() *Table[T]             { return t }
func (t *Table[T]) DeleteTable(context.Context) error { return nil }

type Put[T any] struct{}

func (p Put[T]) If(string) Put[T]               { return p }
func (p Put[T]) Run(context.Context) (T, error) { var zero T; return zero, nil }

type Update[T any] struct{}

func (u *Update[T]) Change(string) *Update[T]       { return u }
func (u *Update[T]) Run(context.Context) (T, error) { var zero T; return zero, nil }

type Query[T any] struct{}

func (q Query[T]) Descending() Query[T]                    { return q }
func (q Query[T]) Page(context.Context, int) (Page, error) { return Page{}, nil }

type Page struct{ Next string }

type Request interface{ Run(context.Context) error }

type Client interface{ PutItem(context.Context) error }

type Cond struct{}

func WriteTransaction(requests ...any) Request { return nil }
func Adapt(c Client) Client                    { return c }
func Eq(string) Cond                           { return Cond{} }
