package waitlist

import "time"

// List is one waiting list, as an admin makes it. A zero value of a field means its default, where the doc names one.
type List struct {
	Slug        string    `json:"slug" minLength:"2" maxLength:"40" pattern:"^[a-z0-9][a-z0-9-]*$" example:"spring" doc:"its name in URLs; cannot change"`
	Name        Text      `json:"name" doc:"what people wait for"`
	Site        string    `json:"site,omitempty" maxLength:"100" doc:"whose list it is: shown on pages and in mails"`
	SiteURL     string    `json:"site_url,omitempty" maxLength:"500" format:"uri" doc:"home of the site"`
	Description Text      `json:"description,omitzero"`
	Closed      bool      `json:"closed,omitzero" doc:"nobody can sign up; who is on the list stays"`
	ShowWaiting bool      `json:"show_waiting,omitzero" doc:"the hosted page says how many are waiting"`
	Accepts     string    `json:"accepts,omitempty" enum:"email,phone,both" doc:"default email; phone needs a webhook, which is what sends messages to phones"`
	Fields      []Field   `json:"fields,omitempty" maxItems:"20" doc:"what else is asked"`
	Consents    []Consent `json:"consents,omitempty" maxItems:"10" doc:"what people are asked to agree to"`
	SingleOptIn bool      `json:"single_opt_in,omitzero" doc:"who signs up is on the list without confirming the address; default: confirmation by mail"`
	Referral    Referral  `json:"referral,omitzero"`
	InviteCap   int       `json:"invite_cap,omitzero" minimum:"0" doc:"how many people all waves together may invite; 0: no cap"`
	Hook        Hook      `json:"webhook,omitzero"`
	Retention   Retention `json:"retention,omitzero"`
	Origins     []string  `json:"origins,omitempty" maxItems:"50" doc:"origins that may show the form in a frame, such as https://example.com"`
	ShareURL    string    `json:"share_url,omitempty" maxLength:"500" format:"uri" doc:"the page that people share, with ?ref= added; empty: the list's hosted page"`
	Limits      Limits    `json:"limits,omitzero"`
}

// Text is said in Korean and in English; where one is missing, the other stands in.
type Text struct {
	Ko string `json:"ko,omitempty" maxLength:"2000"`
	En string `json:"en,omitempty" maxLength:"2000"`
}

// In is the text in a language, "ko" or "en".
func (t Text) In(lang string) string {
	if lang == "ko" && t.Ko != "" || t.En == "" {
		return t.Ko
	}
	return t.En
}

// Field is one custom field of the form.
type Field struct {
	Name     string   `json:"name" pattern:"^[a-z][a-z0-9_]*$" maxLength:"40"`
	Label    Text     `json:"label"`
	Kind     string   `json:"kind" enum:"text,number,choice,boolean"`
	Required bool     `json:"required,omitzero"`
	Max      int      `json:"max,omitzero" minimum:"0" maximum:"2000" doc:"characters of a text; default 200"`
	Choices  []Choice `json:"choices,omitempty" maxItems:"50"`
}

// Choice is one value that a field of kind choice may have.
type Choice struct {
	Value string `json:"value" minLength:"1" maxLength:"60"`
	Label Text   `json:"label,omitzero" doc:"default: the value"`
}

// Consent is one thing that people are asked to agree to. A changed text needs a new version.
type Consent struct {
	Name     string `json:"name" pattern:"^[a-z][a-z0-9_]*$" maxLength:"40" example:"privacy"`
	Version  int    `json:"version" minimum:"1" maximum:"100000"`
	Text     Text   `json:"text"`
	URL      string `json:"url,omitempty" maxLength:"500" format:"uri" doc:"where the whole of it can be read"`
	Required bool   `json:"required,omitzero" doc:"nobody can sign up without it"`
}

// Referral is how far a confirmed referral moves one up.
type Referral struct {
	Places int `json:"places,omitzero" minimum:"0" maximum:"100000" doc:"places gained for each confirmed referral; 0: none"`
	Most   int `json:"most,omitzero" minimum:"0" maximum:"1000" doc:"referrals that count for one person; default 50"`
}

// Hook is where events are sent to, signed as Standard Webhooks has it.
type Hook struct {
	URL    string `json:"url,omitempty" maxLength:"500" format:"uri"`
	Secret string `json:"secret,omitempty" maxLength:"200" doc:"whsec_…, base64 of 24 to 64 bytes; never shown again"`
}

// Retention says what is deleted by itself, after how many days. 0: default for the first, never for the second.
type Retention struct {
	Unconfirmed int `json:"unconfirmed_days,omitzero" minimum:"0" maximum:"3650" doc:"sign-ups that nobody confirmed; default 30"`
	All         int `json:"all_days,omitzero" minimum:"0" maximum:"3650" doc:"every sign-up; 0: kept"`
}

// Limits of one list; zero: those of the config.
type Limits struct {
	PerSecond float64 `json:"per_second,omitzero" minimum:"0" maximum:"100000" doc:"sign-ups a second, of all people together"`
	Most      int     `json:"most,omitzero" minimum:"0" doc:"people who waited or were invited; who would confirm past it is told that the list is full; 0: no limit"`
}

// Stage says how far somebody has come.
type Stage string

