package waitlist

// mailKind is one kind of message to a person.
type mailKind string

const (
	mailConfirm mailKind = "confirm" // please confirm your address
	mailWelcome mailKind = "welcome" // you are on the list
	mailAlready mailKind = "already" // you were on the list already
	mailInvite  mailKind = "invite"  // it is your turn
)

// mailSet is which kinds are queued for somebody and not sent. A kind that is in it belongs to exactly one job, which takes it out
// when it is sent; a job that runs twice finds it gone.
type mailSet int64

func (k mailKind) bit() mailSet {
	switch k {
	case mailConfirm:
		return 1
	case mailWelcome:
		return 2
	case mailAlready:
		return 4
	}
	return 8
}

// mailItem is one message of a job: to whom, what, and when it was decided. It has no personal data.
type mailItem struct {
	List string   `json:"l"`
	ID   string   `json:"i"`
	Kind mailKind `json:"k"`
	At   int64    `json:"t"`
}

// Kinds of jobs.
const (
	jobMail      = "waitlist.mail"
	jobHook      = "waitlist.hook"
	jobWave      = "waitlist.wave"
	jobRetention = "waitlist.retention"
)

// mailJob is all messages that one commit brought.
type mailJob struct {
	Items []mailItem `json:"items"`
}

// hookJob is one event for a list's webhook. What it says of the person is read when it is sent.
type hookJob struct {
	List  string `json:"list"`
	Event string `json:"event"`
	ID    string `json:"id"`
	At    int64  `json:"at"` // Unix microseconds
}

// waveJob invites.
type waveJob struct {
	List string `json:"list"`
	Name string `json:"name"`
}

// Events of webhooks.
const (
	eventConfirmed    = "signup.confirmed"
	eventInvited      = "signup.invited"
	eventUnsubscribed = "signup.unsubscribed"
	eventErased       = "signup.erased"
	eventMessage      = "signup.message" // to a phone: whoever receives it sends it
)
