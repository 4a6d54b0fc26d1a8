package ddbtable

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"

	"example.com/ddb/fields"
)

// A reader reads the ranges of a query, request by request, in one direction.
type reader struct {
	plan     *queryPlan
	sender   sender
	backward bool // against the order of the sort key
	count    bool
	at       place
	request  call      // the last one
	rows     typedRows // of it
	reply    reply
	follow   *follower // nil if the rows are the items themselves
	whole    bool      // rows are passed on as they are, but for those that are bad
}

// A place is where a reader goes on: behind a key, or at the beginning of a
// range.
type place struct {
	ranges int  // how many ranges have been passed, in the reader's direction
	after  item // key attributes; none at the beginning
}

func (q *query) reader(p *queryPlan) *reader {
	r := &reader{plan: p, sender: q.core.sender, backward: p.descending}
	if p.followed == nil {
		r.rows = q.core.rows(p.projection, p.reading)
		r.whole = q.core.whole(p.projection)
	} else {
		r.rows.list = entries{}
		r.follow = &follower{reader: r, core: q.core, rows: q.core.rows(p.projection, p.followed.reading)}
	}
	return r
}

// rows are items of the table that are going to be read.
func (t *core) rows(p projection, reading []*fields.Field) typedRows {
	return typedRows{list: t.list(), asked: t.asked(p, reading)}
}

// list are the items that are passed on.
func (r *reader) list() list {
	if r.follow != nil {
		return r.follow.rows.list
	}
	return r.rows.list
}

func (r *reader) close() { r.reply.release() }

// plain reports whether the items need no judging.
func (r *reader) plain() bool { return r.whole && len(r.rows.bad) == 0 }

// more reports whether there may be items left.
func (r *reader) more() bool { return !r.plan.empty && r.at.ranges < len(r.plan.ranges) }

// current is which range is being read.
func (r *reader) current() int {
	if r.backward {
		return len(r.plan.ranges) - 1 - r.at.ranges
	}
	return r.at.ranges
}

// next sends one request, or none if the place is known to be a range's end.
// The items are in rows until next is called again.
func (r *reader) next(ctx context.Context, limit int) (reply, error) {
	r.close()
	r.rows.reset()
	if r.follow != nil {
		r.follow.forget()
	}
	atEnd, err := r.atEnd()
	if err != nil {
		return reply{}, err
	}
	if atEnd && r.plan.index.name == "" {
		r.skip()
		return reply{}, nil
	}
	r.rows.limit = limit
	r.reply, err = r.sender.send(ctx, r.call(limit))
	if err != nil {
		// In an index, equal keys may follow the place; DynamoDB refuses it all
		// the same where none can.
		// https://github.com/aws/aws-sdk-ruby/issues/2456
		if bad, ok := errors.AsType[smithy.APIError](err); ok && atEnd && bad.ErrorCode() == "ValidationException" {
			r.skip()
			return reply{}, nil
		}
		return reply{}, err
	}
	if r.reply.last.none() {
		r.skip()
	} else {
		r.at.after = r.reply.last
	}
	return r.reply, nil
}

func (r *reader) skip() { r.at = place{ranges: r.at.ranges + 1} }

// turned is the reader's place for one that reads the other way.
func (r *reader) turned() place {
	if !r.at.after.none() {
		return r.at
	}
	return place{ranges: len(r.plan.ranges) - r.at.ranges}
}

// atEnd reports whether the place is the inclusive limit of the range.
func (r *reader) atEnd() (bool, error) {
	if r.at.after.none() {
		return false, nil
	}
	in := r.plan.ranges[r.current()]
	if !in.ends(r.backward) {
		return false, nil
	}
	v, err := r.at.after.value(r.plan.index.sorts[len(in.fixed)].Name)
	return err == nil && in.endsAt(v, r.backward), err
}

// call is the request for what follows the place.
func (r *reader) call(limit int) *call {
	c := &r.request
	*c = r.plan.request(r.current(), r.backward)
	c.start, c.count, c.limit, c.rows = r.at.after, r.count, limit, &r.rows
	if r.count {
		c.texts = r.plan.counting(r.current())
	}
	return c
}
