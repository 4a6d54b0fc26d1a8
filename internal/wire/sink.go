package wire

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A Sink takes attribute values in one of two forms. The zero value builds an
// AttributeValue; [NewJSONSink] appends DynamoDB JSON. After an error its
// content is undefined.
type Sink struct {
	json  bool
	buf   []byte // the JSON so far, or the text of the scalar being written
	start int    // where the open scalar's text starts in buf
	av    types.AttributeValue
}

// NewJSONSink returns a sink that appends to dst.
func NewJSONSink(dst []byte) Sink {
	return Sink{json: true, buf: dst}
}

// JSON is what has been appended.
func (s *Sink) JSON() []byte { return s.buf }

// Value is the last whole value written, for a sink that builds one.
func (s *Sink) Value() types.AttributeValue { return s.av }

// Opening is what stands before a scalar's text in DynamoDB JSON.
func Opening(k Kind) string {
	switch k {
	case S:
		return `{"S":"`
	case N:
		return `{"N":"`
	case B:
		return `{"B":"`
	}
	return `{"BOOL":`
}

// Closing is what stands after it.
func Closing(k Kind) string {
	if k == BOOL {
		return `}`
	}
	return `"}`
}

// Open begins a scalar of kind k. Its text, raw bytes for B, is appended to
// the slice that Open returns, which is then given to Close.
func (s *Sink) Open(k Kind) []byte {
	if !s.json {
		s.start = 0
		return s.buf[:0]
	}
	dst := append(s.buf, Opening(k)...)
	s.start = len(dst)
	return dst
}

// Close ends the scalar. Plain says that the text needs no escapes.
func (s *Sink) Close(k Kind, dst []byte, plain bool) {
	if s.json {
		s.buf = append(FinishText(dst, s.start, k, plain), Closing(k)...)
		return
	}
	s.buf = dst
	s.av = Attribute(k, string(dst))
}

// FinishText turns the raw text in dst[start:] into what stands between the
// brackets of kind k.
func FinishText(dst []byte, start int, k Kind, plain bool) []byte {
	switch {
	case k == B:
		return base64Tail(dst, start)
	case k == S && !plain:
		return escape(dst, start)
	}
	return dst
}

// Attribute is the scalar of kind k with the given text, raw bytes for B.
func Attribute(k Kind, text string) types.AttributeValue {
	switch k {
	case S:
		return &types.AttributeValueMemberS{Value: text}
	case N:
		return &types.AttributeValueMemberN{Value: text}
	case B:
		return &types.AttributeValueMemberB{Value: []byte(text)}
	case BOOL:
		return &types.AttributeValueMemberBOOL{Value: text == "true"}
	}
	panic("wire: internal error: " + strconv.Quote(string(k)) + " is not a scalar")
}

// Null writes NULL.
func (s *Sink) Null() {
	if s.json {
		s.buf = append(s.buf, `{"NULL":true}`...)
		return
	}
	s.av = &types.AttributeValueMemberNULL{Value: true}
}

// A Group is a list or map that is being written.
type Group struct {
	list []types.AttributeValue
	dict map[string]types.AttributeValue
	name string
	n    int
}

// BeginList begins a list of n elements.
func (s *Sink) BeginList(n int) Group {
	if s.json {
		s.buf = append(s.buf, `{"L":[`...)
		return Group{}
	}
	return Group{list: make([]types.AttributeValue, 0, n)}
}

// BeginMap begins a map of about n members.
func (s *Sink) BeginMap(n int) Group {
	if s.json {
		s.buf = append(s.buf, `{"M":{`...)
		return Group{}
	}
	return Group{dict: make(map[string]types.AttributeValue, n)}
}

// BeginItem begins an item of about n attributes: a map without a descriptor.
func (s *Sink) BeginItem(n int) Group {
	if s.json {
		s.buf = append(s.buf, '{')
		return Group{}
	}
	return Group{dict: make(map[string]types.AttributeValue, n)}
}

// EndItem ends the item. A sink that builds values returns its attributes.
func (s *Sink) EndItem(g *Group) map[string]types.AttributeValue {
	if s.json {
		s.buf = append(s.buf, '}')
	}
	return g.dict
}

// A Mark is a place to go back to with Undo.
type Mark struct{ length, members int }

// Mark remembers how far g has been written.
func (s *Sink) Mark(g *Group) Mark { return Mark{len(s.buf), g.n} }

// Undo takes back a member of g that was begun after m and is not Done.
func (s *Sink) Undo(g *Group, m Mark) {
	if s.json {
		s.buf = s.buf[:m.length]
	}
	g.n = m.members
}

// Next goes before each element of a list.
func (s *Sink) Next(g *Group) {
	if s.json && g.n > 0 {
		s.buf = append(s.buf, ',')
	}
	g.n++
}

// Name goes before each member of a map. The name must be valid UTF-8.
func (s *Sink) Name(g *Group, name string) {
	s.Next(g)
	if s.json {
		s.buf = append(AppendString(s.buf, name), ':')
		return
	}
	g.name = name
}

// Done goes after each element or member.
func (s *Sink) Done(g *Group) {
	switch {
	case s.json:
	case g.dict != nil:
		g.dict[g.name] = s.av
	default:
		g.list = append(g.list, s.av)
	}
}

// EndList ends the list.
func (s *Sink) EndList(g *Group) {
	if s.json {
		s.buf = append(s.buf, `]}`...)
		return
	}
	s.av = &types.AttributeValueMemberL{Value: g.list}
}

// EndMap ends the map.
func (s *Sink) EndMap(g *Group) {
	if s.json {
		s.buf = append(s.buf, `}}`...)
		return
	}
	s.av = &types.AttributeValueMemberM{Value: g.dict}
}

// Set writes a set of kind k, SS, NS or BS, from the texts of its elements.
func (s *Sink) Set(k Kind, texts []string) {
	if !s.json {
		s.av = set(k, texts)
		return
	}
	s.buf = append(append(append(s.buf, `{"`...), k...), `":[`...)
	for i, text := range texts {
		if i > 0 {
			s.buf = append(s.buf, ',')
		}
		s.buf = append(s.buf, '"')
		start := len(s.buf)
		s.buf = append(FinishText(append(s.buf, text...), start, k.Element(), false), '"')
	}
	s.buf = append(s.buf, `]}`...)
}

func set(k Kind, texts []string) types.AttributeValue {
	switch k {
	case SS:
		return &types.AttributeValueMemberSS{Value: texts}
	case NS:
		return &types.AttributeValueMemberNS{Value: texts}
	}
	all := make([][]byte, len(texts))
	for i, text := range texts {
		all[i] = []byte(text)
	}
	return &types.AttributeValueMemberBS{Value: all}
}
