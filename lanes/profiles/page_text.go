package profiles

import "strings"

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
