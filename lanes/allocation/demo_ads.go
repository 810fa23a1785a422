package allocation

// The advertisers, and all that they sell, are made up.
var demoAdvertisers = []Advertiser{
	{ID: "otter", Name: "수달뱅크 | Otter Bank"},
	{ID: "whale", Name: "고래마켓 | Whale Market"},
	{ID: "squirrel", Name: "청설모커피 | Squirrel Coffee"},
	{ID: "crane", Name: "두루미항공 | Crane Air"},
	{ID: "seal", Name: "물범게임즈 | Seal Games"},
	{ID: "goat", Name: "산양러닝 | Goat Running"},
	{ID: "firefly", Name: "반딧불뮤직 | Firefly Music"},
	{ID: "owl", Name: "밤부엉북스 | Night Owl Books"},
}

var demoPlacements = []Placement{
	{ID: "lock", Name: "잠금화면 | Lock screen", Slots: 4, Mix: []MixPart{{"ad", 1}, {"content", 3}}},
	{ID: "feed", Name: "피드 | Feed", Slots: 6, Mix: []MixPart{{"content", 1}, {"ad", 1}, {"content", 1}}},
	{ID: "banner", Name: "하단 배너 | Banner", Slots: 1, Floor: won(2_000), Tiers: []string{TierSponsorship, TierStandard}},
}

var demoCampaigns = []Campaign{
	{ID: "otter-money", Advertiser: "otter", Name: "파킹통장과 적금 | Savings", TotalBudget: won(90_000)},
	{ID: "otter-card", Advertiser: "otter", Name: "교통 카드 | Commuter card", TotalBudget: won(30_000), Caps: []Cap{{6, "24h"}}},
	{ID: "whale-dawn", Advertiser: "whale", Name: "새벽배송 | Dawn delivery", TotalBudget: won(30_000)},
	{ID: "squirrel-shops", Advertiser: "squirrel", Name: "매장 방문 | Shop visits", TotalBudget: won(9_000)},
	{ID: "squirrel-app", Advertiser: "squirrel", Name: "앱 설치 | App installs", TotalBudget: won(1_500)},
	{ID: "crane-flights", Advertiser: "crane", Name: "국내선과 단거리 | Short flights", TotalBudget: won(45_000), Caps: []Cap{{4, "24h"}}},
	{ID: "seal-lighthouse", Advertiser: "seal", Name: "등대지기 키우기 출시 | Lighthouse Keeper launch", TotalBudget: won(20_000)},
	{ID: "goat-shoes", Advertiser: "goat", Name: "러닝화 | Running shoes", TotalBudget: won(6_000)},
	{ID: "firefly-trial", Advertiser: "firefly", Name: "두 달 체험 | Two-month trial", TotalBudget: won(3_000)},
	{ID: "owl-reading", Advertiser: "owl", Name: "구독 독서 | Reading plan", TotalBudget: won(1_200)},
}

func daily(n float64, pacing string) func(*LineItem) {
	return func(l *LineItem) { l.DailyBudget, l.Pacing = won(n), pacing }
}

func hours(daypart string) func(*LineItem) { return func(l *LineItem) { l.Daypart = daypart } }

func seldom(caps ...Cap) func(*LineItem) { return func(l *LineItem) { l.Caps = caps } }

func together(changes ...func(*LineItem)) func(*LineItem) {
	return func(l *LineItem) {
		for _, change := range changes {
			change(l)
		}
	}
}

