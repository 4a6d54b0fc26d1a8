// Package panics reports a panic where the house rules forbid one.
//
// Allowed are the constructors of package variables, whose mistakes no program
// can handle, and states that cannot be reached: their text starts with
// "ddbtable: internal error" (or fields, or the name of the package itself).
// http.ErrAbortHandler is a handler's only way to drop a connection. Tests may
// panic.
package panics

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// constructors are the functions that may panic with any value.
var constructors = []string{
	"example.com/ddb/ddbtable.MustDefine",
	"example.com/ddb/ddbtable.MustUnite",
	"example.com/ddb/ddbtable.Attr",
}

// Analyzer reports calls of the built-in panic outside the allowed places.
var Analyzer = &analysis.Analyzer{
	Name: "panics",
	Doc:  "report a panic outside MustDefine, Attr and impossible states",
	Run:  run,
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		if strings.HasSuffix(pass.Fset.Position(file.Pos()).Filename, "_test.go") {
			continue
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Recv == nil && slices.Contains(constructors, pass.Pkg.Path()+"."+f.Name.Name) {
				continue
			}
			checkDecl(pass, decl)
		}
	}
	return nil, nil
}

func checkDecl(pass *analysis.Pass, decl ast.Decl) {
	for n := range ast.Preorder(decl) {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isPanic(pass, call) || isInternalError(pass, call.Args[0]) || isAbort(pass, call.Args[0]) {
			continue
		}
		pass.Reportf(call.Pos(), "panic outside MustDefine, Attr and impossible states; return an error, or start its text with %q",
			pass.Pkg.Name()+": internal error")
	}
}

func isPanic(pass *analysis.Pass, call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return ok && id.Name == "panic" && pass.TypesInfo.Types[id].IsBuiltin()
}

func isInternalError(pass *analysis.Pass, value ast.Expr) bool {
	text := prefix(pass, value)
	for _, name := range []string{"ddbtable", "fields", pass.Pkg.Name()} {
		if strings.HasPrefix(text, name+": internal error") {
			return true
		}
	}
	return false
}

// isAbort reports whether value is http.ErrAbortHandler.
func isAbort(pass *analysis.Pass, value ast.Expr) bool {
	s, ok := ast.Unparen(value).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	v, ok := pass.TypesInfo.Uses[s.Sel].(*types.Var)
	return ok && v.Name() == "ErrAbortHandler" && v.Pkg() != nil && v.Pkg().Path() == "net/http"
}

// prefix returns the constant text that e begins with, looking into sums and
// into the first argument of calls such as fmt.Sprintf.
func prefix(pass *analysis.Pass, e ast.Expr) string {
	if v := pass.TypesInfo.Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return prefix(pass, e.X)
		}
	case *ast.CallExpr:
		if len(e.Args) > 0 {
			return prefix(pass, e.Args[0])
		}
	}
	return ""
}
