package profiles

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// words are all that the pages for people say, in one language.
type words struct {
	Lang, Locale                              string
	Picture, Empty, Original, Opens, SourceOf string
	Counts, AboutNobody                       string
	AsOf, Cached, CachedNote, Drifted         string
	JustNow, Minutes, Hours, Days             string
	GoneTitle, Gone, GoneSpelling, GoneNew    string
	GoneMoved, Home                           string
	LaterTitle, Later, LaterRetry, LaterAgain string
}

var pageWords = map[string]*words{
	"en": {
		Lang: "en", Locale: "en_US",
		Picture: "Picture of %s", Empty: "Nothing has been written here yet.", Original: "See the original", Counts: "In numbers",
		AsOf: "As of %s", Cached: "Cached %s", CachedNote: "There may be something newer at the original.",
		Drifted: "The original has changed its format. This is the last version that could be read.",
		JustNow: "just now", Minutes: "%d minutes ago|%d minute ago", Hours: "%d hours ago|%d hour ago", Days: "%d days ago|%d day ago",
		GoneTitle: "There is no such profile", Gone: "Nobody can be shown at this address.",
		GoneSpelling: "Check the spelling: a name follows the @ and nothing else.", GoneNew: "A profile that was made just now can take a few minutes to appear.",
		GoneMoved: "People change their names: the person may have a new one.", Home: "To the home page",
		LaterTitle: "Try again in a moment", Later: "This profile has not been seen here before, and the place it comes from cannot be asked right now.",
		LaterRetry: "It is worth another try in about %s.", LaterAgain: "Try again",
		Opens: "opens in a new tab", SourceOf: "Source: %s",
		AboutNobody: "The profile of %s (@%s).",
	},
	"ko": {
		Lang: "ko", Locale: "ko_KR",
		Picture: "%s 님의 사진", Empty: "아직 소개가 없어요.", Original: "원본 보기", Counts: "숫자로 보기",
		AsOf: "%s 기준", Cached: "%s에 저장된 내용이에요", CachedNote: "원본에는 더 새로운 내용이 있을 수 있어요.",
		Drifted: "원본의 형식이 바뀌어, 마지막으로 읽을 수 있었던 내용을 보여 드려요.",
		JustNow: "방금", Minutes: "%d분 전", Hours: "%d시간 전", Days: "%d일 전",
		GoneTitle: "프로필을 찾을 수 없어요", Gone: "이 주소로는 보여 드릴 사람이 없어요.",
		GoneSpelling: "철자를 확인해 주세요. @ 뒤에는 사용자 이름만 들어가요.", GoneNew: "방금 만든 프로필은 몇 분 뒤에 보일 수 있어요.",
		GoneMoved: "사용자 이름을 바꾼 사람일 수도 있어요.", Home: "홈으로 가기",
		LaterTitle: "잠시 후 다시 시도해 주세요", Later: "처음 찾는 프로필인데, 지금은 원본에 물어볼 수 없어요.",
		LaterRetry: "%s쯤 뒤에 다시 열어 보세요.", LaterAgain: "다시 시도하기",
		Opens: "새 탭에서 열려요", SourceOf: "출처: %s",
		AboutNobody: "%s(@%s) 님의 프로필이에요.",
	},
}

// labelWords name the fields and counts that are common; others go by the names that config gives them.
var labelWords = map[string]map[string]string{
	"en": {
		"followers": "Followers", "following": "Following", "posts": "Posts", "likes": "Likes", "location": "Location", "website": "Website",
		"joined": "Joined", "company": "Company", "pronouns": "Pronouns", "language": "Language", "verified": "Verified", "photos": "Photos",
		"videos": "Videos", "repositories": "Repositories", "stars": "Stars", "work": "Work",
	},
	"ko": {
		"followers": "팔로워", "following": "팔로잉", "posts": "게시물", "likes": "좋아요", "location": "지역", "website": "웹사이트",
		"joined": "가입", "company": "회사", "pronouns": "호칭", "language": "언어", "verified": "인증", "photos": "사진",
		"videos": "동영상", "repositories": "저장소", "stars": "별", "work": "하는 일",
	},
}

func labelOf(lang, label string) string {
	if name, ok := labelWords[lang][strings.ToLower(label)]; ok {
		return name
	}
	return label
}

// deskWords are all that the operators' page says, in one language.
type deskWords struct {
	Lang                                                string
	Title, Heading, Lede                                string
	Live, Paused, Offline, Pause, Resume                string
	Find, FindHint, FindSend, SourceWord, NoneFound     string
	Traffic, ChartTitle, Second                         string
	Fresh, Stale, Loaded, Asked                         string
	Answers, AnswersNote, FromCache, FromCacheNote      string
	Calls, CallsNote, Kept, KeptNote                    string
	Sources, Budget, BudgetUsed, NoSources              string
	Asking, Resting, Broken, Idle                       string
	PairProfiles, PairDrifted, PairWaiting, PairTrouble string
	AtLeast                                             string
	DriftTitle, DriftLede, DriftWhen, DriftWhat         string
	DriftWhere, DriftTypes, DriftSeen, NoDrift          string
	Appeared, Vanished, Changed                         string
}

