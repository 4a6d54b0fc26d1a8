package fields

import "example.com/ddb/internal/wire"

// A Kind is an attribute type of DynamoDB, spelled as in the API: "S", "N",
// "B", "BOOL", "NULL", "M", "L", "SS", "NS" or "BS". See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html.
type Kind = wire.Kind

// The attribute types.
const (
	S    = wire.S    // string
	N    = wire.N    // number
	B    = wire.B    // binary
	BOOL = wire.BOOL // Boolean
	NULL = wire.NULL // null
	M    = wire.M    // map
	L    = wire.L    // list
	SS   = wire.SS   // string set
	NS   = wire.NS   // number set
	BS   = wire.BS   // binary set
)
