package request

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// Limits of a tag, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
const (
	maxTagKey   = 128
	maxTagValue = 256
)

// systemTag is how the keys begin that only AWS assigns, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
const systemTag = "aws:"

// tagPattern is what the keys and values of tags are made of.
const tagPattern = `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`

var tagText = regexp.MustCompile("^" + tagPattern + "$")

// Tags is an optional list of tags.
type Tags struct {
	List []Tag
	Set  bool
}

func (t *Tags) read(r *wire.Reader) {
	t.List = nil
	t.Set = r.List(func() {
		var tag Tag
		r.Structure(wire.Element, "Tag", func(name []byte) {
			switch string(name) {
			case "Key":
				tag.Key.read(r)
			case "Value":
				tag.Value.read(r)
			default:
				r.Skip()
			}
		})
		t.List = append(t.List, tag)
	})
}

// Last gives the last tag of each key, in the memory of the list.
func (t *Tags) Last() []Tag {
	return lastOfEach(t.List, func(tag *Tag) string { return tag.Key.Value })
}

func (c *constraints) tags(t *Tags) {
	for i := range t.List {
		path := fmt.Sprintf("tags.%d.member", i+1)
		c.tagText(t.List[i].Key, path+".key", 1, maxTagKey)
		if key := t.List[i].Key.Value; strings.HasPrefix(strings.ToLower(key), systemTag) {
			c.Add(quoted(key), path+".key", apierror.ConstraintNoPrefix(systemTag))
		}
		c.tagText(t.List[i].Value, path+".value", 0, maxTagValue)
	}
}

func (c *constraints) tagText(t Text, path string, least, most int) {
	c.notNull(t.Set, path)
	if !t.Set {
		return
	}
	c.length(utf8.RuneCountInString(t.Value), t.Value, path, least, most)
	if !tagText.MatchString(t.Value) {
		c.Add(quoted(t.Value), path, apierror.ConstraintPattern(tagPattern))
	}
}

// resourceARN matches the ARNs of tables, of this engine and of others.
var resourceARN = regexp.MustCompile(`^arn:[^:]+:dynamodb:[^:]+:[0-9]+:table/[^/]{3,255}$`)

// checkResource checks the ARN of a table.
func checkResource(arn Text) *apierror.Error {
	switch {
	case !arn.Set:
		return apierror.ARNMissing()
	case !resourceARN.MatchString(arn.Value):
		return apierror.ARNInvalid(arn.Value)
	}
	return nil
}

// TagResource is the input of TagResource.
type TagResource struct {
	ResourceArn Text
	Tags        Tags
}

// TableName gives the name in the ARN.
func (t *TagResource) TableName() string { return nameOf(t.ResourceArn.Value) }

// Read reads and checks the input.
func (t *TagResource) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "ResourceArn":
			t.ResourceArn.read(r)
		case "Tags":
			t.Tags.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.notNull(t.Tags.Set, "tags")
	c.tags(&t.Tags)
	if err := c.Err(); err != nil {
		return err
	}
	if err := checkResource(t.ResourceArn); err != nil {
		return err
	}
	if len(t.Tags.List) == 0 {
		return apierror.TagsEmpty()
	}
	return nil
}

// UntagResource is the input of UntagResource.
type UntagResource struct {
	ResourceArn Text
	TagKeys     Texts
}

// TableName gives the name in the ARN.
func (u *UntagResource) TableName() string { return nameOf(u.ResourceArn.Value) }

// Read reads and checks the input.
func (u *UntagResource) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "ResourceArn":
			u.ResourceArn.read(r)
		case "TagKeys":
			u.TagKeys.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.notNull(u.TagKeys.Set, "tagKeys")
	if err := c.Err(); err != nil {
		return err
	}
	if err := checkResource(u.ResourceArn); err != nil {
		return err
	}
	if len(u.TagKeys.Values) == 0 {
		return apierror.TagKeysEmpty()
	}
	return nil
}

// ListTagsOfResource is the input of ListTagsOfResource. All tags are in one
// answer, so there is no token that could be sent back.
type ListTagsOfResource struct {
	ResourceArn Text
	NextToken   Text
}

// TableName gives the name in the ARN.
func (l *ListTagsOfResource) TableName() string { return nameOf(l.ResourceArn.Value) }

// Read reads and checks the input.
func (l *ListTagsOfResource) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "ResourceArn":
			l.ResourceArn.read(r)
		case "NextToken":
			l.NextToken.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	if err := checkResource(l.ResourceArn); err != nil {
		return err
	}
	if l.NextToken.Set {
		return apierror.NextTokenInvalid()
	}
	return nil
}
