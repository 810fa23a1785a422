package profiles

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// demoPerson is somebody made up, of the made-up service that the demo asks.
type demoPerson struct {
	username, name, bio, place, site string
	followers, following, posts      int
	joined                           string
	look                             demoLook
}

// demoLook is what the person's picture is, or is wrong with.
type demoLook uint8

const (
	lookJPEG   demoLook = iota
	lookPNG             // with something that shows through
	lookGIF             // an animation
	lookTurned          // a photo that is stored lying down
	lookLarge           // four million pixels
	lookNone            // no picture
	lookGone            // the file is not there any more
	lookPage            // a page that says please sign in, called a picture
)

// demoPeople are those of the service, in the order of their ids. No two have the same username in any case.
var demoPeople = []demoPerson{
	{"haru.walks", "김하루", "걷는 사람. 서울 골목을 하루에 한 줄씩 적어요.\nhttps://haru.example.com/길", "서울", "https://haru.example.com", 18234, 312, 1204, "2019-03-02", lookJPEG},
	{"mori_bakes", "Mori Lane", "Sourdough, patience, and a very old oven. Recipes at https://mori.example.com (new one every Friday).", "Busan", "https://mori.example.com", 9051, 410, 877, "2020-06-11", lookJPEG},
	{"달빛서재", "달빛 서재", "밤에만 여는 책방. 신청은 DM보다 메일이 빨라요.", "전주", "", 4410, 96, 530, "2018-11-20", lookPNG},
	{"otter.lab", "Otter Lab", "We measure things that did not ask to be measured.", "Daejeon", "https://otter.example.com/lab", 30122, 12, 241, "2017-01-09", lookGIF},
	{"jiwoo.draws", "지우", "하루 한 장, 펜과 종이로만.", "인천", "", 2210, 540, 1933, "2021-04-30", lookTurned},
	{"northpier", "North Pier", "Tide tables, fog horns, sea birds.", "Sokcho", "https://pier.example.com", 780, 33, 4102, "2016-08-14", lookLarge},
	{"sunja_garden", "순자네 텃밭", "제주에서 귤과 당근을 키워요. 새벽 다섯 시에 일어납니다.", "제주", "", 12880, 71, 655, "2019-09-01", lookJPEG},
	{"kettle", "Kettle & Co.", "Tea, mostly. Occasionally soup.", "Seoul", "https://kettle.example.com", 640, 129, 98, "2023-02-17", lookNone},
	{"bada", "바다", "파도 소리를 모읍니다 🌊", "강릉", "", 5123, 208, 412, "2020-12-25", lookJPEG},
	{"mina.runs", "Mina Park", "Slow marathons. 42.195 km at a time.", "Busan", "", 3390, 377, 720, "2018-05-05", lookJPEG},
	{"jun_plays", "준", "인디 게임을 끝까지 해 보고 씁니다. 스포일러는 접어 둡니다.", "수원", "https://jun.example.com/games", 22019, 640, 1511, "2017-07-07", lookPNG},
	{"quietfonts", "Quiet Fonts", "Type that does not shout.\nSpecimens: https://fonts.example.com/specimens?sort=new", "Seoul", "https://fonts.example.com", 15402, 88, 302, "2015-10-10", lookJPEG},
	{"nuri.maps", "누리 지도", "걸어서 만든 동네 지도 38장째.", "광주", "", 1804, 150, 38, "2022-01-15", lookTurned},
	{"tomatoclub", "토마토 클럽", "토마토만 이야기합니다.", "대구", "", 901, 45, 77, "2021-08-08", lookGone},
	{"elm.and.ash", "Elm & Ash", "Furniture from two trees and a shed <3 no \"fast\" anything", "Gangneung", "https://elm.example.com", 6677, 301, 284, "2016-03-21", lookJPEG},
	{"sori", "소리", "필드 레코딩. 기차역, 시장, 빗소리.", "목포", "https://sori.example.com", 4031, 190, 350, "2019-12-12", lookJPEG},
	{"papercrane", "Paper Crane", "One fold a day until a thousand.", "Jeonju", "", 8123, 61, 912, "2020-03-14", lookGIF},
	{"dongne.coffee", "동네 커피", "원두는 화요일에 볶아요. 주소: www.dongne.example.com", "서울", "https://www.dongne.example.com", 2999, 512, 640, "2018-02-28", lookPage},
	{"grey_heron", "Grey Heron", "Birds of the Han river, counted every morning since 2014.", "Seoul", "", 5210, 24, 4380, "2014-04-01", lookLarge},
	{"hangang.rower", "한강 조정부", "새벽 물 위. 신입 부원은 3월에 모집해요.", "서울", "", 1450, 230, 199, "2017-09-09", lookJPEG},
	{"byeol", "별", "천문대 야간 근무자. 구름이 싫어요.", "영천", "https://byeol.example.com", 7755, 102, 688, "2018-08-18", lookPNG},
	{"ramenmath", "Ramen Math", "Combinatorics of toppings.", "Daejeon", "https://math.example.com/ramen", 11234, 314, 159, "2019-03-14", lookJPEG},
	{"onion.soup", "양파 수프", "프랑스 요리를 집에 있는 것으로.", "서울", "", 3321, 267, 421, "2021-11-11", lookJPEG},
	{"sleeping.cat", "자는 고양이", "고양이 이름은 반달. 하루에 열여섯 시간 잡니다. 🐈", "부산", "", 41876, 3, 2560, "2016-02-22", lookJPEG},
	{"lamplight", "Lamplight", "Old lamps, new wires.", "Incheon", "https://lamp.example.com", 540, 89, 61, "2022-10-31", lookNone},
	{"sallim", "살림 연구소", "버리는 날짜를 적어 두면 덜 사게 돼요.", "고양", "https://sallim.example.com", 28310, 40, 733, "2018-01-01", lookJPEG},
	{"deltablue", "Delta Blue", "Indigo dyeing, slow and smelly.", "Naju", "", 2087, 175, 266, "2019-06-30", lookTurned},
	{"gyeoul", "겨울", "스키장 안전요원. 여름에는 없습니다.", "평창", "", 660, 91, 140, "2020-01-20", lookJPEG},
	{"tinysynths", "Tiny Synths", "Instruments smaller than a bar of soap. Schematics: https://synth.example.com/tiny", "Seoul", "https://synth.example.com", 19870, 222, 505, "2017-05-19", lookPNG},
	{"baram", "바람", "연 날리기 동호회. 바람이 불면 모여요.", "서산", "", 388, 57, 84, "2023-05-05", lookJPEG},
	{"longwalkhome", "The Long Walk Home", "Every street of one city, once.", "Seoul", "https://walk.example.com", 6120, 18, 1780, "2015-05-01", lookJPEG},
	{"kkumteul", "꿈틀", "지렁이 퇴비 상자 만드는 법을 알려 드려요.", "홍성", "", 1210, 301, 175, "2021-03-03", lookJPEG},
	{"noor.letters", "نور الكاتبة", "خط عربي وحبر أسود. أعمال جديدة كل أسبوع.", "Seoul", "https://noor.example.com", 8840, 140, 322, "2018-10-10", lookJPEG},
	{"emoji.only", "🦊🌙✨", "🍵📚🚲", "", "", 77, 7, 7, "2024-07-07", lookNone},
	{"very.long", demoLongName, "이름이 이렇게 긴 사람도 있어요.", "서울", "", 300, 300, 300, "2022-02-22", lookJPEG},
	{"empty", "", "", "", "", 0, 0, 0, "2025-01-01", lookNone},
	{"script.kiddo", `</script><b>Bobby</b> "Tables"`, `I put </script><script>alert(1)</script> everywhere, & it never works. https://a.example.com/"onmouseover=alert(2)`, "'; --", "javascript:alert(3)", 1337, 1, 0, "2020-02-20", lookPNG},
	{"millions", "밀리언", "팔로워가 많은 사람.", "서울", "https://millions.example.com", 48120394, 9, 12044, "2012-12-12", lookJPEG},
	{"saebyeok", "새벽 배송 일기", "새벽 두 시부터 일곱 시까지의 도시.", "용인", "", 5670, 48, 961, "2019-02-14", lookJPEG},
	{"ferryman", "Ferryman", "Twelve minutes each way, forty times a day.", "Wando", "", 1620, 20, 213, "2016-06-16", lookJPEG},
}

