package targeting

import (
	"strings"
	"unicode/utf8"
)

// ParseText reads the text form. Its error is an *Error with the place and the rule.
func ParseText(s string, schema Schema) (*Expr, error) {
	p := &textParser{lexer: lexer{src: s}, schema: schema}
	if len(s) > MaxText {
		return nil, p.fail(0, ruleSize)
	}
	if !utf8.ValidString(s) {
		return nil, p.fail(0, "must be UTF-8")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.expected("AND, OR or the end")
	}
	if rule := e.fits(); rule != "" {
		return nil, p.fail(0, rule)
	}
	return e, nil
}

// rawDepth bounds the recursion of the parsers; redundant parentheses count here but not against MaxDepth.
const rawDepth = 4 * MaxDepth

type textParser struct {
	lexer
	schema Schema
	tok    token
	depth  int
	nodes  int
}

func (p *textParser) advance() *Error {
	t, err := p.next()
	p.tok = t
	return err
}

func (p *textParser) expected(what string) *Error {
	return p.fail(p.tok.at, "expected "+what+", found "+p.tok.String())
}

func (p *textParser) or() (*Expr, *Error)  { return p.list("OR", Or, p.and) }
func (p *textParser) and() (*Expr, *Error) { return p.list("AND", And, p.not) }

func (p *textParser) list(word string, make func(...*Expr) *Expr, part func() (*Expr, *Error)) (*Expr, *Error) {
	var parts []*Expr
	for {
		e, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
		if !p.tok.keyword(word) {
			return make(parts...), nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *textParser) not() (*Expr, *Error) {
	if !p.tok.keyword("NOT") {
		return p.primary()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.primary()
	if err != nil {
		return nil, err
	}
	return Not(e), nil
}

func (p *textParser) primary() (*Expr, *Error) {
	if p.nodes++; p.nodes > MaxNodes {
		return nil, p.fail(p.tok.at, ruleNodes)
	}
	switch {
	case p.tok.is("("):
		return p.group()
	case p.tok.keyword("TRUE"):
		return True(), p.advance()
	case p.tok.kind == tokWord:
		return p.predicate()
	}
	return nil, p.expected(`a predicate, TRUE or "("`)
}

func (p *textParser) group() (*Expr, *Error) {
	if p.depth++; p.depth > rawDepth {
		return nil, p.fail(p.tok.at, ruleDepth)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	p.depth--
	return e, p.punct(")")
}

func (p *textParser) punct(s string) *Error {
	if !p.tok.is(s) {
		return p.expected(`"` + s + `"`)
	}
	return p.advance()
}

func (p *textParser) predicate() (*Expr, *Error) {
	attr, at := p.tok.text, p.tok.at
	kind, rule := p.schema.resolve(attr)
	if rule != "" {
		return nil, p.fail(at, rule)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	negated := p.tok.keyword("NOT")
	if negated {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	at = p.tok.at
	e, rule, err := p.relation(attr, kind, negated)
	if err != nil {
		return nil, err
	}
	if rule != "" {
		return nil, p.fail(at, rule)
	}
	if negated {
		e = Not(e)
	}
	return e, nil
}

func (p *textParser) relation(attr string, kind Kind, negated bool) (*Expr, string, *Error) {
	if p.tok.kind == tokPunct && !negated {
		return p.compare(attr, kind)
	}
	word := p.tok
	switch {
	case word.keyword("IN"), word.keyword("PREFIX"):
		values, err := p.values()
		if err != nil {
			return nil, "", err
		}
		build := buildIn
		if word.keyword("PREFIX") {
			build = buildPrefix
		}
		e, rule := build(attr, kind, values)
		return e, rule, nil
	case word.keyword("BETWEEN"):
		return p.between(attr, kind)
	case word.keyword("WITHIN"):
		return p.within(attr, kind)
	case word.keyword("EXISTS"):
		return buildExists(attr, kind), "", p.advance()
	}
	return nil, "", p.expected("=, !=, <, <=, >, >=, IN, BETWEEN, PREFIX, WITHIN or EXISTS")
}

func (p *textParser) compare(attr string, kind Kind) (*Expr, string, *Error) {
	relation := map[string]comparison{
		"=": equal, "!=": equal, "<": less, "<=": lessEqual, ">": greater, ">=": greaterEqual,
	}
	op := p.tok.text
	c, ok := relation[op]
	if !ok {
		return nil, "", p.expected("=, !=, <, <=, > or >=")
	}
	if err := p.advance(); err != nil {
		return nil, "", err
	}
	v, err := p.value()
	if err != nil {
		return nil, "", err
	}
	e, rule := buildCompare(attr, kind, c, v)
	if rule == "" && op == "!=" {
		e = Not(e)
	}
	return e, rule, nil
}

func (p *textParser) value() (literal, *Error) {
	t := p.tok
	switch t.kind {
	case tokString:
		return literal{text: t.text}, p.advance()
	case tokNumber:
		return literal{number: t.number, isNum: true}, p.advance()
	}
	return literal{}, p.expected("a string or a number")
}

func (p *textParser) values() ([]literal, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.punct("("); err != nil {
		return nil, err
	}
	var out []literal
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if len(out) == MaxValues {
			return nil, p.fail(p.tok.at, ruleValues)
		}
		out = append(out, v)
		if p.tok.is(")") {
			return out, p.advance()
		}
		if !p.tok.is(",") {
			return nil, p.expected(`"," or ")"`)
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *textParser) between(attr string, kind Kind) (*Expr, string, *Error) {
	if err := p.advance(); err != nil {
		return nil, "", err
	}
	from, err := p.value()
	if err != nil {
		return nil, "", err
	}
	if !p.tok.keyword("AND") {
		return nil, "", p.expected("AND")
	}
	if err := p.advance(); err != nil {
		return nil, "", err
	}
	to, err := p.value()
	if err != nil {
		return nil, "", err
	}
	e, rule := buildBetween(attr, kind, from, to)
	return e, rule, nil
}

func (p *textParser) within(attr string, kind Kind) (*Expr, string, *Error) {
	if err := p.advance(); err != nil {
		return nil, "", err
	}
	distance, err := p.number()
	if err != nil {
		return nil, "", err
	}
	switch {
	case p.tok.keyword("km"):
		distance *= 1000
	case p.tok.keyword("m"):
	default:
		return nil, "", p.expected("km or m")
	}
	if err := p.advance(); err != nil {
		return nil, "", err
	}
	if !p.tok.keyword("OF") {
		return nil, "", p.expected("OF")
	}
	if err := p.advance(); err != nil {
		return nil, "", err
	}
	lat, err := p.number()
	if err != nil {
		return nil, "", err
	}
	if err := p.punct(","); err != nil {
		return nil, "", err
	}
	lon, err := p.number()
	if err != nil {
		return nil, "", err
	}
	e, rule := buildWithin(attr, kind, lat, lon, distance)
	return e, rule, nil
}

func (p *textParser) number() (float64, *Error) {
	if p.tok.kind != tokNumber {
		return 0, p.expected("a number")
	}
	f := p.tok.number
	return f, p.advance()
}

// quote writes a string literal.
func quote(b []byte, s string) []byte {
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(s, "'", "''")...)
	return append(b, '\'')
}
