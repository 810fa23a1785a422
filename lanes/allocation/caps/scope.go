package caps

// Scope names what a cap counts: one line item, campaign or creative.
type Scope uint32

// MaxID is the highest id a scope can name.
const MaxID = 1<<30 - 1

// LineItem is the scope of a line item. The id must be at most MaxID; higher bits are cut off.
func LineItem(id uint32) Scope { return Scope(id & MaxID) }

// Campaign is the scope of a campaign.
func Campaign(id uint32) Scope { return Scope(1<<30 | id&MaxID) }

// Creative is the scope of a creative.
func Creative(id uint32) Scope { return Scope(2<<30 | id&MaxID) }

// Claim is one scope that a served item counts in.
type Claim struct {
	Scope  Scope
	Retain int64 // milliseconds: the longest window of the scope's caps, 1 to MaxWindow
}

// Reason says why a cap refuses. OK is the absence of one.
type Reason uint8

const (
	OK       Reason = iota
	Capped          // the user has seen it as often as allowed within the window
	Full            // no room for a user or entry more: Config.MaxUsers or MaxEntries
	UserFull        // this user has Config.MaxPerUser live entries
	Backlog         // the journal is not being taken: Config.MaxJournal
	Invalid         // a time, window or hold out of range
)

func (r Reason) String() string {
	return [...]string{"ok", "capped", "caps_full", "caps_user_full", "caps_backlog", "caps_invalid"}[r]
}