// demoLongName has nearly three hundred characters.
const demoLongName = "김수한무거북이와두루미삼천갑자동방삭치치카포사리사리센타워리워리세브리캉무두셀라구름이허리케인에담벼락담벼락에서생원서생원에고양이고양이엔바둑이바둑이는돌돌이" +
	"라고시작해서바람개비열두개와우산두개그리고어제산복숭아세개를들고강을건너언덕을넘어마을어귀느티나무아래에서한참을쉬다가해가기울무렵다시길을나서" +
	"저녁연기가피어오르는집들사이를지나개짖는소리를따라좁은골목끝파란대문앞에이르러숨을고르고문을두드리니안에서할머니가나오시며이렇게늦게어디를다녀왔느냐고" +
	"물으시기에아무말도못하고그저웃기만했다는이야기의주인공입니다만이름으로는조금긴듯해서요즘은그냥수한무라고불러주시면고맙겠습니다하하"

// demoTurn is how long the made-up service keeps to one schema.
const demoTurn = time.Minute

// demoSchemas is how many schemas it goes through: flat; with a nested name and numbers as texts; with fields renamed, vanished and new.
const demoSchemas = 3

// demoSchemaAt is the schema, from 1 on, so long after the service began.
func demoSchemaAt(since time.Duration) int { return 1 + int(since/demoTurn)%demoSchemas }

