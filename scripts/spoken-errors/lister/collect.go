package main

import (
	"go/ast"
	"strings"
)

// Kinds of what is said. Where a text is given to a call, the call says the kind:
//
//	error      it becomes an error of Go and is printed by whoever gets it, often inside of others
//	status     it is answered to a client, with a code of HTTP or gRPC
//	condition  it is written into the status of an object, as `Reason: text` where a reason stands beside it
//	event      it is given to a recorder as a warning, as `Reason: text`; `Reason` alone where the text is a variable
//	log        it is logged as an error or a warning; or, in klog and logr, which have no warnings, as information with an error as a value
const (
	kindError     = "error"
	kindStatus    = "status"
	kindCondition = "condition"
	kindEvent     = "event"
	kindLog       = "log"
)

// said is one text, how it is said, and the call or the form that says so.
type said struct {
	kind, by string
	// Of HTTP or gRPC, where it is answered to a client.
	code string
	text text
	// Values are keys and values behind the text, not verbs in it.
	structured bool
}

type collector struct {
	texts  texts
	tables map[string]table
	frames map[string]string
	add    func(said)
	// Expressions that were read as part of a larger one.
	taken map[ast.Node]bool
}

func (c collector) file(file *ast.File) {
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			if declaration.Name.Name == "Error" && declaration.Recv != nil && declaration.Type.Params.NumFields() == 0 && declaration.Body != nil {
				c.errorMethod(declaration)
			}
		case *ast.GenDecl:
			c.tablesOf(declaration)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			c.call(node)
		case *ast.CompositeLit:
			c.literal(node)
		case *ast.BlockStmt:
			c.statements(node.List)
		case *ast.CaseClause:
			c.statements(node.Body)
		}
		return true
	})
}

// errorMethod takes the texts that the method Error of a type returns or puts together.
func (c collector) errorMethod(method *ast.FuncDecl) {
	by := "Error()"
	if receiver := nameOf(method.Recv.List[0].Type); receiver != "" {
		by = receiver + ".Error"
	}
	ast.Inspect(method.Body, func(node ast.Node) bool {
		expr, ok := node.(ast.Expr)
		if !ok || c.taken[node] {
			return !c.taken[node]
		}
		if found, ok := c.texts.of(expr); ok && speaks(found.format) {
			if _, isName := node.(*ast.Ident); !isName {
				c.add(said{kind: kindError, by: by, text: found})
				c.take(node)
				return false
			}
		}
		return true
	})
}

// take marks a node and all below it as read.
func (c collector) take(node ast.Node) {
	ast.Inspect(node, func(inner ast.Node) bool {
		if inner != nil {
			c.taken[inner] = true
		}
		return true
	})
}

// tablesOf takes the texts of tables of errors: the errno of the kernel, the alerts of TLS, the codes of HTTP/2.
func (c collector) tablesOf(declaration *ast.GenDecl) {
	for _, spec := range declaration.Specs {
		values, ok := spec.(*ast.ValueSpec)
		if !ok || len(values.Values) != 1 {
			continue
		}
		from, ok := c.tables[values.Names[0].Name]
		if !ok {
			continue
		}
		literal, ok := values.Values[0].(*ast.CompositeLit)
		if !ok {
			continue
		}
		for _, element := range literal.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if from.keys != nil && !from.keys[nameOf(pair.Key)] {
					continue
				}
				element = pair.Value
			}
			if found, ok := c.texts.of(element); ok && speaks(found.format) {
				found.format = from.before + found.format
				if strings.Contains(from.before, "%v") {
					found.args = []string{"addr"}
				}
				c.add(said{kind: kindError, by: "table " + values.Names[0].Name, text: found})
			}
		}
	}
}

