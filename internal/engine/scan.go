package engine

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) scan(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.Scan)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.Scan(in)
	if err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, index: in.IndexName.Value, run: func(out []byte) ([]byte, error) {
		t, err := e.lookup(in.TableName.Value)
		if err != nil {
			return out, err
		}
		p, err := newPage(t, &in.Pages, &x)
		if err != nil {
			return out, err
		}
		if err := p.segment(in, &x); err != nil {
			return out, err
		}
		return p.read(e, out)
	}}, nil
}

// segment checks a scan's starting key, projection and filter against the
// table and sets the range: a part of the space of hashes.
func (p *page) segment(in *request.Scan, x *validation.Expressions) *apierror.Error {
	if in.TotalSegments.Set {
		p.rng = segmentRange(in.Segment.Value, in.TotalSegments.Value)
	}
	start := &in.ExclusiveStartKey
	if start.Set && p.index != nil {
		if err := p.checkStart(start.Item.Item); err != nil {
			return err
		}
	}
	if err := p.checkProjected(&in.Pages, x); err != nil {
		return err
	}
	if start.Set {
		if err := p.startScan(in); err != nil {
			return err
		}
	}
	if err := p.table.checkScalarPaths(x.Projection); err != nil {
		return err
	}
	return p.table.checkConditionPaths(x.Filter)
}

func (p *page) startScan(in *request.Scan) *apierror.Error {
	it := in.ExclusiveStartKey.Item.Item
	if err := p.checkScanStart(it); err != nil {
		return err
	}
	place := p.place(it)
	if bytes.Compare(place, p.rng.From) < 0 || p.rng.To != nil && bytes.Compare(place, p.rng.To) >= 0 {
		return apierror.StartKeySegment(in.TotalSegments.Value, in.Segment.Value)
	}
	p.rng.From = append(slices.Clip(place), 0)
	return nil
}

func (p *page) checkScanStart(it attribute.Item) *apierror.Error {
	if p.index != nil {
		return p.checkTableStart(it)
	}
	if err := p.table.key.checkKey(it); err != nil {
		return apierror.StartKeyCause(err)
	}
	return nil
}

// segmentRange gives the keys whose hash falls into a segment.
func segmentRange(segment, total int64) store.Range {
	bound := func(n int64) []byte {
		if n == 0 || n == total {
			return nil
		}
		start, rest := bits.Div64(uint64(n), 0, uint64(total))
		if rest > 0 {
			start++
		}
		return binary.BigEndian.AppendUint64(nil, start)
	}
	return store.Range{From: bound(segment), To: bound(segment + 1)}
}
