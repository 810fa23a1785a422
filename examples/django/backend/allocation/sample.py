"""Words that sample data is made of. Every name is made up."""

PREFIXES = (
    "달빛 한결 모아 산들 푸른 온유 새봄 가람 도담 누리 하늘 마루 은하 여울 솔바람 다온 라온 미르 아라 초롱 해솔 보담 나래 별하"
).split()
CITIES = "서울 부산 인천 대구 대전 광주 수원 울산 고양 용인 창원 성남 청주 전주 천안 제주 포항 김해 원주 춘천".split()
COUNTRIES = ["KR", "JP", "US", "TW", "VN"]
LANGUAGES = ["ko", "en", "ja"]
CARRIERS = ["SKT", "KT", "LGU+", "MVNO"]
NETWORKS = ["wifi", "5g", "lte"]
DEVICES = ["galaxy-s", "galaxy-a", "galaxy-z", "iphone", "pixel"]
INTERESTS = "cafe food beauty fashion travel game finance health pet book music sport car home parenting study".split()
APP_VERSIONS = ["4.9.0", "5.0.0", "5.1.0", "5.1.3", "5.2.0", "5.10.0"]

# Category: what the brand's name ends in, its interest, titles, calls to action.
CATEGORIES = {
    "커피": ("cafe", ["{b} 겨울 신메뉴, 첫 잔 {n}% 할인", "오늘 출근길 {b} 아메리카노 {w}원", "A warm cup from {b}, {n}% off today"]),
    "은행": ("finance", ["{b} 정기예금 연 {r}%", "급여통장 옮기면 {w}원 드려요 | {b}", "{b}: open an account in 3 minutes"]),
    "페이": ("finance", ["{b} 첫 결제 {w}원 즉시 할인", "송금 수수료 0원, {b}", "Pay with {b} and get {n}% back"]),
    "여행": ("travel", ["{c} 2박 3일 특가 {n}% | {b}", "{b} 이번 주말 항공권 타임세일", "Weekend in {c} from {b}"]),
    "마켓": ("food", ["새벽에 도착하는 {b} 장보기", "{b} 첫 주문 {w}원 쿠폰", "{b}: fresh groceries by 7 a.m."]),
    "화장품": ("beauty", ["{b} 수분크림 1+1, 오늘까지", "환절기 피부엔 {b} 앰플", "{b} winter skin care, {n}% off"]),
    "의류": ("fashion", ["{b} 경량패딩 시즌오프 {n}%", "{b} 데일리룩 {w}원부터", "New arrivals at {b}"]),
    "게임즈": ("game", ["사전예약하면 전설 장비! {b}", "{b} 신작 RPG, 지금 다운로드", "{b}: play now, {n} free draws"]),
    "약국": ("health", ["{b} 종합비타민 {n}% 할인", "잠이 안 올 땐 {b} 마그네슘", "Vitamins from {b}"]),
    "펫": ("pet", ["우리 강아지 간식 {w}원부터 | {b}", "{b} 자동급식기 특가 {n}%", "{b}: treats your cat will love"]),
    "서점": ("book", ["{b} 이달의 책, 무료배송", "{b} 전자책 첫 달 {w}원", "{n}% off bestsellers at {b}"]),
    "뮤직": ("music", ["{b} 3개월 무제한 듣기 {w}원", "광고 없이 듣는 {b}", "{b}: your first month is on us"]),
    "스포츠": ("sport", ["{b} 러닝화 {n}% 할인", "{c} 마라톤 접수 시작 | {b}", "Gear up with {b}"]),
    "모터스": ("car", ["{b} 전기차 시승 신청", "겨울 타이어 교체 {n}% | {b}", "Test drive the new {b} EV"]),
    "가구": ("home", ["{b} 원목 책상 {n}% 할인", "1인 가구를 위한 {b} 소파베드", "{b}: furnish your first room"]),
    "어학원": ("study", ["하루 10분 영어, {b}", "{b} 토익 환급반 모집", "{b}: speak Korean in 30 days"]),
}
ACTIONS = ["자세히 보기", "지금 신청", "쿠폰 받기", "앱 설치", "Learn more"]

PUBLISHERS = "아침 한빛 서해 남산 새벽 두물머리 오름 강변 시내 들꽃 물결 바람개비".split()
PAPERS = "일보 경제 뉴스 매거진 타임스 스포츠".split()
TOPICS = {
    "life": ["{c}에서 찾은 주말 산책길 {n}곳", "난방비 {n}% 줄이는 작은 습관", "혼자 사는 사람의 냉장고 정리법", "Ten quiet cafes in {c}"],
    "economy": ["코스피 {k}선 회복, 반도체가 이끌었다", "{c} 아파트 전세가 {n}주째 올라", "환율 {k}원대, 여행자들의 셈법", "Exports rise for the {n}th month"],
    "tech": ["접는 휴대폰, {n}만 번 접어 보니", "동네 빵집이 키오스크를 치운 이유", "What a phone learns while you sleep"],
    "health": ["하루 {n}분 걷기의 효과", "겨울철 {c} 미세먼지 주의보", "커피는 몇 시까지 마셔도 될까", "Sleep, in {n} charts"],
    "sport": ["{c} FC, {n}경기 만에 승리", "신인왕이 말하는 {n}번의 실패", "{c} marathon: a beginner's diary"],
    "culture": ["{c} 비엔날레, 놓치면 아쉬운 작품 {n}", "천만 영화가 사라진 자리", "The bookshop at the end of line {n}"],
    "food": ["{c} 칼국수 골목의 {n}년", "김장, 올해는 몇 포기?", "A bowl of soup in {c}"],
    "travel": ["{c} 당일치기 여행, {k}원이면 충분", "겨울 바다 {n}곳", "{c} by night train"],
    "science": ["오늘 밤 유성우, {c}에서 보려면", "북극 얼음이 알려 준 {n}가지", "Why the winter moon looks large"],
    "pet": ["고양이는 왜 상자를 좋아할까", "강아지 산책, 하루 {n}분의 비밀", "Adopted in {c}: {n} stories"],
}
AUTHORS = "김하늘 이도윤 박서연 최지우 정민재 강예린 조현우 윤소라 장은별 임태오".split()
PARAGRAPH = "{title}. {c}에서 만난 사람들은 저마다 다른 이야기를 들려주었다. 취재진은 {n}일 동안 현장을 지켜봤다."
NICKNAMES = "구름 초코 바다 새벽 라떼 두부 모카 단풍 별이 여름".split()
