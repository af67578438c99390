package dynamics

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A node is one part of a parsed $filter. What it holds depends on kind.
type node struct {
	kind  nodeKind
	name  string   // operator, function, or the variable of a lambda
	path  []string // of a property: navigation names, then the property
	at    int
	value token            // of a literal
	args  []*node          // operands
	named map[string]*node // of a query function: its parameters by name
	list  []string         // of a list of values
}

type nodeKind uint8

const (
	nodeLogic    nodeKind = iota // and, or, not
	nodeCompare                  // eq ne gt ge lt le
	nodeText                     // contains startswith endswith
	nodeQuery                    // Microsoft.Dynamics.CRM.…
	nodeLambda                   // any, all
	nodeProperty                 // a path
	nodeLiteral                  // a value
	nodeList                     // a list of values
)

// queryNamespace is what a query function's name begins with.
const queryNamespace = "Microsoft.Dynamics.CRM."

// deepest is how far expressions may be nested, so that a hostile text cannot exhaust the stack.
const deepest = 200

// parseFilter reads a $filter. Aliases hold the values of @p1 and so on as they stand in the address.
//
// Web API: "Filter rows": eq ne gt ge lt le, and or not, contains endswith startswith, lambda operators any and all,
// and the query functions of the Microsoft.Dynamics.CRM namespace. Everything else of OData is refused, as there.
func parseFilter(text string, aliases map[string]string) (*node, error) {
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, toks: toks, aliases: aliases}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != tokEnd {
		return nil, p.syntax()
	}
	return n, nil
}

type parser struct {
	text    string
	toks    []token
	i       int
	depth   int
	aliases map[string]string
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) take() token {
	t := p.toks[p.i]
	if t.kind != tokEnd {
		p.i++
	}
	return t
}

func (p *parser) punct(s string) bool {
	if t := p.peek(); t.kind == tokPunct && t.text == s {
		p.i++
		return true
	}
	return false
}

func (p *parser) word(s string) bool {
	if t := p.peek(); t.kind == tokName && t.text == s {
		p.i++
		return true
	}
	return false
}

func (p *parser) syntax() error {
	t := p.peek()
	if t.kind == tokEnd {
		return badURI(fmt.Sprintf("Expression expected at position %d in '%s'.", t.at, p.text))
	}
	return badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", t.at, p.text))
}

func (p *parser) expect(s string) error {
	if !p.punct(s) {
		return badURI(fmt.Sprintf("'%s' expected at position %d in '%s'.", s, p.peek().at, p.text))
	}
	return nil
}

func (p *parser) or() (*node, error) {
	if p.depth++; p.depth > deepest {
		return nil, badURI("Recursion depth exceeded allowed limit.")
	}
	defer func() { p.depth-- }()
	return p.chain("or", func() (*node, error) { return p.chain("and", p.not) })
}

// chain reads operands joined by one operator, which binds to the left.
func (p *parser) chain(op string, operand func() (*node, error)) (*node, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokName || t.text != op {
		return left, nil
	}
	all := &node{kind: nodeLogic, name: op, args: []*node{left}}
	for p.word(op) {
		right, err := operand()
		if err != nil {
			return nil, err
		}
		all.args = append(all.args, right)
	}
	return all, nil
}

func (p *parser) not() (*node, error) {
	if !p.word("not") {
		return p.compare()
	}
	if p.depth++; p.depth > deepest {
		return nil, badURI("Recursion depth exceeded allowed limit.")
	}
	defer func() { p.depth-- }()
	n, err := p.not()
	if err != nil {
		return nil, err
	}
	return &node{kind: nodeLogic, name: "not", args: []*node{n}}, nil
}

func (p *parser) compare() (*node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	t := p.peek()
	if t.kind != tokName {
		return left, nil
	}
	switch t.text {
	case "eq", "ne", "gt", "ge", "lt", "le":
		p.take()
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return &node{kind: nodeCompare, name: t.text, at: t.at, args: []*node{left, right}}, nil
	case "add", "sub", "mul", "div", "mod", "has", "in":
		return nil, badURI(fmt.Sprintf("The query node %s is not supported.", t.text))
	}
	return left, nil
}

func (p *parser) operand() (*node, error) {
	t := p.take()
	switch t.kind {
	case tokPunct:
		switch t.text {
		case "(":
			n, err := p.or()
			if err != nil {
				return nil, err
			}
			return n, p.expect(")")
		case "[":
			p.i--
			return p.list()
		}
	case tokString, tokNumber, tokGUID, tokDate, tokInstant, tokEnum:
		return &node{kind: nodeLiteral, value: t, at: t.at}, nil
	case tokAlias:
		return p.alias(t)
	case tokName:
		return p.named(t)
	}
	if t.kind != tokEnd {
		p.i--
	}
	return nil, p.syntax()
}

