package fault

import (
	"errors"
	"reflect"
	"testing"
)

func TestRules(t *testing.T) {
	refusal := New(Invalid, "test.invalid", "It breaks a rule.")
	var r Rules
	r.Check(true, "/kept", "must be kept")
	if err := r.Err(refusal); err != nil || r.Broken() != nil {
		t.Errorf("nothing is broken, and yet %v", err)
	}
	r.Check(false, "/first", "must be first")
	below := r.At("/list/0")
	below(true, "/name", "must be a name")
	below(false, "/size", "must be 1 to 3")
	r.Add(Field{Pointer: "/last", Rule: "is required"}, Field{Pointer: "/last/2", Rule: "is not known"})
	want := []Field{{"/first", "must be first"}, {"/list/0/size", "must be 1 to 3"}, {"/last", "is required"}, {"/last/2", "is not known"}}
	if !reflect.DeepEqual(r.Broken(), want) {
		t.Errorf("broken: %v, want %v", r.Broken(), want)
	}
	err := r.Err(refusal)
	if !errors.Is(err, refusal) || !reflect.DeepEqual(From(err).Fields, want) {
		t.Errorf("%v with %v", err, From(err).Fields)
	}
	if refusal.Fields != nil {
		t.Error("the refusal itself was changed")
	}
}
