package difftest

// oracle compares the engine's answer with what the condition means: that of a
// write for the item that was there, that of a scan of a whole table for each
// item. It gives "" when they agree or nothing can be said.
func (p *pair) oracle() string {
	q := p.request
	if q.condition == nil || q.spoiled != "" {
		return ""
	}
	if len(q.written) == 1 {
		k := q.written[0]
		holds := q.condition.holds(k.table.items[canonicalKey(k.table, k.key)], false) == yes
		failed := p.ours[0].kind == "ConditionalCheckFailedException"
		if p.ours[0].kind != "ValidationException" && holds == failed {
			return "the condition of the write was taken for the opposite"
		}
		return ""
	}
	if q.operation != "Scan" || q.index.name != "" || p.ours[0].kind != "" {
		return ""
	}
	count := 0.0
	for _, it := range q.table.items {
		if q.condition.holds(it, false) == yes {
			count++
		}
	}
	if total(p.ours, "Count") != count {
		return "the filter of the scan holds for another number of items"
	}
	return ""
}

// oddCondition tells whether an engine with the oddities of dynalite may take
// the condition otherwise for an item that it was asked of.
func (p *pair) oddCondition() bool {
	q := p.request
	if q.condition == nil {
		return false
	}
	odd := func(it item) bool { return q.condition.holds(it, true) != q.condition.holds(it, false) }
	if len(q.written) == 1 {
		k := q.written[0]
		return odd(k.table.items[canonicalKey(k.table, k.key)])
	}
	for _, it := range q.table.items {
		if odd(it) {
			return true
		}
	}
	return false
}