// alias puts the value of a parameter in its place. One that is not given is null, as in OData.
func (p *parser) alias(t token) (*node, error) {
	text, ok := p.aliases[t.text]
	if !ok {
		return &node{kind: nodeLiteral, value: token{kind: tokName, text: "null", at: t.at}, at: t.at}, nil
	}
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	sub := &parser{text: text, toks: toks, depth: p.depth + 1} // an alias cannot name another one
	n, err := sub.operand()
	if err != nil {
		return nil, err
	}
	if sub.peek().kind != tokEnd || n.kind != nodeLiteral && n.kind != nodeList {
		return nil, sub.syntax()
	}
	return n, nil
}

// named reads what begins with a name: a literal word, a function, a query function or a path.
func (p *parser) named(t token) (*node, error) {
	call := p.peek().kind == tokPunct && p.peek().text == "("
	switch {
	case t.text == "true" || t.text == "false" || t.text == "null":
		return &node{kind: nodeLiteral, value: t, at: t.at}, nil
	case call && strings.HasPrefix(t.text, queryNamespace):
		return p.query(t)
	case call && (t.text == "contains" || t.text == "startswith" || t.text == "endswith"):
		return p.textFunction(t)
	case call:
		return nil, badURI(fmt.Sprintf("An unknown function with name '%s' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", t.text))
	case strings.Contains(t.text, "."):
		return nil, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", t.at, p.text))
	}
	path := []string{t.text}
	for p.punct("/") {
		s := p.take()
		if s.kind != tokName {
			return nil, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", s.at, p.text))
		}
		if (s.text == "any" || s.text == "all") && p.punct("(") {
			return p.lambda(s, path)
		}
		path = append(path, s.text)
	}
	return &node{kind: nodeProperty, path: path, at: t.at}, nil
}

func (p *parser) textFunction(t token) (*node, error) {
	p.take()
	n := &node{kind: nodeText, name: t.text, at: t.at}
	for {
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
		if !p.punct(",") {
			break
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if len(n.args) != 2 {
		return nil, badURI(fmt.Sprintf("No function signature for the function with name '%s' matches the specified arguments. The function signatures considered are: %s(Edm.String Nullable=true, Edm.String Nullable=true).", t.text, t.text))
	}
	return n, nil
}

// lambda reads the inside of any(x:…) and all(x:…); any() says only that there is one.
func (p *parser) lambda(t token, path []string) (*node, error) {
	n := &node{kind: nodeLambda, name: t.text, path: path, at: t.at}
	if p.punct(")") {
		if t.text == "all" {
			return nil, badURI(fmt.Sprintf("Expression expected at position %d in '%s'.", t.at, p.text))
		}
		return n, nil
	}
	v := p.take()
	if v.kind != tokName {
		return nil, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", v.at, p.text))
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	body, err := p.or()
	if err != nil {
		return nil, err
	}
	n.list, n.args = []string{v.text}, []*node{body}
	return n, p.expect(")")
}

// query reads a query function, whose parameters have names.
func (p *parser) query(t token) (*node, error) {
	p.take()
	n := &node{kind: nodeQuery, name: strings.TrimPrefix(t.text, queryNamespace), at: t.at, named: map[string]*node{}}
	for !p.punct(")") {
		name := p.take()
		if name.kind != tokName {
			return nil, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", name.at, p.text))
		}
		if err := p.expect("="); err != nil {
			return nil, err
		}
		v, err := p.operand()
		if err != nil {
			return nil, err
		}
		if v.kind != nodeLiteral && v.kind != nodeList {
			return nil, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", name.at, p.text))
		}
		n.named[name.text] = v
		if p.punct(",") {
			continue
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
		break
	}
	return n, nil
}

// list reads a list of texts: ["A","O'Brian"] or ['2','3'].
func (p *parser) list() (*node, error) {
	n := &node{kind: nodeList, at: p.take().at, list: []string{}}
	for !p.punct("]") {
		t := p.take()
		switch t.kind {
		case tokString:
			n.list = append(n.list, p.unescape(t))
		case tokNumber, tokGUID, tokDate, tokInstant:
			n.list = append(n.list, t.text)
		default:
			return nil, badURI(fmt.Sprintf("Syntax error at position %d in '%s'.", t.at, p.text))
		}
		if p.punct(",") {
			continue
		}
		if err := p.expect("]"); err != nil {
			return nil, err
		}
		break
	}
	return n, nil
}

// unescape reads the JSON escapes of a text in double quotes.
func (p *parser) unescape(t token) string {
	if t.at < len(p.text) && p.text[t.at] == '"' {
		var s string
		if json.Unmarshal([]byte(`"`+t.text+`"`), &s) == nil {
			return s
		}
	}
	return t.text
}