// document is what the service says of a person in one of its schemas. Numbers grow every ten minutes, so that there are new versions.
func (p *demoPerson) document(id, schema int, at time.Time, site string) []byte {
	grown := int(at.Unix()/600) % 1000 * (p.followers / 5000)
	d := map[string]any{"id": id, "username": p.username, "joined": p.joined, "link": site + "/" + p.username}
	name, bio, face, place := p.name, p.bio, "", p.place
	if p.look != lookNone {
		face = fmt.Sprintf("http://%s/pictures/%d", demoHost, id)
	}
	switch schema {
	case 1:
		d["name"], d["bio"], d["avatar"], d["location"], d["website"] = name, bio, face, place, p.site
		d["followers"], d["following"], d["posts"] = p.followers+grown, p.following, p.posts
	case 2: // the name is nested, numbers are texts
		d["display"] = map[string]any{"name": name, "pronouns": nil}
		d["bio"], d["avatar"], d["location"], d["website"] = bio, face, place, p.site
		d["followers"], d["following"], d["posts"] = strconv.Itoa(p.followers+grown), strconv.Itoa(p.following), strconv.Itoa(p.posts)
	default: // renamed, vanished and new
		d["name"], d["about"], d["images"] = name, bio, map[string]any{"large": face, "small": face}
		d["counts"] = map[string]any{"followers": p.followers + grown, "posts": p.posts}
		d["badges"], d["links"] = []string{"early"}, []map[string]string{{"url": p.site}}
	}
	b, err := json.Marshal(d)
	if err != nil { // texts and numbers
		panic(err)
	}
	return b
}

// demoHost is what the service is called by the lane; see demoService.dial.
const demoHost = "api.madang.example"

// demoSource is how the lane is told about the service. Its mapping knows where the name is in the first and third schema: in the second
// one sees what a lane does with a document that it cannot read.
func demoSource() Source {
	return Source{
		Name: "madang", Title: "Madang", URL: "http://" + demoHost + "/people/{username}", URLByID: "http://" + demoHost + "/people/by-id/{id}",
		ID: "/id", Username: "/username", IgnoreCase: true, Index: map[string]string{"place": "/location"},
		Card: CardConfig{
			Name: []string{"/name"}, Bio: []string{"/bio", "/about"}, Picture: []string{"/avatar", "/images/large"}, URL: []string{"/link"},
			Fields: []PartConfig{{"location", []string{"/location"}}, {"website", []string{"/website", "/links/0/url"}}, {"joined", []string{"/joined"}}},
			Counts: []PartConfig{
				{"followers", []string{"/followers", "/counts/followers"}}, {"following", []string{"/following"}}, {"posts", []string{"/posts", "/counts/posts"}},
			},
		},
		Fresh: 15 * time.Second, Stale: 24 * time.Hour, Rate: 12, Timeout: 3 * time.Second, History: 10,
		Negative: NegativeConfig{NotFound: 20 * time.Second, Limited: 2 * time.Second, Failed: 5 * time.Second},
	}
}
