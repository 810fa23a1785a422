package stream

import "github.com/hotlane/hotlane/platform/realtime"

// Verdict says what is known of an operation.
type Verdict uint8

const (
	New    Verdict = iota // not done
	Done                  // done before: acknowledge it again
	TooOld                // nobody knows: ErrOpTooOld
)

// Writers knows which operations of a log are done.
type Writers struct{}

// NewWriters knows of none.
func NewWriters() *Writers { return &Writers{} }

// See tells of an operation. It changes nothing.
func (w *Writers) See(op realtime.Op) Verdict { panic("to come") }

// Apply marks the operation of an entry as done. Entries must come in the order of the log.
func (w *Writers) Apply(e *realtime.Entry) { panic("to come") }

// Append adds the state in a compact form, for DecodeWriters.
func (w *Writers) Append(dst []byte) []byte { panic("to come") }

// DecodeWriters reads what Append wrote. ErrCorrupt.
func DecodeWriters(b []byte) (*Writers, error) { panic("to come") }
