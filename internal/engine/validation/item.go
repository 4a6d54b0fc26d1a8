package validation

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
)

// MaxItemBytes is the size of an item, names included, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const MaxItemBytes = 400 << 10

// PutItem checks a PutItem.
func PutItem(p *request.PutItem) (Expressions, *apierror.Error) {
	e := &p.Expressions
	if err := checkTogether(e, legacyOf(expectedOf(&p.Write)), conditionOf(e)); err != nil {
		return Expressions{}, err
	}
	switch {
	case p.Item.Err != nil:
		return Expressions{}, p.Item.Err
	case !returnsOld(p.ReturnValues):
		return Expressions{}, apierror.ReturnValuesPut()
	case p.Item.Item.Size() > MaxItemBytes:
		return Expressions{}, apierror.ItemTooLarge()
	}
	return parseWrite(&p.Write)
}

// DeleteItem checks a DeleteItem.
func DeleteItem(d *request.DeleteItem) (Expressions, *apierror.Error) {
	e := &d.Expressions
	if err := checkTogether(e, legacyOf(expectedOf(&d.Write)), conditionOf(e)); err != nil {
		return Expressions{}, err
	}
	switch {
	case d.Key.Err != nil:
		return Expressions{}, d.Key.Err
	case !returnsOld(d.ReturnValues):
		return Expressions{}, apierror.ReturnValuesPut()
	}
	return parseWrite(&d.Write)
}

func expectedOf(w *request.Write) legacy { return legacy{"Expected", w.Expected.Set} }

// parseWrite parses the expressions of a write, or translates what is expected
// in their place.
func parseWrite(w *request.Write) (Expressions, *apierror.Error) {
	condition, err := expected(w)
	if err != nil {
		return Expressions{}, err
	}
	out, err := parse(&w.Expressions)
	if condition != nil {
		out.Condition = condition
	}
	return out, err
}

// UpdateItem checks an UpdateItem.
func UpdateItem(u *request.UpdateItem) (Expressions, *apierror.Error) {
	e := &u.Expressions
	present := legacyOf(legacy{"AttributeUpdates", u.AttributeUpdates.Set}, expectedOf(&u.Write))
	if err := checkTogether(e, present, updateOf(e), conditionOf(e)); err != nil {
		return Expressions{}, err
	}
	if u.Key.Err != nil {
		return Expressions{}, u.Key.Err
	}
	update, err := attributeUpdates(&u.AttributeUpdates)
	if err != nil {
		return Expressions{}, err
	}
	out, err := parseWrite(&u.Write)
	if update != nil {
		out.Update = update
	}
	return out, err
}

// GetItem checks a GetItem.
func GetItem(g *request.GetItem) (Expressions, *apierror.Error) {
	e := &g.Expressions
	if err := checkTogether(e, attributesToGet(&g.AttributesToGet), projectionOf(e)); err != nil {
		return Expressions{}, err
	}
	if g.Key.Err != nil {
		return Expressions{}, g.Key.Err
	}
	if err := checkAttributesToGet(&g.AttributesToGet); err != nil {
		return Expressions{}, err
	}
	return parse(e)
}

func returnsOld(t request.Text) bool {
	return !t.Set || t.Value == "NONE" || t.Value == "ALL_OLD"
}

// attributesToGet names the legacy parameter when the request has it.
func attributesToGet(t *request.Texts) []string {
	if t.Set {
		return []string{"AttributesToGet"}
	}
	return nil
}

func checkAttributesToGet(t *request.Texts) *apierror.Error {
	seen := make(map[string]bool, len(t.Values))
	for _, name := range t.Values {
		switch {
		case name == "":
			return apierror.EmptyAttributeName()
		case len(name) > 65535:
			return apierror.AttributeNameTooLong()
		case seen[name]:
			return apierror.DuplicateAttribute(name)
		}
		seen[name] = true
	}
	return nil
}
