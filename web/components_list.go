package web

type group struct {
	id, en, ko string
	pieces     []piece
}

type piece struct{ id, use, en, ko, noteEN, noteKO string }

func componentGroups() []group {
	return []group{
		{"basics", "Basics", "기본", []piece{
			{id: "text", en: "Text", ko: "글"},
			{id: "buttons", en: "Buttons", ko: "버튼"},
			{id: "links", en: "Links and breadcrumbs", ko: "링크와 현재 위치"},
			{id: "badges", en: "Badges", ko: "배지"},
			{
				id: "notes", en: "Notes", ko: "알림", noteEN: `role="alert" only on what appears while one looks.`,
				noteKO: `role="alert"는 보고 있는 동안 나타나는 것에만 붙여요.`,
			},
			{id: "cards", en: "Cards", ko: "카드"},
			{id: "tiles", en: "Figures", ko: "숫자 타일"},
			{
				id: "people", en: "Avatars and pictures", ko: "프로필 사진과 그림", noteEN: "What stands behind is seen when the picture cannot be.",
				noteKO: "그림을 불러오지 못하면 뒤에 있는 글자가 보여요.",
			},
			{id: "empty", en: "Nothing yet", ko: "빈 상태"},
			{id: "skeletons", en: "Waiting", ko: "불러오는 중"},
		}},
		{"forms", "Forms", "양식", []piece{
			{
				id: "form", use: "form", en: "A form", ko: "양식", noteEN: "Sent without leaving the page; posted where there is no JavaScript.",
				noteKO: "페이지를 떠나지 않고 보내요. 자바스크립트가 없으면 평소처럼 전송돼요.",
			},
			{id: "fields", use: "form", en: "Fields", ko: "입력란"},
			{id: "choices", use: "form", en: "Choices and switches", ko: "선택과 스위치"},
			{id: "chips", en: "Chips", ko: "칩"},
			{id: "file", use: "form", en: "File", ko: "파일"},
		}},
		{"lists", "Tables and lists", "표와 목록", []piece{
			{
				id: "table", use: "table", en: "Table", ko: "표", noteEN: "A wide one scrolls inside its own box.",
				noteKO: "넓은 표는 자기 상자 안에서 옆으로 움직여요.",
			},
			{id: "pagination", en: "Pages", ko: "페이지 넘기기"},
			{id: "pairs", en: "Pairs", ko: "항목과 값"},
			{id: "timeline", en: "Timeline", ko: "시간순"},
			{id: "code", en: "Code", ko: "코드"},
			{id: "progress", en: "Progress and meters", ko: "진행과 계량"},
		}},
		{"moving", "What opens and moves", "열리고 움직이는 것", []piece{
			{id: "dialog", use: "dialog", en: "Dialog", ko: "대화 상자"},
			{
				id: "tabs", use: "tabs", en: "Tabs", ko: "탭", noteEN: "Links to sections where there is no JavaScript.",
				noteKO: "자바스크립트가 없으면 각 부분으로 가는 링크예요.",
			},
			{id: "disclosure", en: "Disclosure", ko: "펼치기"},
			{id: "share", use: "share", en: "Share and copy", ko: "공유와 복사"},
			{
				id: "toast", en: "Toast", ko: "토스트", noteEN: `import { toast } from "./live.js"`,
				noteKO: `import { toast } from "./live.js"`,
			},
		}},
		{"charts", "Charts", "차트", []piece{
			{
				id: "chart-area", use: "chart", en: "Area", ko: "영역", noteEN: "Drawn from the table in the page, which stays one click away. The arrow keys read the values.",
				noteKO: "페이지에 있는 표에서 그려지고, 표는 바로 펼쳐 볼 수 있어요. 화살표 키로 값을 읽을 수 있어요.",
			},
			{id: "chart-bar", use: "chart", en: "Bars", ko: "막대"},
			{id: "chart-line", use: "chart", en: "Line with a gap", ko: "빈 곳이 있는 선"},
			{id: "chart-share", use: "chart", en: "Shares", ko: "비중"},
			{id: "chart-empty", use: "chart", en: "No values", ko: "값이 없을 때"},
		}},
	}
}
