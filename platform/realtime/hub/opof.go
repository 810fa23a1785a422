package hub

import "github.com/hotlane/hotlane/platform/realtime"

// opOf finds the member "op" of a JSON object. What is no JSON gives any answer but a panic: who sends it has checked that.
func opOf(data []byte) (op realtime.Op, durable bool, err error) {
	i := space(data, 0)
	if i >= len(data) || data[i] != '{' {
		return op, false, ErrData
	}
	for i = space(data, i+1); i < len(data) && data[i] == '"'; i = space(data, i+1) {
		end := text(data, i)
		key := data[i:min(end, len(data))]
		if i = space(data, end); i >= len(data) || data[i] != ':' {
			return op, false, ErrData
		}
		i = space(data, i+1)
		end = value(data, i)
		if string(key) == `"op"` {
			if end-i < 2 || data[i] != '"' || end > len(data) {
				return op, false, realtime.ErrOp
			}
			op, err = realtime.ParseOp(string(data[i+1 : end-1]))
			return op, true, err
		}
		if i = space(data, end); i >= len(data) || data[i] != ',' {
			break
		}
	}
	return op, false, nil
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// text is where a string that begins at i ends.
func text(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// value is where a value that begins at i ends.
func value(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = text(b, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}
