package ddbtable

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// A guardRule is a [Unique] or [Counted] of a definition: each item that has
// all the attributes has a guard item.
type guardRule struct {
	counts bool
	of     []*fields.Field
	soft   *softDelete // items that it has marked have no guard; nil without
}

// The attributes of guard items beside the key and the discriminator: the key of
// the item that has the value, and how many have it.
const (
	guardOwner = "guard_owner"
	guardCount = "guard_count"
)

// guardPrefix begins the partition key of every guard item, and of no other.
const guardPrefix = "ddbtable#"

// guardType is the discriminator of guard items.
var guardType = fields.String(guardPrefix + "guard")

// inputs are the attributes that decide about the guard.
func (r *guardRule) inputs() []*fields.Field {
	if r.soft == nil || slices.Contains(r.of, r.soft.field) {
		return r.of
	}
	return append(slices.Clip(r.of), r.soft.field)
}

// text names the guard of an item with these values, "" if it has none. Values
// go into a hash: they may be long, or private, or hold any separator.
func (r *guardRule) text(s *schema, value func(*fields.Field) fields.Value) string {
	if r.soft != nil && !r.soft.isLive(value(r.soft.field)) {
		return ""
	}
	typ, verb := "", "unique"
	if f := s.duties.discriminator; f != nil {
		typ = f.Template.Constant().Text()
	}
	if r.counts {
		verb = "count"
	}
	hashed := appendPart(appendPart(nil, typ), verb)
	for _, f := range r.of {
		v := value(f)
		if !guardableKind(v.Kind()) {
			return ""
		}
		hashed = appendPart(appendPart(appendPart(hashed, f.Name), string(v.Kind())), v.Canonical())
	}
	sum := sha256.Sum256(hashed)
	return guardPrefix + strings.Join([]string{verb, typ, r.name(), base64.RawURLEncoding.EncodeToString(sum[:])}, "#")
}

// appendPart appends a text so that no other sequence of parts gives the same.
func appendPart(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// attributes are the names of the attributes.
func (r *guardRule) attributes() []string {
	var all []string
	for _, f := range r.of {
		all = append(all, f.Name)
	}
	return all
}

// name is short, for people who look at guard items.
func (r *guardRule) name() string {
	const enough = 100
	text := strings.Join(r.attributes(), "+")
	// The end may have cut a character, which no key can hold.
	return strings.ToValidUTF8(text[:min(len(text), enough)], "")
}

// guardTable is the table that guard items lie in.
func (t *core) guardTable() *core {
	if t.schema.guardTable == "" {
		return t
	}
	g := *t
	g.settings.name += t.schema.guardTable
	g.schema = guardSchema(t.schema)
	return &g
}

// guardItem is what a table of guard items is made from.
type guardItem struct {
	Guard string `ddb:"guard,partition"`
}

func guardSchema(of *schema) *schema {
	plan, err := fields.PlanOf[guardItem]()
	if err != nil {
		panic("ddbtable: internal error: " + err.Error())
	}
	return &schema{
		name: of.name + of.guardTable, typ: plan.Type(), attributes: plan.Fields(),
		primary: &index{partitions: plan.Fields()[:1]}, throughput: of.throughput,
	}
}

// tables calls f with the table, and with that of its guard items.
func (t *core) tables(f func(*core) error) error {
	err := f(t)
	if err == nil && t.mistake() == nil && t.schema.guardTable != "" {
		err = f(t.guardTable())
	}
	return err
}

// guardKey is the primary key of a guard item. Its sort key, if there is one,
// is the same for all.
func (t *core) guardKey(text string) []member {
	partition := t.schema.primary.partitions[0]
	key := []member{{partition.Name, fields.String(text)}}
	if partition.Kind == fields.B {
		key[0].value = binaryValue(text)
	}
	for _, f := range t.schema.primary.sorts {
		sort := member{f.Name, fields.String("guard")}
		switch f.Kind {
		case fields.N:
			sort.value = fields.Int(0)
		case fields.B:
			sort.value = binaryValue("guard")
		}
		key = append(key, sort)
	}
	return key
}

func binaryValue(text string) fields.Value {
	return valueOf(&types.AttributeValueMemberB{Value: []byte(text)})
}

// keyValue is a key as one value, the owner of a guard item.
func keyValue(key []member) fields.Value {
	return valueOf(&types.AttributeValueMemberM{Value: typedMembers(key)})
}

// valueOf is the value of an attribute value that was made here.
func valueOf(av types.AttributeValue) fields.Value {
	v, err := fields.FromAttributeValue(av)
	if err != nil {
		panic("ddbtable: internal error: " + err.Error())
	}
	return v
}

// isGuard reports whether an item of the table is a guard item.
func (t *core) isGuard(i item) bool {
	f := t.schema.duties.discriminator
	if t.schema.union != nil {
		f = t.schema.union.discriminator
	}
	if f == nil || i.none() {
		return false
	}
	v, err := i.value(f.Name)
	return err == nil && v == guardType
}

// isGuardKey reports whether a key is that of a guard item.
func isGuardKey(key []member) bool {
	if len(key) == 0 {
		return false
	}
	text := key[0].value.Text()
	return strings.HasPrefix(text, guardPrefix+"unique#") || strings.HasPrefix(text, guardPrefix+"count#")
}

// guardless is the filter of a scan over all types of a table that may have
// guard items, nil for any other. What a query of one partition reads has none,
// and what reads one type is filtered by that anyhow.
func (p *queryPlan) guardless() *node {
	u := p.core.schema.union
	if p.scan == nil || u == nil || !p.core.projects(p.index, u.discriminator.Name) {
		return nil
	}
	if !slices.ContainsFunc(u.kinds, func(k *kind) bool { return len(k.guards) > 0 && k.guardTable == "" }) {
		return nil
	}
	return &node{op: opNe, path: u.discriminator.Path(), values: []fields.Value{guardType}}
}
