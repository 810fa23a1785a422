// Package fault is the error scheme of the house: every refusal has a kind (which becomes a status), a code that clients
// can rely on, a text for people, and the fields and rules it is about. An error that is not a fault is an internal one:
// its text is logged and never leaves the process.
package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says whose move it is after an error.
type Kind uint8

const (
	Internal     Kind = iota // our mistake: 500, the text never leaves
	Malformed                // not the protocol or not the format: 400
	Unauthorized             // who are you: 401
	Forbidden                // not you: 403
	NotFound                 // 404
	NotAllowed               // the path is there, the method is not: 405
	Conflict                 // the state says no: 409
	Gone                     // was there, or was valid, once: 410
	TooLarge                 // 413
	Unsupported              // media type: 415
	Invalid                  // well-formed, but breaks a rule: 422
	Limited                  // too much, too soon: 429
	BadGateway               // the upstream is dead or speaks nonsense: 502
	Unavailable              // we cannot do it now; nothing changed: 503
	Timeout                  // the upstream is slow: 504
)

// Field is one rule that one field broke.
type Field struct {
	Pointer string `json:"pointer"` // JSON pointer into the body (RFC 6901), or path:id, query:limit, header:X-Name
	Rule    string `json:"rule"`    // what was expected, in words: "must be at most 100"
}

// Error is a refusal that explains itself. Errors declared as package variables are never changed: the With methods copy.
type Error struct {
	Kind       Kind
	Code       string // "lane.reason", stable
	Text       string // one sentence for people
	Fields     []Field
	RetryAfter time.Duration // 0: not said
	cause      error
}

// New makes a fault. The text is formatted when there are arguments.
func New(kind Kind, code, text string, args ...any) *Error {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return &Error{Kind: kind, Code: code, Text: text}
}

func (e *Error) Error() string {
	s := e.Code + ": " + e.Text
	for _, f := range e.Fields {
		s += "; " + f.Pointer + " " + f.Rule
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare by code, so that a copy with fields or a cause still is the declared fault.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With returns a copy that also names these fields.
func (e *Error) With(fields ...Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &c
}

// Because returns a copy with a cause, which is logged and never sent.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// After returns a copy that says when to come back.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// From finds the fault in an error. What has none is Internal, except a deadline (Timeout).
func From(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return New(Timeout, "timeout", "The request took longer than it may.").Because(err)
	default:
		return New(Internal, "internal", "Something went wrong on our side.").Because(err)
	}
}
