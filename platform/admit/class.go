// Package admit decides what is let in when there is more than can be served.
package admit

// Class is the order in which load is shed: Bulk first, Critical last, Always never.
type Class uint8

const (
	Normal   Class = iota // what most endpoints are
	Critical              // money and logins: shed last
	Bulk                  // imports, reports, exports: shed first
	Always                // whether the process lives, and its metrics: refused, they would make an overload an outage
)

func (c Class) String() string { return [...]string{"normal", "critical", "bulk", "always"}[c] }