const (
	Pending      Stage = "pending"      // signed up, address not confirmed
	Waiting      Stage = "waiting"      // confirmed
	Invited      Stage = "invited"      // by a wave
	Unsubscribed Stage = "unsubscribed" // left by themselves; not mailed
)

// Signup is one person on one list.
type Signup struct {
	List           string         `json:"list"`
	ID             string         `json:"id"`
	Stage          Stage          `json:"stage" enum:"pending,waiting,invited,unsubscribed"`
	Address        string         `json:"address" doc:"in normal form: an email address, or a phone number in E.164"`
	Name           string         `json:"name,omitempty"`
	Fields         map[string]any `json:"fields,omitempty"`
	Lang           string         `json:"lang" enum:"ko,en"`
	Source         string         `json:"source,omitempty"`
	UTM            UTM            `json:"utm,omitzero"`
	Code           string         `json:"code,omitempty" doc:"referral code, once confirmed"`
	ReferredBy     string         `json:"referred_by,omitempty" doc:"referral code that was given"`
	Referrals      int            `json:"referrals" doc:"confirmed referrals"`
	Wave           string         `json:"wave,omitempty"`
	Bounced        bool           `json:"bounced,omitzero" doc:"the mail server refused the address for good"`
	CreatedAt      time.Time      `json:"created_at"`
	ConfirmedAt    *time.Time     `json:"confirmed_at,omitempty"`
	InvitedAt      *time.Time     `json:"invited_at,omitempty"`
	UnsubscribedAt *time.Time     `json:"unsubscribed_at,omitempty"`
}

// UTM is where somebody came from, as campaigns tag it.
type UTM struct {
	Source   string `json:"source,omitempty" maxLength:"100"`
	Medium   string `json:"medium,omitempty" maxLength:"100"`
	Campaign string `json:"campaign,omitempty" maxLength:"100"`
}

// Position is what a person sees of their place.
type Position struct {
	List      string `json:"list"`
	Stage     Stage  `json:"stage" enum:"pending,waiting,invited,unsubscribed"`
	Name      string `json:"name,omitempty"`
	Position  int64  `json:"position" doc:"1 is next; 0: not waiting"`
	Ahead     int64  `json:"ahead" doc:"people before"`
	Total     int64  `json:"total" doc:"people waiting"`
	Referrals int    `json:"referrals" doc:"confirmed referrals"`
	Code      string `json:"code,omitempty" doc:"referral code"`
	ShareURL  string `json:"share_url,omitempty"`
	StatusURL string `json:"status_url,omitempty" doc:"page where they find this again; secret"`
	Invited   bool   `json:"invited"`
	Lang      string `json:"lang" enum:"ko,en"`
}

// Wave is one round of invitations.
type Wave struct {
	List       string     `json:"list"`
	Name       string     `json:"name" minLength:"1" maxLength:"40" pattern:"^[a-z0-9][a-z0-9-]*$" doc:"the same name again is the same wave"`
	Count      int        `json:"count" minimum:"1" maximum:"1000000" doc:"how many to invite, at most"`
	Invited    int        `json:"invited" doc:"how many have been"`
	Done       bool       `json:"done"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

// Entry is one row of the consent ledger. Rows are only ever added.
type Entry struct {
	Consent  string    `json:"consent" doc:"name of the consent; empty for an erasure"`
	Version  int       `json:"version,omitzero"`
	Action   string    `json:"action" enum:"given,withdrawn,erased"`
	TextHash string    `json:"text_hash,omitempty" doc:"SHA-256 of the text that was shown"`
	Lang     string    `json:"lang,omitempty"`
	How      string    `json:"how,omitempty" doc:"form, api, link, one-click, admin or retention"`
	Network  string    `json:"network,omitempty" doc:"of the address it came from: /24 or /48"`
	At       time.Time `json:"at"`
}

// Stats is a list in numbers, without personal data.
type Stats struct {
	Funnel    Funnel     `json:"funnel"`
	Days      []DayCount `json:"days" doc:"the last ones with sign-ups, oldest first"`
	Sources   []Count    `json:"sources" doc:"largest first, at most 50"`
	Campaigns []Count    `json:"campaigns" doc:"by utm_campaign, largest first, at most 50"`
	Referred  Count      `json:"referred" doc:"who came with a referral code"`
	Direct    Count      `json:"direct" doc:"who came without"`
}

// Funnel counts how many came how far. Each number is part of the one before, but for the last two.
type Funnel struct {
	SignedUp     int64 `json:"signed_up"`
	Confirmed    int64 `json:"confirmed"`
	Invited      int64 `json:"invited"`
	Unsubscribed int64 `json:"unsubscribed"`
	Bounced      int64 `json:"bounced"`
}

// DayCount is one day.
type DayCount struct {
	Day       string `json:"day" format:"date"`
	SignedUp  int64  `json:"signed_up"`
	Confirmed int64  `json:"confirmed" doc:"of those that signed up on the day"`
}

// Count is one group.
type Count struct {
	Key       string `json:"key"`
	SignedUp  int64  `json:"signed_up"`
	Confirmed int64  `json:"confirmed"`
}

// Filter narrows a search. Pages are in the order of addresses where one is searched for, else newest first.
type Filter struct {
	List   string
	Prefix string // of the address, in normal form; "": all
	Stage  Stage  // "": all
	After  string // the last of the page before: an address where Prefix is given, else an id
	Limit  int
}
