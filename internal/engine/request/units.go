package request

import "example.com/ddb/internal/engine/wire"

// A pairNames names a structure of two numbers and its members.
type pairNames struct{ class, read, write string }

var (
	onDemandUnits = pairNames{"OnDemandThroughput", "MaxReadRequestUnits", "MaxWriteRequestUnits"}
	warmUnits     = pairNames{"WarmThroughput", "ReadUnitsPerSecond", "WriteUnitsPerSecond"}
)

// noMaximum takes the place of a maximum where there is to be none, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_OnDemandThroughput.html
const noMaximum = -1

// Units are an optional pair of numbers: the most that is used on demand, or what
// a table or an index is warmed up for.
type Units struct {
	Read, Write Int
	Set         bool
}

func (u *Units) read(r *wire.Reader, names pairNames) {
	u.Set = r.Structure(wire.Field, names.class, func(name []byte) {
		switch string(name) {
		case names.read:
			u.Read.read(r, "Long")
		case names.write:
			u.Write.read(r, "Long")
		default:
			r.Skip()
		}
	})
}

// units checks both numbers, which may be absent.
func (c *constraints) units(u *Units, names pairNames, path string, least int64) {
	c.minimum(u.Read, path+"."+lowerFirst(names.read), least)
	c.minimum(u.Write, path+"."+lowerFirst(names.write), least)
}

func lowerFirst(name string) string { return string(name[0]|0x20) + name[1:] }

// Encryption is the optional encryption with a key of one's own.
type Encryption struct {
	Enabled   Flag
	Type, Key Text
	Set       bool
}

func (e *Encryption) read(r *wire.Reader) {
	e.Set = r.Structure(wire.Field, "SSESpecification", func(name []byte) {
		switch string(name) {
		case "Enabled":
			e.Enabled.read(r)
		case "SSEType":
			e.Type.read(r)
		case "KMSMasterKeyId":
			e.Key.read(r)
		default:
			r.Skip()
		}
	})
}
