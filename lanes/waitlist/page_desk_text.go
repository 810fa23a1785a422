package waitlist

// deskWords are all that the operators' pages say, in one language.
type deskWords struct {
	Lang, Title, Heading, Lede, NoLists, Slug, Name, Shut, Open       string
	SignedUp, Confirmed, Waiting, Invited, Unsubscribed, Pending, All string
	OfSignedUp, BouncedToo, Bounced, CapIs, NoCap, NoSource           string
	Direct, Referred, ByReferral, BySource, ByDay, Day, Zone, Source  string
	Nobody, Found, Newest, Search, SearchHint, Find, Stage, NoMatch   string
	More, Address, When, Friends, ByFriend                            string
	Waves, WavesLede, WaveName, WaveCount, WaveHint, Invite, Sure     string
	SureText, SureYes, Cancel, WaveState, WaveDone, WaveRuns, NoWaves string
	Export, CSV, Excel, NDJSON, HostedPage, CloseList, OpenList       string
	ClosedNow, OpenNow, EmbedTitle, EmbedText, NoOrigins, Copy        string
	NewList, NewLede, SlugHint, NameKo, NameEn, SiteName, SiteURL     string
	TextKo, TextEn, Places, PlacesHint, InviteCap, CapHint, Origin    string
	OriginsHint, Create, Taken, Differs, DemoNote, LogIn, Optional    string
	ShowWaiting, BadSlug                                              string
}

