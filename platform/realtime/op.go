package realtime

import (
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// ErrOp is what an operation gets that is not named as it must be.
var ErrOp = fault.New(fault.Invalid, "live.op", "The operation is not named as it must be.").
	With(fault.Field{Pointer: "/op", Rule: `must be "<instance>:<counter>": 8 to 40 letters, digits, _ or -, and a number from 1`})

// ParseOp reads "<instance>:<counter>".
func ParseOp(text string) (Op, error) {
	instance, count, ok := strings.Cut(text, ":")
	counter, err := strconv.ParseUint(count, 10, 53)
	if !ok || err != nil || counter == 0 || count[0] == '0' || !goodInstance(instance) {
		return Op{}, ErrOp
	}
	return Op{Instance: instance, Counter: counter}, nil
}

func goodInstance(s string) bool {
	if len(s) < 8 || len(s) > 40 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}

func (o Op) String() string { return o.Instance + ":" + strconv.FormatUint(o.Counter, 10) }
