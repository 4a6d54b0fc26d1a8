package engine

import (
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) tagResource(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.TagResource)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	added, keys := in.Tags.Last(), make(map[string]bool)
	for i := range added {
		keys[added[i].Key.Value] = true
	}
	return e.retag(in.TableName(), in.ResourceArn.Value, func(tags []tag) []tag {
		return appendTags(slices.DeleteFunc(tags, func(old tag) bool { return keys[old.Key] }), added)
	}), nil
}

func appendTags(tags []tag, added []request.Tag) []tag {
	for i := range added {
		tags = append(tags, tag{added[i].Key.Value, added[i].Value.Value})
	}
	return tags
}

func (e *Engine) untagResource(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.UntagResource)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	return e.retag(in.TableName(), in.ResourceArn.Value, func(tags []tag) []tag {
		return slices.DeleteFunc(tags, func(t tag) bool { return slices.Contains(in.TagKeys.Values, t.Key) })
	}), nil
}

// retag makes the action that changes the tags of a table. Change may use the
// memory of the tags it is given. The response is empty.
func (e *Engine) retag(name, arn string, change func([]tag) []tag) action {
	return action{table: name, run: func(out []byte) ([]byte, error) {
		_, err := e.redefine(name, apierror.ARNNotFound(arn), func(d *definition) *apierror.Error {
			d.Tags = change(slices.Clone(d.Tags))
			if len(d.Tags) > validation.MaxTags {
				return apierror.TooManyTags()
			}
			return nil
		})
		return out, err
	}}
}

func (e *Engine) listTagsOfResource(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.ListTagsOfResource)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	name := in.TableName()
	return action{table: name, run: func(out []byte) ([]byte, error) {
		t := (*e.tables.Load())[name]
		if t == nil {
			return out, apierror.ARNNotFound(in.ResourceArn.Value)
		}
		out = append(out, `{"Tags":[`...)
		for i, tag := range t.definition.Tags {
			if i > 0 {
				out = append(out, ',')
			}
			out = wire.AppendText(append(out, `{"Key":`...), tag.Key)
			out = append(wire.AppendText(append(out, `,"Value":`...), tag.Value), '}')
		}
		return append(out, "]}"...), nil
	}}, nil
}
