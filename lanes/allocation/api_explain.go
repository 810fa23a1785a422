package allocation

import (
	"encoding/json"
	"errors"
)

// UnmarshalJSON reads false, true, or the id of a line item.
func (e *Explain) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "false", "null":
		*e = Explain{}
		return nil
	case "true":
		*e = Explain{All: true}
		return nil
	}
	*e = Explain{}
	if err := json.Unmarshal(b, &e.LineItem); err != nil {
		return errors.New("must be true, false or the id of a line item")
	}
	return nil
}

// MarshalJSON is the inverse.
func (e Explain) MarshalJSON() ([]byte, error) {
	if e.LineItem != "" {
		return json.Marshal(e.LineItem)
	}
	return json.Marshal(e.All)
}
