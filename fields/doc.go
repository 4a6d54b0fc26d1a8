// Package fields stores Go values as DynamoDB attributes and reads them back.
// It knows one struct type at a time: package ddbtable knows tables and sends
// requests. Use it through ddbtable, or by itself to turn structs into items
// for calls of the SDK.
//
// # First program
//
//	type Order struct {
//		ID      uuid.UUID `ddb:"order_id,partition"`
//		Created time.Time `ddb:"created,unix"`
//		Status  Status    `ddb:"order_status"`
//
//		// Key is "101_1428791681". The template alone decides the bytes.
//		Key fields.IntInt `ddb:"key,sort=by_status,from={order_status:3}_{created:10}"`
//	}
//
//	plan, err := fields.PlanOf[Order]()        // compiled once; tells every mistake in the tags
//	item, err := plan.Marshal(&order)          // map[string]types.AttributeValue
//	json, err := plan.AppendJSON(buf, &order)  // the same as DynamoDB JSON
//	err = plan.Unmarshal(item, &order)
//
// # Tags
//
// A tag is `ddb:"name,option,…"`. The name has no default, and `ddb:"-"` leaves
// the field out; an exported field without a tag is a mistake, and so is an
// option that is not known or does not fit. The fields of an embedded struct
// without a tag are promoted.
//
// These options name how the value is stored. Without one the type decides: a
// codec that the program registered for it, or the one marked with *, or
// MarshalText and UnmarshalText, as S.
//
//	string     string kinds *                                   S
//	uuid       uuid.UUID *, [16]byte                            S, 36 bytes in lower case
//	time       time.Time *, types made of it *                  S, UTC with nanoseconds, of fixed width
//	unix       the same                                         N, whole seconds
//	unixmilli  the same                                         N, whole milliseconds
//	truncate   with unix or unixmilli                           drops a finer fraction, else an error
//	int, uint  integer kinds *                                  N
//	float      float32 and float64 kinds *                      N, the shortest text of the same float
//	decimal    Decimal *, string kinds                          N, the text as it is
//	int_int    IntInt *                                         S, "101_1428791681"
//	bool       bool kinds *                                     BOOL
//	bytes      []byte *, [n]byte *                              B
//	list       slices, arrays *                                 L
//	map        maps with scalar keys *, structs *               M
//	set        slices, maps to struct{}                         SS, NS or BS
//	json       any type                                         S, by encoding/json
//	codec=NAME types for which the program registered that name
//
// A types.AttributeValue is stored as it is, and a uuid.NullUUID as a UUID. A
// pointer is stored as what it points to, and a nil one, like a nil slice or map
// and an empty set, is absent.
//
//	omitzero          the zero value is absent, as in encoding/json
//	partition, sort   part of the table's primary key
//	partition=INDEX, sort=INDEX, local=INDEX
//	                  part of the key of an index, local for a local one
//	partition=INDEX:1, sort=INDEX:2 …
//	                  one of up to 4 attributes that are the partition key, or
//	                  the sort key, of a global index together, in that order
//	writeid, version, createdat, updatedat, ttl, discriminator
//	                  ddbtable keeps the attribute: see [Duty]
//	from=TEMPLATE     the attribute is derived; the last option, it takes the
//	                  rest of the tag, commas too
//
// A template joins literals and facets. {a} is the stored text of attribute a,
// {a:10} a number from 0 in exactly 10 digits, {a:+10} a number of either sign
// in 11 digits that sort as the numbers do; {{ and }} are braces. The field of a
// derived attribute is a string, an [IntInt] or blank (_ struct{}); it is filled
// on reading and not looked at on writing.
//
// # Reading and writing
//
// A conversion is exact, or it is an error. Nothing is rounded, dropped or put
// in lower case: an int64 never passes through a float, NaN and text that is not
// UTF-8 are refused, and so is a stored number with a fraction for an int. A
// type with a method Valid() bool, stored as a scalar, is an enum whose other
// values are neither written nor read. A primary key is never absent, and no key
// is empty, the nil UUID or the zero time.
//
// An item may lack attributes, which then have the zero value, and have ones
// that no field knows, which are passed over. A derived attribute is compared
// with what its template makes of the facets that were read. The page
// docs/stored-format.md lists the bytes of every codec.
//
// # Errors
//
// A [*TagError] is a mistake in a type, found by [PlanOf] together with all
// others. A [*ValueError] is a value that cannot be stored, or that was stored
// and cannot be read; [ErrStale] is one of its causes. After a ValueError on
// reading, the rest of the item has been read. Any other error says that the
// JSON is not that of an item. The texts name Go types and attributes, never
// values, and are no part of the API: use errors.Is and errors.As.
//
// # Cost
//
// A plan is compiled with reflection, once per type. After that, writing JSON
// into a buffer that is large enough allocates nothing but what maps, sets and
// methods of the program's own types need, and reading allocates the strings,
// slices and pointers that are kept. Attributes are expected in the order in
// which they came the last time; another order costs a map lookup each.
//
// A [Plan] and everything that is reached from it may be used from any number of
// goroutines.
//
// # What may change
//
// Stored bytes do not change. New codecs, options and fields of errors may be
// added.
package fields
