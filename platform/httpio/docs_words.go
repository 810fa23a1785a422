package httpio

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// docsWords are the texts of the page in one language. The document's own are in the language they were written in.
type docsWords struct {
	Intro, Search, SearchHint, None, Operations, Schemas, Params, Body, Answer, Example, Copy, Required, Optional string
	Name, Type, Meaning, Errors, ErrorsText, Download, NoBody, Write                                              string
	Public, User, Service, Admin, Known                                                                           string
}

func docsWordsOf(lang string) docsWords {
	if lang == "ko" {
		return docsWords{
			Intro: "이 인스턴스가 직접 응답하는 엔드포인트입니다.", Search: "찾기", SearchHint: "경로, 요약, 레인", None: "맞는 엔드포인트가 없습니다.",
			Operations: "엔드포인트", Schemas: "스키마", Params: "매개변수", Body: "본문", Answer: "응답", Example: "예시", Copy: "복사",
			Required: "필수", Optional: "선택", Name: "이름", Type: "형식", Meaning: "설명", Errors: "오류",
			ErrorsText: "거절은 application/problem+json(RFC 9457)이며, 코드와 잘못된 필드와 규칙을 알려 줍니다.",
			Download:   "OpenAPI 3.1 내려받기", NoBody: "페이지, 그림, 스트림 또는 이동입니다.", Write: "쓰기",
			Public: "누구나", User: "사용자 토큰", Service: "서비스 키", Admin: "관리자 키", Known: "누구나, 사용자라면 토큰",
		}
	}
	return docsWords{
		Intro: "The endpoints that this instance answers itself.", Search: "Find", SearchHint: "path, summary, lane", None: "No endpoint matches.",
		Operations: "Endpoints", Schemas: "Schemas", Params: "Parameters", Body: "Body", Answer: "Answer", Example: "Example", Copy: "Copy",
		Required: "required", Optional: "optional", Name: "Name", Type: "Type", Meaning: "Meaning", Errors: "Errors",
		ErrorsText: "Refusals are application/problem+json (RFC 9457), with a code that stays and the fields and rules they are about.",
		Download:   "Download OpenAPI 3.1", NoBody: "A page, a picture, a stream or a redirect.", Write: "write",
		Public: "public", User: "user token", Service: "service key", Admin: "admin key", Known: "public, or a user's token",
	}
}

func (w docsWords) access(access string) string {
	switch access {
	case "admin":
		return w.Admin
	case "service":
		return w.Service
	case "user":
		return w.User
	case "known":
		return w.Known
	default:
		return w.Public
	}
}

// typeOf is a schema in words.
func typeOf(s *huma.Schema) docsType {
	switch {
	case s == nil:
		return docsType{}
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, schemaPrefix)
		return docsType{Name: name, Link: "schema-" + name}
	case s.Type == huma.TypeArray && s.Items != nil:
		t := typeOf(s.Items)
		t.Before = "list of " + t.Before
		return t
	case s.Type == huma.TypeObject:
		if of, ok := s.AdditionalProperties.(*huma.Schema); ok {
			t := typeOf(of)
			t.Before = "map of " + t.Before
			return t
		}
		return docsType{Name: "object"}
	case s.Type == "":
		return docsType{Name: "any JSON"}
	}
	t := docsType{Name: s.Type}
	switch s.Format {
	case "", "int64", "double":
	default:
		t.After = " (" + s.Format + ")"
	}
	if s.ContentEncoding != "" {
		t.After = " (" + s.ContentEncoding + ")"
	}
	return t
}

// rulesOf are a schema's rules in words.
func rulesOf(s *huma.Schema) []string {
	var rules []string
	each := ""
	add := func(format string, a ...any) { rules = append(rules, each+fmt.Sprintf(format, a...)) }
	between := func(unit string, lo, hi *int) {
		switch {
		case lo != nil && hi != nil:
			add("%d–%s", *lo, counted(*hi, unit))
		case lo != nil:
			add("at least %s", counted(*lo, unit))
		case hi != nil:
			add("at most %s", counted(*hi, unit))
		}
	}
	between("item", s.MinItems, s.MaxItems)
	between("member", s.MinProperties, s.MaxProperties)
	of := s
	if s.Type == huma.TypeArray && s.Items != nil {
		of = s.Items
		each = "each "
	}
	between("character", of.MinLength, of.MaxLength)
	for _, b := range []struct {
		sign  string
		bound *float64
	}{{"≥", of.Minimum}, {">", of.ExclusiveMinimum}, {"≤", of.Maximum}, {"<", of.ExclusiveMaximum}} {
		if b.bound != nil && !(b.sign == "≥" && of.ExclusiveMinimum != nil && *of.ExclusiveMinimum >= *b.bound) {
			add("%s %s", b.sign, number(*b.bound))
		}
	}
	if of.Pattern != "" {
		add("matches %s", of.Pattern)
	}
	if len(of.Enum) > 0 {
		var all []string
		for _, v := range of.Enum {
			all = append(all, fmt.Sprint(v))
		}
		add("one of %s", strings.Join(all, ", "))
	}
	each = ""
	if s.Default != nil {
		add("default %v", s.Default)
	}
	return rules
}

func number(x float64) string {
	if x == float64(int64(x)) {
		return fmt.Sprintf("%d", int64(x))
	}
	return fmt.Sprintf("%g", x)
}
