// Package rundrop reports a request of ddbtable that is built and dropped.
//
// A write such as orders.Create(order) is a value, and only Run sends it; the
// compiler is content when Run is forgotten. So is a refined query, because
// refining returns a copy.
package rundrop

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// home is the package whose values send requests.
const home = "example.com/ddb/ddbtable"

// Analyzer reports calls whose result is a value of ddbtable that can send a
// request, and whose result is dropped or assigned to the blank identifier.
var Analyzer = &analysis.Analyzer{
	Name:     "rundrop",
	Doc:      "report a ddbtable request that is built and dropped",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      run,
}

func run(pass *analysis.Pass) (any, error) {
	statements := []ast.Node{
		(*ast.ExprStmt)(nil), (*ast.DeferStmt)(nil), (*ast.GoStmt)(nil),
		(*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil),
	}
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	in.Preorder(statements, func(n ast.Node) {
		for _, dropped := range droppedBy(n) {
			report(pass, dropped)
		}
	})
	return nil, nil
}

// droppedBy returns the expressions whose value the statement throws away.
func droppedBy(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.ExprStmt:
		return []ast.Expr{n.X}
	case *ast.DeferStmt:
		return []ast.Expr{n.Call}
	case *ast.GoStmt:
		return []ast.Expr{n.Call}
	case *ast.AssignStmt:
		return blanks(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		names := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			names[i] = name
		}
		return blanks(names, n.Values)
	}
	return nil
}

// blanks returns the values that are assigned to the blank identifier.
func blanks(names, values []ast.Expr) []ast.Expr {
	if len(names) != len(values) {
		return nil
	}
	var dropped []ast.Expr
	for i, name := range names {
		if id, ok := name.(*ast.Ident); ok && id.Name == "_" {
			dropped = append(dropped, values[i])
		}
	}
	return dropped
}

func report(pass *analysis.Pass, e ast.Expr) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || pass.TypesInfo.Types[call.Fun].IsType() {
		return
	}
	named := requestType(pass.TypesInfo.TypeOf(call))
	if named == nil {
		return
	}
	remedy := "end the call with .Run(ctx)"
	if !hasRun(named) {
		remedy = "keep the value, its methods return copies"
	}
	pass.Reportf(call.Pos(), "this ddbtable.%s is dropped, so nothing is sent; %s", named.Obj().Name(), remedy)
}

// requestType returns the type of ddbtable that t is or points to, nil if t is
// another type or one that sends nothing.
func requestType(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != home {
		return nil
	}
	if hasRun(named) || !types.IsInterface(named) && sends(named, isExported) {
		return named
	}
	return nil
}

func isExported(m *types.Func) bool { return m.Exported() }

func hasRun(named *types.Named) bool {
	return sends(named, func(m *types.Func) bool { return m.Name() == "Run" })
}

// sends reports whether a wanted method of the type takes a context first: by
// the rule of the house it then sends requests.
func sends(named *types.Named, wanted func(*types.Func) bool) bool {
	var t types.Type = named
	if !types.IsInterface(named) {
		t = types.NewPointer(named)
	}
	for method := range types.NewMethodSet(t).Methods() {
		f := method.Obj().(*types.Func)
		params := f.Signature().Params()
		if wanted(f) && params.Len() > 0 && isContext(params.At(0).Type()) {
			return true
		}
	}
	return false
}

func isContext(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context" && named.Obj().Name() == "Context"
}