var deskTexts = map[string]*deskWords{
	"en": {
		Lang: "en", Title: "Profiles", Heading: "Profiles, and where they come from",
		Lede: "People's profiles of another service, kept here: fresh ones are answered at once, old ones while one refresh runs, and when the other service is down, what there is.",
		Live: "Live", Paused: "Paused", Offline: "No answer; trying again", Pause: "Pause updates", Resume: "Resume updates",
		Find: "Find somebody", FindHint: "Username or its beginning", FindSend: "Find", SourceWord: "Source", NoneFound: "Nobody who is kept here has such a name. Open /@name to ask the source.",
		Traffic: "The last minute", ChartTitle: "A second: answers by where they came from, and calls of sources", Second: "Seconds ago",
		Fresh: "Fresh, from a cache", Stale: "Stale, being renewed", Loaded: "Waited for", Asked: "Calls of sources",
		Answers: "Answers a second", AnswersNote: "%s in the last minute", FromCache: "From a cache", FromCacheNote: "of the last minute's answers",
		Calls: "Calls to sources", CallsNote: "in the last minute", Kept: "Profiles kept", KeptNote: "%s of them by their last good card",
		Sources: "Sources", Budget: "Budget used", BudgetUsed: "%s of %s calls a second", NoSources: "There are no sources yet: name one in the config, in profiles.sources.",
		Asking: "answers", Resting: "asked to be left alone for %s", Broken: "failed; left alone for %s", Idle: "nobody asked for yet",
		PairProfiles: "Profiles", PairDrifted: "By their last good card", PairWaiting: "Waiting for a turn", PairTrouble: "Last trouble", AtLeast: "at least %s",
		DriftTitle: "What changed in the documents", DriftLede: "The source does not say when it changes its schema. What is new, gone or of another type is noted here; cards go on from the last good one.",
		DriftWhen: "Last seen", DriftWhat: "What", DriftWhere: "Where", DriftTypes: "Type", DriftSeen: "Documents", NoDrift: "All documents have been of one shape.",
		Appeared: "appeared", Vanished: "vanished", Changed: "other type",
	},
	"ko": {
		Lang: "ko", Title: "프로필 현황", Heading: "프로필과 그 출처",
		Lede: "다른 서비스의 프로필을 보관해 두고 답합니다. 새것이면 바로, 오래됐으면 갱신하는 동안 지금 것을, 그 서비스가 멈추면 가지고 있는 것을 보여 줍니다.",
		Live: "실시간", Paused: "멈춤", Offline: "응답이 없어 다시 시도하고 있습니다", Pause: "갱신 멈추기", Resume: "갱신 계속하기",
		Find: "사람 찾기", FindHint: "사용자 이름이나 그 앞부분", FindSend: "찾기", SourceWord: "출처", NoneFound: "보관된 사람 중에는 없습니다. /@이름을 열면 출처에 물어봅니다.",
		Traffic: "최근 1분", ChartTitle: "초당 응답의 출처와 호출", Second: "몇 초 전",
		Fresh: "캐시의 최신 값", Stale: "갱신 중인 이전 값", Loaded: "기다린 응답", Asked: "출처 호출",
		Answers: "초당 응답", AnswersNote: "최근 1분 동안 %s건", FromCache: "캐시에서 답한 비율", FromCacheNote: "최근 1분 기준",
		Calls: "출처 호출", CallsNote: "최근 1분 동안", Kept: "보관 중인 프로필", KeptNote: "그중 %s명은 마지막으로 읽힌 카드로",
		Sources: "출처", Budget: "예산 사용", BudgetUsed: "초당 %[2]s회 중 %[1]s회", NoSources: "아직 출처가 없습니다. 설정의 profiles.sources에 추가하세요.",
		Asking: "응답함", Resting: "요청에 따라 %s 동안 쉬는 중", Broken: "실패해서 %s 동안 쉬는 중", Idle: "아직 찾은 사람 없음",
		PairProfiles: "프로필", PairDrifted: "마지막으로 읽힌 카드로", PairWaiting: "차례를 기다리는 중", PairTrouble: "마지막 문제", AtLeast: "%s 이상",
		DriftTitle: "문서에서 달라진 것", DriftLede: "출처는 스키마를 바꿀 때 알려 주지 않습니다. 새로 생기거나 없어지거나 형이 바뀐 곳을 여기에 적고, 카드는 마지막으로 읽힌 것을 씁니다.",
		DriftWhen: "마지막 확인", DriftWhat: "변화", DriftWhere: "위치", DriftTypes: "형", DriftSeen: "문서 수", NoDrift: "모든 문서의 모양이 같습니다.",
		Appeared: "생김", Vanished: "없어짐", Changed: "형이 바뀜",
	},
}

// grouped writes 1234567 as 1,234,567, which both languages do.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// ago says how long ago something was, in its largest unit.
func (w *words) ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return w.JustNow
	case d < time.Hour:
		return numbered(w.Minutes, int(d/time.Minute))
	case d < 48*time.Hour:
		return numbered(w.Hours, int(d/time.Hour))
	}
	return numbered(w.Days, int(d/(24*time.Hour)))
}

// numbered fills a number in; the second form is for one.
func numbered(forms string, n int) string {
	many, one, both := strings.Cut(forms, "|")
	if both && n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

// in says for how long to wait: whole seconds up to two minutes, then whole minutes.
func (w *words) in(d time.Duration) string {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	n, unit := seconds, [2]string{"second", "초"}
	if seconds > 120 {
		n, unit = (seconds+59)/60, [2]string{"minute", "분"}
	}
	if w.Lang == "ko" {
		return strconv.Itoa(n) + unit[1]
	}
	if n == 1 {
		return "1 " + unit[0]
	}
	return strconv.Itoa(n) + " " + unit[0] + "s"
}

// day writes a moment in UTC, for who has no module that writes it in their own time.
func (w *words) day(t time.Time) string {
	if w.Lang == "ko" {
		return t.UTC().Format("2006년 1월 2일 15:04") + " (UTC)"
	}
	return t.UTC().Format("2 January 2006, 15:04") + " UTC"
}
