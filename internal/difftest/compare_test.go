package difftest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// A pair is what the two sides said to a request: one answer each, or for Query
// and Scan one for each page.
type pair struct {
	request      *request
	ours, theirs []answer
	// segments is set when the pages are those of all segments of a scan, and
	// only what they hold together can be compared.
	segments bool
}

// difference compares two answers in everything but the texts of errors, and
// gives "" when they agree.
func (p *pair) difference() string {
	if len(p.ours) != len(p.theirs) && !p.segments {
		return fmt.Sprintf("pages: %d, theirs %d: %s", len(p.ours), len(p.theirs), p.outcomes())
	}
	for i := range min(len(p.ours), len(p.theirs)) {
		a, b := &p.ours[i], &p.theirs[i]
		if a.status != b.status || a.kind != b.kind {
			return "outcome: " + p.outcomes()
		}
	}
	if p.ours[0].kind != "" {
		return diff("old item", p.ours[0].body["Item"], p.theirs[0].body["Item"])
	}
	switch p.request.operation {
	case "Query", "Scan":
		return p.pages()
	case "BatchGetItem":
		return p.batch()
	case "DescribeTable":
		return diff("description", described(p.ours[0].body), described(p.theirs[0].body))
	case "CreateTable", "DeleteTable", "UpdateTable":
		return ""
	case "ListTagsOfResource":
		return diff("tags", arrangedTags(p.ours[0].body), arrangedTags(p.theirs[0].body))
	}
	return diff("answer", p.ours[0].body, p.theirs[0].body)
}

func (p *pair) outcomes() string {
	show := func(list []answer) string {
		var texts []string
		for _, a := range list {
			texts = append(texts, fmt.Sprintf("%d %s %s", a.status, a.kind, a.text))
		}
		return strings.Join(texts, ", ")
	}
	return show(p.ours) + "; theirs " + show(p.theirs)
}

func diff(what string, ours, theirs any) string {
	if a, b := canonical(ours), canonical(theirs); a != b {
		return what + " (-theirs +ours):\n" + cmp.Diff(ordered(theirs), ordered(ours))
	}
	return ""
}

// pages compares the pages of a query or a scan. A table's pages must be equal
// one by one; an index may order items with equal sort keys as it likes, and
// a scan all of them.
func (p *pair) pages() string {
	q := p.request
	exact := q.operation == "Query" && q.index.name == ""
	for i := range p.ours {
		if p.segments {
			break
		}
		if found := p.page(i, exact); found != "" {
			return found
		}
	}
	for _, name := range []string{"Count", "ScannedCount"} {
		if a, b := total(p.ours, name), total(p.theirs, name); a != b {
			return fmt.Sprintf("%s: %v, theirs %v", name, a, b)
		}
	}
	if len(p.ours) == 1 {
		if found := diff("ConsumedCapacity", p.ours[0].body["ConsumedCapacity"], p.theirs[0].body["ConsumedCapacity"]); found != "" {
			return found
		}
	}
	return diff("items", p.arranged(p.ours), p.arranged(p.theirs))
}

// page compares what must be the same of every page.
func (p *pair) page(i int, exact bool) string {
	a, b := p.ours[i].body, p.theirs[i].body
	if exact {
		return diff("page", a, b)
	}
	if found := diff("ScannedCount", a["ScannedCount"], b["ScannedCount"]); found != "" {
		return found
	}
	if (a["LastEvaluatedKey"] == nil) != (b["LastEvaluatedKey"] == nil) {
		return diff("LastEvaluatedKey", a["LastEvaluatedKey"], b["LastEvaluatedKey"])
	}
	return ""
}

// total gives the sum of a member over pages.
func total(pages []answer, name string) float64 {
	sum := 0.0
	for i := range pages {
		n, _ := pages[i].body[name].(float64)
		sum += n
	}
	return sum
}

// arranged gives the items of pages, those whose order is open in a fixed one.
func (p *pair) arranged(pages []answer) []any {
	q := p.request
	var items []any
	for i := range pages {
		list, _ := pages[i].body["Items"].([]any)
		items = append(items, list...)
	}
	if q.operation == "Query" && q.index.name == "" {
		return items
	}
	sort := func(it any) string {
		if q.operation == "Scan" || q.index.sort == "" {
			return ""
		}
		return canonical(it.(map[string]any)[q.index.sort])
	}
	for from := 0; from < len(items); {
		to := from + 1
		for to < len(items) && sort(items[to]) == sort(items[from]) {
			to++
		}
		slices.SortFunc(items[from:to], func(a, b any) int { return strings.Compare(canonical(a), canonical(b)) })
		from = to
	}
	return items
}

// batch compares batches of reads, whose items come in any order.
func (p *pair) batch() string {
	for _, bodies := range []map[string]any{p.ours[0].body, p.theirs[0].body} {
		responses, _ := bodies["Responses"].(map[string]any)
		for _, items := range responses {
			list, _ := items.([]any)
			slices.SortFunc(list, func(a, b any) int { return strings.Compare(canonical(a), canonical(b)) })
		}
	}
	return diff("answer", p.ours[0].body, p.theirs[0].body)
}