var demoAds = []demoAd{
	{
		"otter-parking", "otter-money", TierSponsorship, "cpm", 9_000, "하루만 맡겨도 이자가 쌓이는 파킹통장", "A savings account that pays by the day",
		"age BETWEEN 19 AND 65", together(daily(12_000, "even"), seldom(Cap{3, "24h"})),
	},
	{
		"otter-first", "otter-money", TierStandard, "cpm", 5_500, "사회초년생 첫 적금, 우대 금리까지 한 번에", "Your first savings plan, with the better rate",
		"age BETWEEN 19 AND 34", daily(8_000, "even"),
	},
	{
		"otter-score", "otter-money", TierStandard, "cpc", 350, "내 신용점수, 3초 만에 확인하기", "See your credit score in three seconds",
		"age BETWEEN 25 AND 55 AND interests IN ('finance')", nil,
	},
	{
		"otter-commute", "otter-card", TierSponsorship, "fixed", 7, "출퇴근 교통비 10%를 돌려받는 카드", "The card that returns 10% of your commute",
		"region IN ('seoul', 'gyeonggi', 'incheon')", hours("mon-fri 07:00-09:30; mon-fri 17:30-20:00"),
	},
	{
		"otter-taxi", "otter-card", TierNetwork, "cpm", 2_600, "밤늦은 택시비, 이 카드면 할인됩니다", "Late taxi home? This card takes some off",
		"", hours("mon-sun 22:00-24:00; mon-sun 00:00-04:00"),
	},
	{
		"whale-tonight", "whale-dawn", TierStandard, "cpm", 6_200, "밤 11시까지 담으면 내일 아침 문 앞에", "Order by eleven, at your door by dawn",
		"region IN ('seoul', 'gyeonggi', 'incheon') AND age >= 20", daily(30_000, "even"),
	},
	{
		"whale-fruit", "whale-dawn", TierStandard, "cpc", 280, "당도 높은 제철 과일, 산지에서 바로 보내 드려요", "Fruit in season, straight from the farm",
		"interests IN ('food')", seldom(Cap{2, "12h"}),
	},
	{
		"whale-first", "whale-dawn", TierNetwork, "cpm", 2_400, "첫 주문이라면 배송비는 저희가 낼게요", "First order? Delivery is on us",
		"NOT segments IN ('whale-buyer')", seldom(Cap{5, "7d"}),
	},
	{
		"squirrel-gangnam", "squirrel-shops", TierSponsorship, "fixed", 8, "강남역 근처라면 아메리카노 한 잔 1,900원", "Near Gangnam station: an americano for ₩1,900",
		"location WITHIN 3 km OF 37.4979,127.0276", seldom(Cap{2, "24h"}),
	},
	{
		"squirrel-morning", "squirrel-shops", TierStandard, "cpm", 4_800, "출근길 라테, 미리 주문하고 줄 서지 마세요", "Your morning latte, without the queue",
		"interests IN ('coffee')", hours("mon-fri 06:30-10:30"),
	},
	{
		"squirrel-dessert", "squirrel-shops", TierStandard, "cpm", 4_100, "오후 세 시, 도토리 마들렌이 구워지는 시간", "Three o'clock: acorn madeleines from the oven",
		"interests IN ('coffee', 'food')", daily(9_000, "even"),
	},
	{
		"squirrel-coupon", "squirrel-app", TierStandard, "fixed", 5, "앱을 처음 설치하면 커피 쿠폰 두 장", "New to the app? Two coffees on the house",
		"", seldom(Cap{3, "24h"}),
	},
	{
		"crane-jeju", "crane-flights", TierSponsorship, "cpm", 8_200, "제주 왕복 4만 원대, 이번 주말에도 자리 있어요", "Jeju and back for ₩40,000, this weekend still",
		"interests IN ('travel') AND age >= 20", seldom(Cap{2, "24h"}),
	},
	{
		"crane-friday", "crane-flights", TierStandard, "cpc", 400, "금요일 퇴근하고 부산에서 오사카로", "Friday after work: Busan to Osaka",
		"region IN ('busan', 'daegu')", nil,
	},
	{
		"crane-lounge", "crane-flights", TierStandard, "cpm", 5_000, "공항 라운지, 한 번은 그냥 들어가 보세요", "The airport lounge, once for free",
		"os = 'ios' AND age >= 30", nil,
	},
	{
		"crane-miles", "crane-flights", TierNetwork, "cpm", 2_000, "잠자고 있는 마일리지, 이번 달엔 두 배로", "Sleeping miles count double this month", "", nil,
	},
	{
		"seal-preorder", "seal-lighthouse", TierSponsorship, "fixed", 10, "등대지기 키우기, 사전 예약하면 황금 등대", "Lighthouse Keeper: a golden lamp for early birds",
		"os = 'android' AND app_version >= '5.2.0' AND age BETWEEN 15 AND 45 AND interests IN ('games')", daily(20_000, "asap"),
	},
	{
		"seal-android", "seal-lighthouse", TierStandard, "cpc", 450, "파도가 높을수록 강해지는 방치형 게임", "An idle game that grows with the waves",
		"os = 'android' AND interests IN ('games')", nil,
	},
	{
		"seal-ios", "seal-lighthouse", TierStandard, "cpc", 520, "아이폰에서도 등대지기가 되어 보세요", "Now a lighthouse keeper on iPhone too",
		"os = 'ios' AND interests IN ('games')", nil,
	},
	{
		"seal-weekend", "seal-lighthouse", TierNetwork, "cpm", 2_800, "주말에 접속하면 조개 1,000개", "Log in this weekend: a thousand shells", "age < 40", hours("sat-sun 00:00-24:00"),
	},
	{
		"goat-wide", "goat-shoes", TierStandard, "cpm", 5_200, "발볼 넓은 러닝화, 14일 신어 보고 결정하세요", "Wide running shoes: try them for 14 days",
		"interests IN ('running')", daily(12_000, "even"),
	},
	{
		"goat-crew", "goat-shoes", TierStandard, "cpc", 300, "한강에서 같이 뛰어요, 초보 러닝 크루 모집", "Run the river with us: beginners welcome",
		"region = 'seoul' AND age BETWEEN 19 AND 49", seldom(Cap{2, "24h"}),
	},
	{
		"goat-outlet", "goat-shoes", TierNetwork, "cpm", 1_800, "지난 시즌 러닝화 최대 60% 할인", "Last season's shoes, up to 60% off", "",
		func(l *LineItem) { l.Status = Paused },
	},
	{
		"firefly-two", "firefly-trial", TierStandard, "cpm", 4_400, "광고 없이 듣는 음악, 첫 두 달 990원", "Music without ads: two months for ₩990",
		"age < 35 AND interests IN ('music', 'games')", seldom(Cap{3, "24h"}, Cap{8, "7d"}),
	},
	{
		"firefly-rain", "firefly-trial", TierStandard, "cpc", 260, "잠 안 오는 밤, 여덟 시간 동안 빗소리", "Can't sleep? Eight hours of rain", "", hours("mon-sun 21:30-24:00; mon-sun 00:00-03:00"),
	},
	{
		"owl-month", "owl-reading", TierNetwork, "cpm", 2_200, "한 달 5,900원, 읽고 싶은 만큼 읽으세요", "₩5,900 a month, as much as you can read",
		"interests IN ('books') OR age >= 40", nil,
	},
	{
		"owl-classics", "owl-reading", TierNetwork, "cpm", 1_500, "고전 100권 특가전", "A hundred classics on sale", "", func(l *LineItem) { l.Status = Killed },
	},
	{"house-brightness", "", TierHouse, "cpm", 0, "잠금화면 밝기를 주변에 맞춰 자동으로", "Let the lock screen dim itself", "", nil},
	{"house-points", "", TierHouse, "cpm", 0, "이번 주 출석 포인트, 아직 받지 않으셨어요", "This week's points are waiting for you", "", nil},
	{
		"house-update", "", TierHouse, "cpm", 0, "새 버전이 나왔어요. 1분이면 업데이트 끝", "A new version is out; it takes a minute",
		"app_version < '5.3.0'", nil,
	},
}
