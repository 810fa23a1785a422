package waitlist

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/lane"
)

// demoSlug is the list of a demo: a service that nobody offers.
const demoSlug = "sobok"

func demoList() *List {
	return &List{
		Slug: demoSlug, Name: Text{Ko: "소복", En: "Sobok"}, Site: "Sobok", ShowWaiting: true,
		Description: Text{
			Ko: "동네 반찬 가게의 오늘 반찬이 아침마다 문 앞에 소복이.\n서울 세 동네에서 먼저 시작해요.",
			En: "Side dishes from the shops of your neighbourhood, at your door every morning.\nWe begin in three corners of Seoul.",
		},
		Fields: []Field{
			{
				Name: "area", Kind: "choice", Required: true, Label: Text{Ko: "받을 동네", En: "Where you live"},
				Choices: []Choice{
					{"seongsu", Text{Ko: "성수동", En: "Seongsu"}},
					{"mangwon", Text{Ko: "망원동", En: "Mangwon"}},
					{"yeonhui", Text{Ko: "연희동", En: "Yeonhui"}},
					{"other", Text{Ko: "다른 동네", En: "Somewhere else"}},
				},
			},
			{Name: "people", Kind: "number", Label: Text{Ko: "함께 먹는 사람 수", En: "How many eat with you"}},
		},
		Consents: []Consent{
			{
				Name: "privacy", Version: 1, Required: true,
				Text: Text{
					Ko: "순서를 안내하려고 이메일 주소와 동네를 보관하는 데 동의해요. 원하면 언제든 지울 수 있어요.",
					En: "You may keep my address and neighbourhood to tell me about my place. I can have them erased at any time.",
				},
			},
			{Name: "news", Version: 1, Text: Text{Ko: "한 달에 한 번 소식도 받을게요.", En: "Send me news once a month, too."}},
		},
		Referral: Referral{Places: 5, Most: 20}, InviteCap: 300, Origins: []string{"http://localhost:3000", "https://sobok.example"},
	}
}

// Demo fills a list with three weeks of sign-ups, in one transaction. None of them is mailed: they are at example.com and example.kr.
// Where they are there already, it changes nothing.
func (l *Lane) Demo(ctx context.Context) error {
	if _, err := l.CreateList(ctx, demoList()); err != nil && !errors.Is(err, ErrListExists) {
		return fmt.Errorf("waitlist: the demo's list: %w", err)
	}
	list, err := l.List(demoSlug)
	if err != nil {
		return err
	}
	if err := l.kept.fillDemo(ctx, list, demoPeople(list, l.now(), l.keys)); err != nil {
		return fmt.Errorf("waitlist: the demo's people: %w", err)
	}
	return nil
}

// DemoGuide names the pages, and three lines: a sign-up, what it counted as, and an export.
func (l *Lane) DemoGuide(site lane.Site) lane.Guide {
	const who = `{"email":"newcomer@example.com","name":"Newcomer","lang":"en","fields":{"area":"mangwon"},"consents":{"privacy":1},"source":"terminal"}`
	api := site.URL + "/v1/waitlist/" + demoSlug
	return lane.Guide{
		Open: []lane.Link{
			{Title: "A waitlist to join", URL: site.URL + pagePath + demoSlug},
			{Title: "Waitlists and their numbers", URL: site.URL + deskPath},
		},
		Try: []string{
			fmt.Sprintf(`curl -s %s/signups -H 'Content-Type: application/json' -d '%s'`, api, who),
			fmt.Sprintf(`curl -s '%s/stats?offset=540' -H 'Authorization: Bearer %s'`, api, site.AdminKey),
			fmt.Sprintf(`curl -s '%s/export?format=csv' -H 'Authorization: Bearer %s'`, api, site.AdminKey),
		},
	}
}

// demoStep is one thing that happened on the demo's list: somebody signed up or confirmed, or a wave went out.
type demoStep struct {
	at      time.Time
	join    *joining
	confirm string // id
	by      string // id of who brought them, whose code they gave; may be empty
	left    string // id of who left
	wave    string
	count   int
}
