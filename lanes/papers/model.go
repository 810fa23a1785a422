package papers

import (
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
)

// NewPaper is what is sent to make one.
type NewPaper struct {
	Key       string    `header:"Idempotency-Key" json:"-" maxLength:"64" doc:"16 to 64 letters, digits, _ or -, made at random: sent again, the same paper is answered again"`
	Title     string    `json:"title" maxLength:"400" example:"Happy birthday, Minji!"`
	Recipient string    `json:"recipient" maxLength:"240" example:"Minji"`
	Theme     string    `json:"theme,omitempty" enum:"paper,birthday,farewell,thanks,cheer,night" doc:"default paper"`
	Size      string    `json:"size,omitempty" enum:"small,medium,large,huge" doc:"default medium"`
	Deadline  time.Time `json:"deadline,omitzero" doc:"from then on nobody writes; not there: until it is closed"`
	Zone      string    `json:"zone,omitempty" maxLength:"60" example:"Asia/Seoul" doc:"IANA time zone in which the deadline is shown; default UTC"`
	Writers   string    `json:"writers,omitempty" enum:"link,invited" doc:"who may write: whoever has the link, or users that are named in invited; default link"`
	Invited   []string  `json:"invited,omitempty" maxItems:"500" maxLength:"100" doc:"ids of users"`
	Mail      string    `json:"mail,omitempty" maxLength:"254" doc:"of the recipient: where the link goes when it is delivered"`
	Lang      string    `json:"lang,omitempty" enum:"ko,en" doc:"of the recipient's mail and page; default en"`
}

// PaperPatch is what of a paper is to be changed; what is left out stays. A closed one only takes mail, lang and invited.
type PaperPatch struct {
	Link      string     `path:"link" json:"-" maxLength:"22"`
	Title     *string    `json:"title,omitempty" maxLength:"400"`
	Recipient *string    `json:"recipient,omitempty" maxLength:"240"`
	Theme     *string    `json:"theme,omitempty" enum:"paper,birthday,farewell,thanks,cheer,night"`
	Size      *string    `json:"size,omitempty" enum:"small,medium,large,huge"`
	Deadline  *time.Time `json:"deadline,omitempty" doc:"0001-01-01T00:00:00Z: none"`
	Zone      *string    `json:"zone,omitempty" maxLength:"60"`
	Writers   *string    `json:"writers,omitempty" enum:"link,invited"`
	Invited   *[]string  `json:"invited,omitempty" maxItems:"500" maxLength:"100"`
	Mail      *string    `json:"mail,omitempty" maxLength:"254"`
	Lang      *string    `json:"lang,omitempty" enum:"ko,en"`
}

// Card is a paper without its notes.
type Card struct {
	ID          string     `json:"id"`
	Role        string     `json:"role" enum:"owner,writer,reader" doc:"of whoever asks"`
	State       string     `json:"state" enum:"open,closed,delivered"`
	Title       string     `json:"title"`
	Recipient   string     `json:"recipient"`
	Theme       string     `json:"theme"`
	Size        string     `json:"size"`
	Deadline    *time.Time `json:"deadline,omitempty"`
	Zone        string     `json:"zone"`
	Writers     string     `json:"writers" enum:"link,invited"`
	Lang        string     `json:"lang" enum:"ko,en"`
	Notes       int        `json:"notes,omitzero" doc:"how many there are, hidden ones too; of an open one only where its notes are read, too"`
	CreatedAt   time.Time  `json:"created_at"`
	ClosedAt    *time.Time `json:"closed_at,omitempty"`
	DeliveredAt *time.Time `json:"delivered_at,omitempty"`
	EndsAt      time.Time  `json:"ends_at" doc:"when it is erased by itself"`

	// For its owner.
	Links   *Links   `json:"links,omitempty" doc:"for its owner"`
	Invited []string `json:"invited,omitempty" doc:"for its owner"`
	Mail    string   `json:"mail,omitempty" doc:"for its owner"`
	Mailed  string   `json:"mailed,omitempty" enum:"waiting,sent,refused" doc:"for its owner: what became of the mail"`
}

// Links of a paper: what stands for {link} in paths, and the pages.
type Links struct {
	Own      string `json:"own,omitempty" doc:"the owner's: told when the paper is made, and to the user who made it"`
	Write    string `json:"write"`
	Read     string `json:"read"`
	OwnURL   string `json:"own_url,omitempty"`
	WriteURL string `json:"write_url"`
	ReadURL  string `json:"read_url"`
}

// Whole is a paper with its notes.
type Whole struct {
	Card
	Document *board.Document `json:"document"`
	Epoch    string          `json:"epoch,omitempty" doc:"while it is live: where its log is"`
	Offset   uint64          `json:"offset,omitzero"`
	Reports  []Report        `json:"reports,omitempty" doc:"for its owner"`
}

// Report is that somebody found a note wrong.
type Report struct {
	Note   string    `json:"note"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Author is who writes. The token is theirs alone.
type Author struct {
	ID    string `json:"id"`
	Token string `json:"token,omitempty" doc:"header Paper-Author of what they do next; not there: they are a user, known by their own token"`
}

// Pass is the way into a live channel.
type Pass struct {
	Channel string    `json:"channel"`
	Token   string    `json:"token" doc:"of the subscription"`
	Expires time.Time `json:"expires" doc:"ask for another before"`
	Role    string    `json:"role" enum:"owner,writer,reader"`
	Author  Author    `json:"author"`
}

// NoteFields are a note's, as they are sent; what is left out stays as it is, or has its default in a new one.
type NoteFields struct {
	Name  *string `json:"name,omitzero" maxLength:"160"`
	Text  *string `json:"text,omitzero" maxLength:"4000"`
	Color *string `json:"color,omitzero" enum:"lemon,peach,rose,lilac,sky,mint,sand,white"`
	Font  *string `json:"font,omitzero" enum:"sans,serif,hand,mono"`
	X     *int    `json:"x,omitzero"`
	Y     *int    `json:"y,omitzero"`
	W     *int    `json:"w,omitzero"`
	Rot   *int    `json:"rot,omitzero"`
	Z     *int    `json:"z,omitzero"`
	Image *string `json:"image,omitzero" maxLength:"100"`
}

// Done is the answer to an operation: it is durable.
type Done struct {
	Epoch  string  `json:"epoch"`
	Offset uint64  `json:"offset" doc:"where the log is: at the operation's place or behind it"`
	Author *Author `json:"author,omitempty" doc:"who did it; with a token where the server has made one: keep it"`
}

// Image is an uploaded picture, as it is kept.
type Image struct {
	Image  string `json:"image" doc:"what a note's image is set to"`
	Type   string `json:"type" enum:"image/jpeg,image/png,image/webp"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int    `json:"bytes"`
	URL    string `json:"url" doc:"path where it is, for who has this link"`
	Author Author `json:"author"`
}
