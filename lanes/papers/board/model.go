package board

// Version of documents and checkpoints.
const Version = 1

// Limits of one paper.
const (
	MaxNotes     = 2_000  // at one time
	MaxMade      = 10_000 // over its life, deleted ones counted
	MaxText      = 1_000  // characters
	MaxLines     = 40
	MaxName      = 40
	MaxTitle     = 100
	MaxRecipient = 60
	MinWidth     = 120 // board units
	MaxWidth     = 600
	Width        = 220 // of a note that says none
	MaxTurn      = 45  // degrees, to either side
	MaxZ         = 1_000_000_000
	MaxRef       = 40
)

// What a note and a paper may look like; the first of each is the default.
var (
	colors = []string{"lemon", "peach", "rose", "lilac", "sky", "mint", "sand", "white"}
	fonts  = []string{"sans", "serif", "hand", "mono"}
	themes = []string{"paper", "birthday", "farewell", "thanks", "cheer", "night"}
	sizes  = []Size{{"medium", 1600, 2400}, {"small", 1200, 1600}, {"large", 2400, 3600}, {"huge", 4800, 7200}}
)

// Size is how large a board is, in board units: CSS pixels where it is shown at 100%.
type Size struct {
	Name          string
	Width, Height int
}

// Colors, Fonts, Themes and Sizes are copies of what there is to choose from, the default first.
func Colors() []string { return append([]string(nil), colors...) }

// Fonts are the fonts of notes.
func Fonts() []string { return append([]string(nil), fonts...) }

// Themes are the looks of papers.
func Themes() []string { return append([]string(nil), themes...) }

// Sizes are how large papers may be.
func Sizes() []Size { return append([]Size(nil), sizes...) }

// SizeOf is the size of this name.
func SizeOf(name string) (Size, bool) {
	for _, s := range sizes {
		if s.Name == name {
			return s, true
		}
	}
	return Size{}, false
}

// State of a paper.
type State string

// The states of a paper, as far as a board knows them.
const (
	Open      State = "open"
	Closed    State = "closed"
	Delivered State = "delivered"
)

// Who may write on a paper.
const (
	WritersLink    = "link"    // whoever has the writers' link
	WritersInvited = "invited" // users that the owner named
)

// Document is a board as it is read: JSON of snapshots, of the API, and of what is kept.
type Document struct {
	V     int    `json:"v" doc:"version of the document"`
	Paper Paper  `json:"paper"`
	Notes []Note `json:"notes" doc:"in the order in which they were made"`
}

// Paper is what all see of a paper.
type Paper struct {
	Title     string `json:"title"`
	Recipient string `json:"recipient"`
	Theme     string `json:"theme"`
	Size      string `json:"size"`
	W         int    `json:"w" doc:"of the board, in board units"`
	H         int    `json:"h"`
	Deadline  int64  `json:"deadline,omitzero" doc:"Unix milliseconds; not there: none"`
	Zone      string `json:"zone" doc:"IANA time zone that the deadline is shown in"`
	Writers   string `json:"writers" enum:"link,invited"`
	State     State  `json:"state" enum:"open,closed,delivered"`
}

// Note is one note. Of a hidden one that is not shown whole, the name, text, color, font and image are empty.
type Note struct {
	ID     string `json:"id"`
	By     string `json:"by" doc:"id of its author"`
	Name   string `json:"name,omitempty"`
	Text   string `json:"text,omitempty"`
	Color  string `json:"color,omitempty"`
	Font   string `json:"font,omitempty"`
	X      int    `json:"x" doc:"centre, in board units"`
	Y      int    `json:"y"`
	W      int    `json:"w" doc:"width, in board units"`
	Rot    int    `json:"rot" doc:"degrees clockwise"`
	Z      int    `json:"z"`
	Image  string `json:"image,omitempty" doc:"<id>.<width>.<height>.<signature>"`
	At     int64  `json:"at" doc:"when it was made, Unix milliseconds"`
	Edited int64  `json:"edited,omitzero" doc:"when its words, looks or image last changed, Unix milliseconds; not there: never"`
	Hidden bool   `json:"hidden,omitzero" doc:"by the owner"`
}

// Role is what somebody may do on a board.
type Role uint8

// The roles, each with what the one before it may.
const (
	Reader Role = iota // looks
	Writer             // writes notes, and changes their own
	Owner              // changes everybody's, and the paper
)

func (r Role) String() string { return [...]string{"reader", "writer", "owner"}[r] }

// By is who does something.
type By struct {
	Role   Role
	Author string // id
}
