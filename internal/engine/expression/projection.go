package expression

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// ParseProjection reads a projection expression: paths with commas between,
// of which no two overlap. The problem is "" when there is none.
func ParseProjection(text string, placeholders *Placeholders) ([]attribute.Path, apierror.Problem) {
	p, problem := newParser(text, placeholders, projectionOrder)
	if problem != "" {
		return nil, problem
	}
	var paths []attribute.Path
	for !p.failed() {
		paths = append(paths, p.path(nil))
		if !p.accept(",") {
			break
		}
	}
	p.checkPaths(paths)
	if problem := p.finish(); problem != "" {
		return nil, problem
	}
	return paths, ""
}
