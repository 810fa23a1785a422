package allocation

// words are all that the page says, in one language.
type words struct {
	Title, Heading, Lede                                              string
	Live, Paused, Offline, Pause, Resume, Fenced                      string
	Rate, PerSecond, Impressions, Clicks, CTR, Spend, Day, LastMinute string
	Conversions, PerThousand                                          string
	Viewer, ViewerHint, UserID, Any, Apply, Examples, Choose          string
	Now, Ad, Content, House, Empty, NoPlacements, NoPlacementsHint    string
	Caption, Price                                                    string
	Why, WhyHint, Placement, Search, All, Won, ShowAll, WonSlot, Rank string
	Cannot, More, NoMatch, Summary, Asked, Missing, Nearest, Daily    string
	Budgets, Spent, Leased, Left, NoLimit, NoBudgets, Exhausted       string
}

var pageWords = map[string]*words{
	"en": {
		Title: "Allocation", Heading: "What is showing right now",
		Lede: "Every unlock asks Hotlane what to show. Change who is looking to see what that person would get this second, and why everything else did not make it.",
		Live: "Live", Paused: "Paused", Offline: "No answer; trying again", Pause: "Pause updates", Resume: "Resume updates",
		Fenced: "A newer process has taken over; this one decides no more.",
		Rate:   "Decisions", PerSecond: "a second", Impressions: "Impressions", Clicks: "Clicks", CTR: "Click rate", Spend: "Spend",
		Day: "last 24 hours", LastMinute: "the last minute", Conversions: "Conversions: %s", PerThousand: "%s per 1,000",
		Viewer: "Who is looking", ViewerHint: "Nothing is reserved and nothing is counted: this only asks.", UserID: "User ID", Any: "any",
		Apply: "Show", Examples: "For example", Choose: "Someone else",
		Now: "On screen", Ad: "Ad", Content: "Story", House: "House", Empty: "Nothing to show here.",
		NoPlacements: "There are no placements yet.", NoPlacementsHint: "Create one with POST /v1/allocation/placements, or import a catalogue.",
		Caption: "%s impressions · click rate %s", Price: "%s a view",
		Why: "Why these, and not the others?", WhyHint: "Every candidate for one placement, with all reasons that kept it out.", Placement: "Placement",
		Search: "Find by name, ID or reason", All: "All", Won: "Won", ShowAll: "Show all %d", WonSlot: "Won slot %d", Rank: "rank %d",
		Cannot: "cannot run", More: "And %d more; search for the ID of one to see it.", NoMatch: "No candidate matches.",
		Summary: "%d of %d candidates won", Asked: "given: %s", Missing: "not given", Nearest: "nearest of %d alternatives", Daily: "%s a day",
		Budgets: "Campaign budgets", Spent: "spent", Leased: "leased", Left: "left", NoLimit: "no limit",
		NoBudgets: "No campaign has a budget.", Exhausted: "used up",
	},
	"ko": {
		Title: "할당 현황", Heading: "지금 나가고 있는 광고와 콘텐츠",
		Lede: "화면이 켜질 때마다 무엇을 보여 줄지 Hotlane이 고릅니다. 보는 사람을 바꾸면 그 사람에게 지금 무엇이 보이는지, 나머지는 왜 나가지 않았는지 바로 알 수 있습니다.",
		Live: "실시간", Paused: "멈춤", Offline: "응답이 없어 다시 시도하고 있습니다", Pause: "갱신 멈추기", Resume: "갱신 계속하기",
		Fenced: "새 프로세스가 일을 넘겨받아, 이 프로세스는 더 이상 할당하지 않습니다.",
		Rate:   "할당 결정", PerSecond: "회/초", Impressions: "노출", Clicks: "클릭", CTR: "클릭률", Spend: "집행 금액",
		Day: "최근 24시간", LastMinute: "최근 1분", Conversions: "전환 %s건", PerThousand: "1,000회당 %s",
		Viewer: "누가 보고 있나요?", ViewerHint: "조회만 합니다. 예산을 예약하거나 노출 횟수를 세지 않습니다.", UserID: "사용자 ID", Any: "상관없음",
		Apply: "보기", Examples: "예시 사용자", Choose: "조건 직접 고르기",
		Now: "지금 화면", Ad: "광고", Content: "콘텐츠", House: "자체 홍보", Empty: "보여 줄 것이 없습니다.",
		NoPlacements: "아직 지면이 없습니다.", NoPlacementsHint: "POST /v1/allocation/placements로 지면을 만들거나 카탈로그를 가져오세요.",
		Caption: "노출 %s · 클릭률 %s", Price: "노출당 %s",
		Why: "왜 이 결과인가요?", WhyHint: "한 지면의 모든 후보와, 나가지 못한 이유를 빠짐없이 보여 줍니다.", Placement: "지면",
		Search: "이름, ID, 이유로 찾기", All: "전체", Won: "선택됨", ShowAll: "%d개 모두 보기", WonSlot: "%d번 자리에 선택됨", Rank: "%d순위",
		Cannot: "집행 불가", More: "이 밖에 %d개가 더 있습니다. ID로 찾으면 볼 수 있습니다.", NoMatch: "맞는 후보가 없습니다.",
		Summary: "후보 %[2]d개 중 %[1]d개가 선택되었습니다", Asked: "요청 값: %s", Missing: "요청에 없음", Nearest: "%d가지 조건 중 가장 가까운 것", Daily: "하루 %s",
		Budgets: "캠페인 예산", Spent: "집행", Leased: "예약 중", Left: "남음", NoLimit: "한도 없음",
		NoBudgets: "예산이 있는 캠페인이 없습니다.", Exhausted: "소진",
	},
}

