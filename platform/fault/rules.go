package fault

// Rules collects the rules that something breaks. The zero value is ready.
type Rules struct{ broken []Field }

// Check notes the rule unless it is kept. pointer and rule are a Field's.
func (r *Rules) Check(kept bool, pointer, rule string) {
	if !kept {
		r.broken = append(r.broken, Field{Pointer: pointer, Rule: rule})
	}
}

// At is Check for what lies below a pointer.
func (r *Rules) At(at string) func(kept bool, pointer, rule string) {
	return func(kept bool, pointer, rule string) { r.Check(kept, at+pointer, rule) }
}

// Add notes what was found broken elsewhere.
func (r *Rules) Add(broken ...Field) { r.broken = append(r.broken, broken...) }

// Broken are the fields so far, in the order of the checks.
func (r *Rules) Broken() []Field { return r.broken }

// Err is e with all that is broken; nil when nothing is.
func (r *Rules) Err(e *Error) error {
	if len(r.broken) == 0 {
		return nil
	}
	return e.With(r.broken...)
}
