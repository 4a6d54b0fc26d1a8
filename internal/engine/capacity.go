package engine

import (
	"bytes"
	"strconv"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/wire"
)

// What one capacity unit reads or writes. A read that is not consistent costs
// half a unit, in a transaction everything costs twice, and the least is one
// unit, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
const (
	readUnitBytes  = 4 << 10
	writeUnitBytes = 1 << 10
)

// halves is capacity in halves of a unit, because that is the least that costs.
type halves int

func readUnits(size int, consistent bool) halves {
	units := halves(max(1, (size+readUnitBytes-1)/readUnitBytes))
	if consistent {
		return 2 * units
	}
	return units
}

func writeUnits(size int) halves {
	return 2 * halves(max(1, (size+writeUnitBytes-1)/writeUnitBytes))
}

// A meter counts the capacity that a request consumes. The nil meter counts
// nothing: that is what most requests ask for.
type meter struct {
	byIndex bool
	// split names the member that repeats the units of a transaction, which
	// tells reads from writes.
	split  string
	tables []*consumed
	given  givenNames
}

// givenNames are the tables that a request names by their ARNs.
type givenNames []*request.TableName

// with adds a table of the request.
func (g givenNames) with(t *request.TableName) givenNames {
	if t.ARN == "" {
		return g
	}
	return append(g, t)
}

// of gives a table as the request names it.
func (g givenNames) of(name string) string {
	for _, t := range g {
		if t.Value == name {
			return t.ARN
		}
	}
	return name
}

// consumed is the capacity that a request consumed of a table and its indexes.
type consumed struct {
	table   *table
	units   halves
	indexes map[*index]halves
}

// newMeter makes the meter that a request asks for.
func newMeter(wanted request.Text, given givenNames) *meter {
	if !wanted.Set || wanted.Value == "NONE" {
		return nil
	}
	return &meter{byIndex: wanted.Value == "INDEXES", given: given}
}

// reset forgets what was counted: a plan may run again.
func (m *meter) reset(split string) {
	if m != nil {
		m.split, m.tables = split, nil
	}
}

// of gives what is consumed of a table.
func (m *meter) of(t *table) *consumed {
	for _, c := range m.tables {
		if c.table == t {
			return c
		}
	}
	c := &consumed{table: t, indexes: make(map[*index]halves)}
	m.tables = append(m.tables, c)
	return c
}

// read counts bytes that were read of a table or, where there is one, of its
// index.
func (m *meter) read(t *table, x *index, units halves) {
	switch {
	case m == nil:
	case x == nil:
		m.of(t).units += units
	default:
		m.of(t).indexes[x] += units
	}
}

// write counts a change, times over: once, or twice in a transaction. The
// larger of the two items counts, and an index costs what changes in it.
func (m *meter) write(c *change, times halves) {
	if m == nil {
		return
	}
	spent := m.of(c.table)
	spent.units += times * max(writeUnits(sizeOf(c.old)), writeUnits(sizeOf(c.new)))
	for _, x := range c.table.indexes {
		if units := c.indexUnits(x); units > 0 {
			spent.indexes[x] += times * units
		}
	}
}

func sizeOf(it attribute.Item) int {
	if it == nil {
		return 0
	}
	return it.Size()
}

// indexUnits gives what a change costs in an index: nothing when the index
// holds the same afterwards, a write to put an entry in or take it out, and
// both when the entry moves.
func (c *change) indexUnits(x *index) halves {
	before, after := x.entry(c.old), x.entry(c.new)
	switch {
	case before == nil && after == nil:
		return 0
	case before == nil:
		return writeUnits(after.Size())
	case after == nil:
		return writeUnits(before.Size())
	case !bytes.Equal(x.place(c.old, c.key), x.place(c.new, c.key)):
		return writeUnits(before.Size()) + writeUnits(after.Size())
	case bytes.Equal(before, after):
		return 0
	}
	return max(writeUnits(before.Size()), writeUnits(after.Size()))
}

// appendTo appends the member of a response about one table.
func (m *meter) appendTo(out []byte) []byte {
	if m == nil || len(m.tables) == 0 {
		return out
	}
	return m.appendTable(appendMember(out, "ConsumedCapacity"), m.tables[0])
}

// appendAll appends the member of a response about several tables.
func (m *meter) appendAll(out []byte) []byte {
	if m == nil {
		return out
	}
	out = append(appendMember(out, "ConsumedCapacity"), '[')
	for i, c := range m.tables {
		if i > 0 {
			out = append(out, ',')
		}
		out = m.appendTable(out, c)
	}
	return append(out, ']')
}

func (m *meter) appendTable(out []byte, c *consumed) []byte {
	total := c.units
	for _, units := range c.indexes {
		total += units
	}
	out = append(out, `{"TableName":`...)
	out = wire.AppendText(out, m.given.of(c.table.definition.Name))
	out = m.appendUnits(out, total)
	if m.byIndex {
		out = m.appendUnits(append(out, `,"Table":{`...), c.units)
		out = append(out, '}')
		out = m.appendIndexes(out, c, "GlobalSecondaryIndexes", true)
		out = m.appendIndexes(out, c, "LocalSecondaryIndexes", false)
	}
	return append(out, '}')
}

// appendIndexes appends the indexes of one kind that cost something.
func (m *meter) appendIndexes(out []byte, c *consumed, member string, global bool) []byte {
	open := false
	for _, x := range c.table.indexes {
		units, ok := c.indexes[x]
		if !ok || x.global != global {
			continue
		}
		if !open {
			out = append(appendMember(out, member), '{')
			open = true
		} else {
			out = append(out, ',')
		}
		out = append(wire.AppendText(out, x.definition.Name), ':', '{')
		out = append(m.appendUnits(out, units), '}')
	}
	if open {
		out = append(out, '}')
	}
	return out
}

func (m *meter) appendUnits(out []byte, n halves) []byte {
	out = strconv.AppendFloat(appendMember(out, "CapacityUnits"), float64(n)/2, 'f', 1, 64)
	if m.split != "" {
		out = strconv.AppendFloat(appendMember(out, m.split), float64(n)/2, 'f', 1, 64)
	}
	return out
}

// appendMember appends the name of a member of an object that out is in, after
// a comma where it is not the first.
func appendMember(out []byte, name string) []byte {
	if out[len(out)-1] != '{' {
		out = append(out, ',')
	}
	out = append(out, '"')
	out = append(out, name...)
	return append(out, '"', ':')
}