var deskTexts = map[string]*deskWords{
	"en": {
		Lang: "en", Title: "Waitlists", Heading: "Waitlists", Lede: "Who waits for what, where they come from, and whose turn it is.", NoLists: "There is no list yet. Make the first one below.",
		Slug: "Name in URLs", Name: "Name", Shut: "Closed", Open: "Open",
		SignedUp: "Signed up", Confirmed: "Confirmed", Waiting: "Waiting", Invited: "Invited", Unsubscribed: "Left", Pending: "Not confirmed", All: "All",
		OfSignedUp: "%s of those who signed up", BouncedToo: "%s bounced", Bounced: "bounced", CapIs: "at most %s in all", NoCap: "no cap", NoSource: "not given",
		Direct: "Came by themselves", Referred: "Brought by a friend", ByReferral: "Sign-ups by referral", BySource: "Sign-ups by source", ByDay: "Sign-ups by day", Day: "Day", Zone: "days of UTC", Source: "Source",
		Nobody: "Nobody has signed up yet.", Found: "Found", Newest: "Newest sign-ups", Search: "Address", SearchHint: "How the address begins", Find: "Find", Stage: "Stage", NoMatch: "Nobody matches.",
		More: "Next", Address: "Address", When: "Signed up at", Friends: "Friends", ByFriend: "by a friend",
		Waves: "Waves", WavesLede: "A wave invites the next people in the order of their places. Everybody gets one mail.", WaveName: "Name of the wave", WaveCount: "How many",
		WaveHint: "The same name again is the same wave: nobody is invited twice.", Invite: "Invite…", Sure: "Invite the next {n} people?",
		SureText: "Their mails go out at once. This cannot be taken back.", SureYes: "Invite them", Cancel: "Cancel", WaveState: "State", WaveDone: "done", WaveRuns: "running", NoWaves: "There has been no wave yet.",
		Export: "Export", CSV: "CSV", Excel: "CSV for Excel", NDJSON: "NDJSON", HostedPage: "Open the page", CloseList: "Close the list", OpenList: "Open the list",
		ClosedNow: "The list is closed: nobody can join.", OpenNow: "The list is open.", EmbedTitle: "In a page of yours",
		EmbedText: "Put this where the form is to stand. The list shows it only in pages of these origins:", NoOrigins: "None yet: add origins to the list first.", Copy: "Copy",
		NewList: "New list", NewLede: "Fields, consents and webhooks can be added through the API later.", SlugHint: "Small letters, digits and -; it cannot be changed.", NameKo: "Name in Korean", NameEn: "Name in English",
		SiteName: "Name of the site", SiteURL: "Home of the site", TextKo: "Description in Korean", TextEn: "Description in English", Places: "Places for a referral", PlacesHint: "How far one confirmed friend moves somebody up.",
		InviteCap: "Most invitations in all", CapHint: "Empty: no cap.", Origin: "Origin that may show the form", OriginsHint: "Such as https://example.com.", Create: "Make the list",
		Taken: "There is a list of this name.", Differs: "There is a wave of this name with another count.", DemoNote: "This is a demo: addresses are masked. To invite, change or export, log in with the demo's admin key.",
		LogIn: "Log in", Optional: "optional", ShowWaiting: "The page says how many are waiting", BadSlug: "2 to 40 small letters, digits and -.",
	},
	"ko": {
		Lang: "ko", Title: "대기 명단", Heading: "대기 명단", Lede: "누가 무엇을 기다리는지, 어디에서 왔는지, 다음은 누구 차례인지 봅니다.", NoLists: "아직 명단이 없습니다. 아래에서 첫 명단을 만드세요.",
		Slug: "URL에 쓸 이름", Name: "이름", Shut: "닫힘", Open: "열림",
		SignedUp: "신청", Confirmed: "확인됨", Waiting: "대기 중", Invited: "초대함", Unsubscribed: "나감", Pending: "확인 전", All: "전체",
		OfSignedUp: "신청자의 %s", BouncedToo: "반송 %s", Bounced: "반송", CapIs: "모두 %s명까지", NoCap: "상한 없음", NoSource: "알 수 없음",
		Direct: "직접 신청", Referred: "친구 추천", ByReferral: "추천별 신청", BySource: "유입별 신청", ByDay: "날짜별 신청", Day: "날짜", Zone: "한국 시간 기준", Source: "유입",
		Nobody: "아직 신청한 사람이 없습니다.", Found: "찾은 사람", Newest: "최근 신청", Search: "주소", SearchHint: "주소의 앞부분", Find: "찾기", Stage: "단계", NoMatch: "맞는 사람이 없습니다.",
		More: "다음", Address: "주소", When: "신청 시각", Friends: "데려온 친구", ByFriend: "친구 추천",
		Waves: "초대", WavesLede: "순서대로 다음 사람들을 초대합니다. 한 사람에게 메일이 한 통씩 갑니다.", WaveName: "초대 이름", WaveCount: "인원",
		WaveHint: "같은 이름은 같은 초대입니다. 두 번 초대되는 사람은 없습니다.", Invite: "초대하기…", Sure: "다음 {n}명을 초대할까요?",
		SureText: "초대 메일이 바로 나가며, 되돌릴 수 없습니다.", SureYes: "초대하기", Cancel: "취소", WaveState: "상태", WaveDone: "완료", WaveRuns: "진행 중", NoWaves: "아직 초대한 적이 없습니다.",
		Export: "내보내기", CSV: "CSV", Excel: "Excel용 CSV", NDJSON: "NDJSON", HostedPage: "페이지 열기", CloseList: "명단 닫기", OpenList: "명단 열기",
		ClosedNow: "명단이 닫혀 있어 아무도 신청할 수 없습니다.", OpenNow: "명단이 열려 있습니다.", EmbedTitle: "내 사이트에 넣기",
		EmbedText: "폼을 보여 줄 자리에 넣으세요. 아래 출처의 페이지에서만 보입니다.", NoOrigins: "아직 없습니다. 명단에 출처를 먼저 추가하세요.", Copy: "복사",
		NewList: "새 명단", NewLede: "추가 항목과 동의, 웹훅은 나중에 API로 더할 수 있습니다.", SlugHint: "영문 소문자, 숫자, -만 쓸 수 있고 나중에 바꿀 수 없습니다.", NameKo: "한국어 이름", NameEn: "영어 이름",
		SiteName: "사이트 이름", SiteURL: "사이트 주소", TextKo: "한국어 설명", TextEn: "영어 설명", Places: "추천 한 명당 칸 수", PlacesHint: "친구 한 명이 확인할 때마다 앞당겨지는 칸 수입니다.",
		InviteCap: "초대 상한", CapHint: "비우면 상한이 없습니다.", Origin: "폼을 보여 줄 출처", OriginsHint: "예: https://example.com", Create: "명단 만들기",
		Taken: "같은 이름의 명단이 있습니다.", Differs: "같은 이름의 초대가 다른 인원으로 이미 있습니다.", DemoNote: "데모라서 주소를 가렸습니다. 초대하거나 바꾸거나 내보내려면 데모의 관리자 키로 로그인하세요.",
		LogIn: "로그인", Optional: "선택", ShowWaiting: "페이지에 대기 인원 보이기", BadSlug: "영문 소문자, 숫자, -로 2~40자를 입력하세요.",
	},
}
