package livehistory

// Entry is one place in a log, or one publication that a client was shown.
type Entry struct {
	Offset uint64
	Op     string // "<instance>:<counter>"
	Data   string
}

// Outcome is how an operation was answered in the end.
type Outcome uint8

// No answer at all is the zero value: the operation may be in the log or not.
const (
	Unknown Outcome = iota
	Acked
	Refused
)

func (o Outcome) String() string { return [...]string{"not answered", "acknowledged", "refused"}[o] }

// Op is an operation that a client sent, however often.
type Op struct {
	Name    string // "<instance>:<counter>"
	Data    string // what the log must have of it; empty: whatever
	Outcome Outcome
	Sent    int64 // when it was sent first; any clock that all of a history share and that only goes forward
	Acked   int64 // when it was acknowledged, on the same clock
}

// Run is what a client was shown from one beginning on: entries that follow each other without a gap.
type Run struct {
	Client   string
	Epoch    string
	After    uint64  // the offset that it was told to begin behind
	Snapshot *string // at After; nil: there was none
	Entries  []Entry
	ToEnd    bool // the client was there when all was over and had been shown all
}

// History is all of one channel.
type History struct {
	Channel string
	Epoch   string
	Log     []Entry // as it is read in the end, from its beginning
	Ops     []Op
	Runs    []Run
	Fold    func([]Entry) string // what a snapshot of these first entries must be; nil: snapshots are not looked at
}