// call takes the text of a call that says something.
func (c collector) call(call *ast.CallExpr) {
	receiver, name := calleeOf(call.Fun)
	by := name
	if receiver != "" {
		by = receiver + "." + name
	}
	if c.taken[call] {
		return
	}
	if givenType(call.Args, "EventTypeWarning") {
		c.withReason(kindEvent, by, call.Args)
		return
	}
	if givenType(call.Args, "EventTypeNormal") {
		return
	}
	if strings.HasPrefix(name, "setCondition") || strings.HasPrefix(name, "SetCondition") {
		c.withReason(kindCondition, by, call.Args)
		return
	}
	kind := kindOf(receiver, name, call.Args)
	if kind == "" {
		return
	}
	for i, arg := range call.Args {
		found, ok := c.texts.of(arg)
		if !ok || !speaks(found.format) {
			continue
		}
		rest := call.Args[i+1:]
		structured := kind == kindLog && !strings.HasSuffix(name, "f") && !strings.HasSuffix(name, "ln") && !strings.Contains(found.format, "%")
		if structured {
			found.args = append(found.args, keysOf(rest, c.texts)...)
			if i > 0 && nameOf(call.Args[i-1]) != "nil" && !strings.HasPrefix(nameOf(call.Args[i-1]), "ctx") {
				found.args = append([]string{"err"}, found.args...)
			}
		} else {
			found.args = append(found.args, namesOf(rest)...)
		}
		c.add(said{kind, by, codeOf(call.Args), found, structured})
		return
	}
}

// codeOf is the code that an answer is given: `Unavailable` of gRPC, `StatusForbidden` of net/http.
func codeOf(args []ast.Expr) string {
	for _, arg := range args {
		if selector, ok := arg.(*ast.SelectorExpr); ok {
			x, isName := selector.X.(*ast.Ident)
			if isName && (x.Name == "codes" || x.Name == "http" && strings.HasPrefix(selector.Sel.Name, "Status")) {
				return selector.Sel.Name
			}
		}
	}
	return ""
}

// withReason takes `Reason: text` out of the arguments of a recorder or of a setter of conditions.
func (c collector) withReason(kind, by string, args []ast.Expr) {
	reason := ""
	for i, arg := range args {
		found, ok := c.texts.of(arg)
		if !ok || len(found.format) < 4 {
			continue
		}
		if !strings.ContainsAny(found.format, " %") {
			reason = found.format
			continue
		}
		found.args = append(found.args, namesOf(args[i+1:])...)
		c.add(said{kind: kind, by: by, text: reasoned(reason, found)})
		return
	}
	if reason != "" {
		c.add(said{kind: kind, by: by, text: text{format: reason}})
	}
}

func reasoned(reason string, found text) text {
	if reason == "" {
		return found
	}
	return text{reason + ": " + found.format, found.args}
}

// literal takes texts of composite literals: of an error type (`&timeoutError{"…"}`), and of a condition or a status by its field Message.
func (c collector) literal(literal *ast.CompositeLit) {
	_, name := calleeOf(literal.Type)
	isError := strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Err")
	reason := ""
	for _, element := range literal.Elts {
		value := element
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			value = pair.Value
			switch nameOf(pair.Key) {
			case "Reason":
				if found, ok := c.texts.of(value); ok {
					reason = found.format
				}
				continue
			case "Message":
				kind := kindCondition
				if isError || strings.HasPrefix(name, "Status") {
					kind = kindStatus
				}
				if found, ok := c.texts.of(value); ok && speaks(found.format) {
					c.add(said{kind: kind, by: name + "{Message}", text: reasoned(reason, found)})
				}
				continue
			}
		}
		if !isError {
			continue
		}
		if found, ok := c.texts.of(value); ok && speaks(found.format) && strings.ContainsAny(found.format, " :") {
			found.format = c.frames[name] + found.format
			c.add(said{kind: kindError, by: name + "{}", text: found})
		}
	}
}

// statements takes what is assigned to a Message, with the Reason that is assigned in the same block before it.
func (c collector) statements(list []ast.Stmt) {
	reason := ""
	for _, statement := range list {
		assign, ok := statement.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			continue
		}
		target := nameOf(assign.Lhs[0])
		field := strings.ToLower(target[strings.LastIndexByte(target, '.')+1:])
		value := assign.Rhs[0]
		if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 2 {
			// messages = append(messages, fmt.Sprintf(…))
			if _, name := calleeOf(call.Fun); name == "append" {
				value = call.Args[1]
			}
		}
		found, ok := c.texts.of(value)
		if !ok && reason != "" && field == "message" {
			// The text of an error, as in FailedDiscoveryCheck.
			c.add(said{kind: kindCondition, by: "= " + target, text: text{reason + ": %v", []string{nameOf(value)}}})
		}
		if !ok {
			continue
		}
		if field == "reason" && !strings.ContainsAny(found.format, " %") {
			reason = found.format
			continue
		}
		if speaks(found.format) && strings.ContainsAny(found.format, " ") && isMessage(field) {
			c.add(said{kind: kindCondition, by: "= " + target, text: reasoned(reason, found)})
		}
	}
}

