package httpio

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// presentIn lists the pointers of all members of a body that has been decoded once, except where they are null.
func presentIn(b []byte) map[string]struct{} {
	found := map[string]struct{}{}
	d := jsontext.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.ReadToken(); err != nil {
			return found // the end: it was valid the first time
		}
		if kind, n := d.StackIndex(d.StackDepth()); kind == '{' && n%2 == 1 && d.PeekKind() != 'n' { // after a name
			found[string(d.StackPointer())] = struct{}{}
		}
	}
}
