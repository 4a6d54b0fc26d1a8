// Package exporteddoc reports an exported name without a doc comment.
//
// A comment on a group of constants or variables counts for all of them. Not
// asked for are comments on Error, Unwrap and String, on methods of unexported
// types, and in tests and programs.
package exporteddoc

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Analyzer reports exported names without a doc comment.
var Analyzer = &analysis.Analyzer{
	Name: "exporteddoc",
	Doc:  "report an exported name without a doc comment",
	Run:  run,
}

// wellKnown are the methods whose meaning Go itself defines.
var wellKnown = []string{"Error", "Unwrap", "String"}

func run(pass *analysis.Pass) (any, error) {
	if pass.Pkg.Name() == "main" {
		return nil, nil
	}
	for _, file := range pass.Files {
		if strings.HasSuffix(pass.Fset.Position(file.Pos()).Filename, "_test.go") {
			continue
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				checkFunc(pass, decl)
			case *ast.GenDecl:
				checkGroup(pass, decl)
			}
		}
	}
	return nil, nil
}

func checkFunc(pass *analysis.Pass, f *ast.FuncDecl) {
	if f.Recv != nil && (slices.Contains(wellKnown, f.Name.Name) || !ast.IsExported(receiver(f))) {
		return
	}
	check(pass, f.Name, f.Doc)
}

// receiver returns the name of the type that f is a method of.
func receiver(f *ast.FuncDecl) string {
	t := f.Recv.List[0].Type
	for {
		switch e := t.(type) {
		case *ast.StarExpr:
			t = e.X
		case *ast.ParenExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.IndexListExpr:
			t = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

func checkGroup(pass *analysis.Pass, group *ast.GenDecl) {
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc := spec.Doc
			if !group.Lparen.IsValid() {
				doc = group.Doc
			}
			check(pass, spec.Name, doc)
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				check(pass, name, group.Doc, spec.Doc, spec.Comment)
			}
		}
	}
}

// check reports the name if it is exported and none of the comments is there.
func check(pass *analysis.Pass, name *ast.Ident, comments ...*ast.CommentGroup) {
	documented := func(c *ast.CommentGroup) bool { return c.Text() != "" }
	if token.IsExported(name.Name) && !slices.ContainsFunc(comments, documented) {
		pass.Reportf(name.Pos(), "exported %s has no doc comment; say what its signature cannot: unit, cost, failure", name.Name)
	}
}
