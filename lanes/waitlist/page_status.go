package waitlist

import "fmt"

// statusView is what the template of the status page shows.
type statusView struct {
	*words
	List, Title          string
	Stage                Stage
	New                  bool
	Position, Of, Front  string
	Total, Done          int64 // of the bar
	Friends              string
	Code, ShareURL       string
	Pitch, ShareSays     string
	Ups                  []string
	StartURL, AgainURL   string
	Poll                 string // where the module asks
	LeaveURL, EraseURL   string
	SayOf, SayFront, Say string // for the module, with %s
}

func newStatus(l *List, p *Position, lang string) *statusView {
	w := pageWords[lang]
	v := &statusView{
		words: w, List: l.Name.In(lang), Stage: p.Stage, Title: fmt.Sprintf(w.StatusTitle, l.Name.In(lang)),
		Position: grouped(p.Position), Of: fmt.Sprintf(w.NumberOf, grouped(p.Total)), Front: w.AheadNone,
		Total: max(p.Total, 1), Done: max(p.Total-p.Ahead, 0), Friends: fmt.Sprintf(w.ReferralsUnit, grouped(p.Referrals)),
		Code: p.Code, ShareURL: p.ShareURL, Pitch: fmt.Sprintf(w.SharePitch, l.Name.In(lang)), ShareSays: w.ShareNoGain,
		StartURL: l.SiteURL, AgainURL: pagePath + l.Slug + "?lang=" + lang, SayOf: w.NumberOf, SayFront: w.Ahead, Say: w.ReferralsUnit,
	}
	if p.Name != "" {
		v.Title = fmt.Sprintf(w.Hello, p.Name)
	}
	if p.Ahead > 0 {
		v.Front = fmt.Sprintf(w.Ahead, grouped(p.Ahead))
	}
	if l.Referral.Places > 0 {
		most := l.Referral.Most
		if most == 0 {
			most = maxReferrals
		}
		v.ShareSays = fmt.Sprintf(w.ShareText, grouped(l.Referral.Places))
		v.Ups = []string{fmt.Sprintf(w.UpReferral, grouped(l.Referral.Places)), fmt.Sprintf(w.UpMost, grouped(most)), w.UpSelf}
	}
	v.Ups = append(v.Ups, w.UpFirst)
	return v
}