// reasonTextsKo say in Korean what reasonTexts say.
var reasonTextsKo = [reasons]string{
	reasonKilled:        "항목이나 캠페인, 광고주가 완전히 종료되었습니다",
	reasonPaused:        "항목, 캠페인, 광고주, 지면 중 하나가 일시 중지되어 있습니다",
	reasonNoCreative:    "내보낼 수 있는 소재가 없습니다",
	reasonEnded:         "집행 기간이 끝났습니다",
	reasonPlacement:     "이 지면에는 나가지 않습니다",
	reasonTier:          "이 지면이 받지 않는 등급입니다",
	reasonFloor:         "예상 eCPM이 지면의 하한가보다 낮습니다",
	reasonTargeting:     "타기팅 조건에 맞지 않습니다",
	reasonExcluded:      "요청에서 제외했습니다",
	reasonChosen:        "같은 응답에 이미 들어 있습니다",
	reasonAdvertiser:    "같은 광고주의 광고가 이미 들어 있습니다",
	reasonDates:         "집행 기간이 아닙니다",
	reasonDaypart:       "지금은 집행하는 시간대가 아닙니다",
	reasonNoUser:        "노출 횟수 제한이 있는데 요청에 사용자 ID가 없습니다",
	reasonCapLineItem:   "이 사용자에게 보여 줄 횟수를 다 채웠습니다",
	reasonCapCampaign:   "이 사용자에게 같은 캠페인을 보여 줄 횟수를 다 채웠습니다",
	reasonCapCreative:   "이 사용자에게 같은 소재를 보여 줄 횟수를 다 채웠습니다",
	reasonCapsFull:      "사용자별 노출 횟수를 더 기록할 공간이 없습니다",
	reasonCapsUnwritten: "노출 횟수를 지금은 저장할 수 없어 횟수 제한이 있는 항목을 내보내지 않습니다",
	reasonBudget:        "예산을 다 썼거나 모두 예약되어 있습니다",
	reasonPacing:        "하루 예산을 고르게 쓰도록 잠시 쉬고 있습니다",
	reasonLease:         "예산을 배정받는 중입니다",
	reasonOutranked:     "순위가 더 높은 항목이 자리를 채웠습니다",
}

var tierWords = map[string]map[string]string{
	"en": {TierSponsorship: "Sponsorship", TierStandard: "Standard", TierNetwork: "Network", TierHouse: "House"},
	"ko": {TierSponsorship: "스폰서십", TierStandard: "일반", TierNetwork: "네트워크", TierHouse: "자체"},
}

// attributeWords name the attributes that config has by default; others go by their own names.
var attributeWords = map[string]map[string]string{
	"en": {
		"os": "System", "age": "Age", "region": "Region", "interests": "Interests", "app_version": "App version", "location": "Location",
		"country": "Country", "city": "City", "language": "Language", "gender": "Gender", "segments": "Segments", "network": "Network",
		"carrier": "Carrier", "device": "Device", "os_version": "System version", "signup": "Signed up",
	},
	"ko": {
		"os": "운영체제", "age": "나이", "region": "지역", "interests": "관심사", "app_version": "앱 버전", "location": "위치",
		"country": "국가", "city": "도시", "language": "언어", "gender": "성별", "segments": "세그먼트", "network": "네트워크",
		"carrier": "통신사", "device": "기기", "os_version": "운영체제 버전", "signup": "가입일",
	},
}

// valueWords name values that are common enough to have a name; others are shown as they are.
var valueWords = map[string]map[string]string{
	"en": {
		"android": "Android", "ios": "iOS", "seoul": "Seoul", "gyeonggi": "Gyeonggi", "incheon": "Incheon", "busan": "Busan", "daegu": "Daegu", "jeju": "Jeju",
		"coffee": "Coffee", "travel": "Travel", "games": "Games", "food": "Food", "music": "Music", "running": "Running", "books": "Books", "finance": "Finance",
	},
	"ko": {
		"android": "Android", "ios": "iOS", "seoul": "서울", "gyeonggi": "경기", "incheon": "인천", "busan": "부산", "daegu": "대구", "jeju": "제주",
		"coffee": "커피", "travel": "여행", "games": "게임", "food": "음식", "music": "음악", "running": "러닝", "books": "책", "finance": "금융",
	},
}

// named is the name of a key, or the key.
func named(in map[string]string, key string) string { return or(in[key], key) }

var topicWords = map[string]map[string]string{
	"en": {
		"weather": "Weather", "economy": "Money", "food": "Food", "travel": "Travel", "tech": "Tech", "sports": "Sports", "health": "Health",
		"culture": "Culture", "science": "Science", "life": "Living",
	},
	"ko": {
		"weather": "날씨", "economy": "경제", "food": "음식", "travel": "여행", "tech": "기술", "sports": "스포츠", "health": "건강",
		"culture": "문화", "science": "과학", "life": "생활",
	},
}