func isMessage(field string) bool {
	return strings.HasSuffix(field, "message") || strings.HasSuffix(field, "messages") || field == "msg" || field == "reason"
}

func calleeOf(fun ast.Expr) (receiver, name string) {
	switch fun := fun.(type) {
	case *ast.Ident:
		return "", fun.Name
	case *ast.StarExpr:
		return calleeOf(fun.X)
	case *ast.SelectorExpr:
		switch x := fun.X.(type) {
		case *ast.Ident:
			return x.Name, fun.Sel.Name
		case *ast.SelectorExpr:
			return x.Sel.Name, fun.Sel.Name
		case *ast.CallExpr:
			_, inner := calleeOf(x.Fun)
			return inner + "()", fun.Sel.Name
		}
		return "", fun.Sel.Name
	}
	return "", ""
}

// givenType: a call that is given the type of an event records one, whatever it is called (Eventf, recordContainerEvent, logIt, …).
// A Normal one is by its type no failure.
func givenType(args []ast.Expr, eventType string) bool {
	for _, arg := range args {
		if selector, ok := arg.(*ast.SelectorExpr); ok && selector.Sel.Name == eventType {
			return true
		}
	}
	return false
}

var logNames = map[string]bool{
	"Error": true, "Errorf": true, "ErrorS": true, "Errorln": true, "ErrorDepth": true, "ErrorContext": true, "ErrorSDepth": true,
	"Warning": true, "Warningf": true, "Warningln": true, "WarningDepth": true, "Warn": true, "Warnf": true, "Warnln": true,
	"Fatal": true, "Fatalf": true, "Fatalln": true, "Panic": true, "Panicf": true, "DPanic": true, "Exitf": true,
	"HandleError": true, "HandleErrorWithContext": true, "HandleErrorWithLogger": true,
}

func kindOf(receiver, name string, args []ast.Expr) string {
	switch {
	case receiver == "fmt" && name == "Errorf",
		(receiver == "errors" || receiver == "xerrors" || receiver == "pkgerrors") && (name == "New" || strings.HasPrefix(name, "Wrap") || name == "Errorf" || name == "WithMessage"):
		return kindError
	case receiver == "http" && name == "Error",
		receiver == "status" && (name == "Error" || name == "Errorf" || name == "New" || name == "Newf"),
		name == "proxyError", name == "InternalError",
		// etcd's texts for its clients.
		name == "New" && receiver == "status":
		return kindStatus
	case (receiver == "apierrors" || receiver == "errors" || receiver == "kerrors" || receiver == "apierr" || receiver == "k8serrors") && strings.HasPrefix(name, "New"):
		return kindStatus
	case name == "countError":
		// The label of a counter.
		return ""
	case logNames[name]:
		return kindLog
	case (name == "Info" || name == "InfoS" || name == "Infof") && givenError(args):
		return kindLog
	case receiver != "field" && (strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Errorf")) && !strings.HasPrefix(name, "Is") && !strings.HasPrefix(name, "is"):
		// A function that makes an error of a text: newRecordHeaderError, connectionErrorf, NewStreamErrorf, …
		return kindError
	}
	return ""
}

func givenError(args []ast.Expr) bool {
	for _, arg := range args {
		switch nameOf(arg) {
		case "err", `"err"`, `"error"`:
			return true
		}
	}
	return false
}

// keysOf are the keys of a structured line: each second argument of klog's and logr's, the first of each of zap's fields.
func keysOf(args []ast.Expr, texts texts) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if call, ok := args[i].(*ast.CallExpr); ok {
			if receiver, name := calleeOf(call.Fun); receiver == "zap" {
				if name == "Error" {
					out = append(out, "error")
				} else if len(call.Args) > 0 {
					if key, ok := texts.of(call.Args[0]); ok {
						out = append(out, key.format)
					}
				}
				continue
			}
		}
		if key, ok := texts.of(args[i]); ok && !strings.ContainsAny(key.format, " ") {
			out = append(out, key.format)
			i++
		}
	}
	return out
}
