package main

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
)

const longestFormat = 400
const longestArgument = 40

// text is a format and, in order, the names of what fills it.
type text struct {
	format string
	args   []string
}

// texts knows the constants of a file's own package and of the packages that it imports from the same module.
type texts struct {
	own      map[string]string
	imported map[string]map[string]string
}

// of reads an expression as a text: a literal, a constant, a concatenation, a Sprintf. The second result is false for all else.
func (t texts) of(expr ast.Expr) (text, bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		if expr.Kind != token.STRING {
			return text{}, false
		}
		value, err := strconv.Unquote(expr.Value)
		return text{format: value}, err == nil
	case *ast.ParenExpr:
		return t.of(expr.X)
	case *ast.Ident:
		if expr.Name == "reason" || expr.Name == "message" {
			// Nearly always a variable, which hides a constant of the package.
			return text{}, false
		}
		value, ok := t.own[expr.Name]
		return text{format: value}, ok
	case *ast.SelectorExpr:
		if x, ok := expr.X.(*ast.Ident); ok {
			value, ok := t.imported[x.Name][expr.Sel.Name]
			return text{format: value}, ok
		}
	case *ast.BinaryExpr:
		return t.sum(expr)
	case *ast.CallExpr:
		receiver, name := calleeOf(expr.Fun)
		if receiver == "fmt" && (name == "Sprintf" || name == "Sprint") && len(expr.Args) > 0 {
			if found, ok := t.of(expr.Args[0]); ok {
				return text{found.format, append(found.args, namesOf(expr.Args[1:])...)}, true
			}
		}
		// A conversion, as v1.ConditionReason("…").
		if len(expr.Args) == 1 && (name == "string" || strings.HasSuffix(name, "Reason")) {
			return t.of(expr.Args[0])
		}
	}
	return text{}, false
}

func (t texts) sum(expr *ast.BinaryExpr) (text, bool) {
	if expr.Op != token.ADD {
		return text{}, false
	}
	left, okLeft := t.of(expr.X)
	right, okRight := t.of(expr.Y)
	if !okLeft && !okRight {
		return text{}, false
	}
	if !okLeft {
		left = text{"%v", []string{nameOf(expr.X)}}
	}
	if !okRight {
		right = text{"%v", []string{nameOf(expr.Y)}}
	}
	return text{left.format + right.format, append(append([]string{}, left.args...), right.args...)}, true
}

func namesOf(exprs []ast.Expr) []string {
	out := make([]string, 0, len(exprs))
	for _, expr := range exprs {
		out = append(out, nameOf(expr))
	}
	return out
}

// nameOf is what a program calls the value that fills a verb: `err`, `service.Name`, `len()`; of a literal the literal.
func nameOf(expr ast.Expr) string {
	name := nameWithin(expr)
	if len(name) > longestArgument {
		return name[:longestArgument]
	}
	return name
}

func nameWithin(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.Ident:
		return expr.Name
	case *ast.BasicLit:
		return expr.Value
	case *ast.SelectorExpr:
		if inner := nameWithin(expr.X); inner != "" {
			return inner[strings.LastIndexByte(inner, '.')+1:] + "." + expr.Sel.Name
		}
		return expr.Sel.Name
	case *ast.StarExpr:
		return nameWithin(expr.X)
	case *ast.UnaryExpr:
		return nameWithin(expr.X)
	case *ast.IndexExpr:
		return nameWithin(expr.X)
	case *ast.CallExpr:
		receiver, name := calleeOf(expr.Fun)
		// err.Error() is the error; klog.KObj(pod), string(body) and v1.Time(x) are their argument.
		if name == "Error" && len(expr.Args) == 0 {
			return receiver
		}
		if len(expr.Args) == 1 && (receiver == "klog" || receiver == "" || receiver == "strconv") && name != "len" {
			return nameWithin(expr.Args[0])
		}
		return name + "()"
	}
	return ""
}

// constantsOf adds the texts of a file's constants to `found`.
func constantsOf(file *ast.File, found map[string]string) {
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.CONST && general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			if values, ok := spec.(*ast.ValueSpec); ok {
				constantsOfSpec(values, found)
			}
		}
	}
}

func constantsOfSpec(values *ast.ValueSpec, found map[string]string) {
	for i, name := range values.Names {
		if i >= len(values.Values) {
			return
		}
		if value, ok := (texts{own: found}).of(values.Values[i]); ok && len(value.args) == 0 {
			found[name.Name] = value.format
		}
	}
}

// importedBy maps the name that a file uses for a package to its path.
func importedBy(file *ast.File) map[string]string {
	out := map[string]string{}
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = importPath
	}
	return out
}

// speaks tells a text for people from a name, a key or a lone placeholder: it has a word of four letters at least.
func speaks(format string) bool {
	run := 0
	for i := 0; i < len(format); i++ {
		c := format[i] | 0x20
		if c < 'a' || c > 'z' {
			run = 0
			continue
		}
		if run++; run >= 4 {
			return true
		}
	}
	return format == "EOF"
}
