package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

// A party is a customer or a toy. Its ID is made from its name, so that every
// run has the same ones.
type party struct {
	id   uuid.UUID
	name string
}

var namespace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("toystore.example.com"))

func parties(names ...string) []party {
	var all []party
	for _, name := range names {
		all = append(all, party{id: uuid.NewSHA1(namespace, []byte(name)), name: name})
	}
	return all
}

var (
	toys = parties("teddy bear", "wooden train", "kite", "marble run", "spinning top",
		"puppet", "yo-yo", "rocking horse", "building blocks", "jigsaw puzzle")
	customers = parties("customer 1", "customer 2", "customer 3", "customer 4", "customer 5",
		"customer 6", "customer 7", "customer 8", "customer 9", "customer 10")
	statuses = []model.Status{model.InProgress, model.Completed, model.Canceled}
)

// nameOf is the name of the party with an ID.
func nameOf(all []party, id uuid.UUID) string {
	for _, p := range all {
		if p.id == id {
			return p.name
		}
	}
	return id.String()
}

// A shop takes orders. What comes by chance and with time comes from luck.
type shop struct {
	store *model.Store
	now   time.Time
	newID uuid.UUID
}

func newShop(client ddbtable.Client) *shop {
	s := new(shop)
	s.store = model.Open(client,
		model.Clock(func() time.Time { return s.now }),
		model.OrderIDs(func() uuid.UUID { return s.newID }))
	return s
}

// count is how many orders the customers have, whatever their status.
func (s *shop) count(ctx context.Context) (int, error) {
	total := 0
	for _, c := range customers {
		n, err := s.store.Table().Query(model.UserID.Eq(c.id)).Count(ctx)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// month is how long the orders of a run took to come in.
const month = 30 * 24 * time.Hour

// A luck decides what happens, from the start of a month on.
type luck struct {
	source *rand.ChaCha8
	start  time.Time
}

// luck is that of the seed, and then in a month of its own, so that a run can
// be repeated to the letter. Orders that are there already change it: the same
// seed does not give the same order twice.
func (o *options) luck(before int) *luck {
	seed, start := o.seed, time.Date(2026, time.May, 1, 9, 0, 0, 0, time.UTC)
	if !o.seeded {
		seed, start = rand.Uint64(), time.Now().Add(-month)
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:8], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(before))
	return &luck{source: rand.NewChaCha8(key), start: start}
}

// A tally is how many orders went to each status.
type tally map[model.Status]int

// String is the tally in words.
func (t tally) String() string {
	return fmt.Sprintf("%d %s, %d %s, %d %s",
		t[model.InProgress], model.InProgress, t[model.Completed], model.Completed, t[model.Canceled], model.Canceled)
}

// takeOrders takes n orders of any customers for any toys, and moves each to
// any status.
func (s *shop) takeOrders(ctx context.Context, n int, l *luck) (tally, error) {
	random, taken := rand.New(l.source), make(tally)
	for i := range n {
		s.now = l.start.Add(time.Duration((float64(i) + random.Float64()) * float64(month) / float64(n)))
		s.newID = uuid.Must(uuid.NewRandomFromReader(l.source))
		customer, toy := customers[random.IntN(len(customers))], toys[random.IntN(len(toys))]
		order, err := s.store.CreateOrder(ctx, customer.id, toy.id)
		if err != nil {
			return nil, err
		}
		status := statuses[random.IntN(len(statuses))]
		if _, err := s.store.UpdateStatus(ctx, order.ID, status); err != nil {
			return nil, err
		}
		taken[status]++
	}
	return taken, nil
}

// most is the party for which the query finds most orders, and how many.
func most(ctx context.Context, all []party, query func(party) ddbtable.Query[model.Order]) (best party, n int, err error) {
	for _, p := range all {
		found, err := query(p).Count(ctx)
		if err != nil {
			return party{}, 0, err
		}
		if found > n {
			best, n = p, found
		}
	}
	return best, n, nil
}
