package ddbtable

import (
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// lacking lists the attributes that a read needs and an index does not have.
func (t *core) lacking(x *index, p projection, filter *node) []string {
	var lacking []string
	need := func(name string) {
		if !t.projects(x, name) && !slices.Contains(lacking, name) {
			lacking = append(lacking, name)
		}
	}
	for _, f := range t.schema.attributes {
		if p.asked(f) || t.hideExpired && f == t.schema.duties.ttl {
			need(f.Name)
		}
	}
	if filter != nil {
		filter.fields(need)
	}
	return lacking
}

// lackingError says of each attribute that the index lacks what it is read for,
// and how to do without it.
func (p *queryPlan) lackingError(lacking []string, filter *node) error {
	t, texts := p.core, slices.Clone(lacking)
	for i, name := range lacking {
		switch {
		case p.implied != nil && name == t.schema.soft.field.Name:
			texts[i] += " (SoftDelete)"
		case t.hideExpired && name == t.schema.duties.ttl.Name:
			texts[i] += " (HideExpired)"
		case t.ours() != nil && name == t.schema.duties.discriminator.Name:
			texts[i] += " (which tells the types of the table apart)"
		}
	}
	remedy := "read the items from the table with Follow, or let the index project more"
	if less := p.readLess(filter); less != "" {
		remedy += ", or " + less
	}
	return planErrorf("%s does not project %s; %s", p.index, strings.Join(texts, ", "), remedy)
}

// readLess is how to ask for nothing that the index lacks, "" if there is no way.
func (p *queryPlan) readLess(filter *node) string {
	t, lacks := p.core, func(f *fields.Field) bool { return !p.core.projects(p.index, f.Name) }
	if t.schema.union != nil || t.schema.duties.discriminator != nil && lacks(t.schema.duties.discriminator) {
		return ""
	}
	var steps, asked, shown []string
	for _, f := range t.schema.attributes {
		if t.projection.asked(f) && lacks(f) {
			asked = append(asked, f.Name)
		}
	}
	switch {
	case asked != nil && t.view != nil:
		steps = append(steps, "leave "+strings.Join(asked, ", ")+" out of "+t.view.typ)
	case asked != nil:
		shown = append(shown, "less of them with As or Project")
	}
	if p.implied != nil && lacks(t.schema.soft.field) {
		shown = append(shown, "deleted ones too with WithDeleted")
	}
	if t.hideExpired && lacks(t.schema.duties.ttl) {
		shown = append(shown, "expired ones too without HideExpired")
	}
	if shown != nil {
		steps = append(steps, "read "+strings.Join(shown, ", and "))
	}
	if filter != nil {
		if missing := p.missing(filter); missing != nil {
			steps = append(steps, "drop "+strings.Join(missing, ", ")+" from Filter")
		}
	}
	return strings.Join(steps, ", and ")
}
