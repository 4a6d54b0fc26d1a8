package ddbtable

import (
	"context"
	"slices"

	"example.com/ddb/internal/wire"
)

// rawRows are the items of a response as they were received, in memory of
// their own.
type rawRows struct{ items []item }

func (r *rawRows) reset()     { r.items = nil }
func (r *rawRows) count() int { return len(r.items) }

func (r *rawRows) parse(json []byte) (rest []byte, err error) {
	scan := wire.NewScanner(json)
	text, err := scan.Skip()
	if err != nil {
		return nil, err
	}
	r.items = append(r.items, item{json: slices.Clone(text)})
	return json[scan.Pos():], nil
}

func (r *rawRows) done() {}

func (r *rawRows) add(typed item) { r.items = append(r.items, typed) }

// readRaw sends a BatchGetItem until nothing of it is left, and returns the
// items by the identity of their keys, whose attributes are like those of key.
func readRaw(ctx context.Context, via sender, c *call, like []member, p *pauses) (map[string]item, error) {
	found := make(map[string]item)
	rows := new(rawRows)
	c.rows = rows
	for {
		out, err := via.send(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, i := range rows.items {
			key, err := keyLike(like, i)
			if err != nil {
				return nil, err
			}
			found[identity(key)] = i
		}
		var left [][]member
		for _, i := range out.left {
			key, err := keyLike(like, i)
			if err != nil {
				return nil, err
			}
			left = append(left, key)
		}
		out.release()
		if len(left) == 0 {
			return found, nil
		}
		if err := p.wait(ctx, len(left) < len(c.keys), out.bytes >= fullAnswer); err != nil {
			return nil, err
		}
		c.keys = left
	}
}

// keyLike picks the attributes of a key out of an item.
func keyLike(like []member, i item) ([]member, error) {
	key := make([]member, len(like))
	for n, m := range like {
		v, err := i.value(m.name)
		if err != nil {
			return nil, err
		}
		key[n] = member{m.name, v}
	}
	return key, nil
}
