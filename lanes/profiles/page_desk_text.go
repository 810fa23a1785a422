package profiles

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
