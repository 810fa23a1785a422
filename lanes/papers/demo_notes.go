package papers

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
)

func demoBirthday(now time.Time) demoPaper {
	return demoPaper{
		id: demoOpen, lang: "ko", began: 50 * time.Hour,
		paper: board.Paper{
			Title: "지우야, 서른 번째 생일 축하해!", Recipient: "지우", Theme: "birthday", Size: "medium", Deadline: now.Truncate(24 * time.Hour).Add(7*24*time.Hour + 12*time.Hour).UnixMilli(), // nine in the evening there
			Zone: "Asia/Seoul", Writers: board.WritersLink, State: board.Open,
		},
		notes: []demoNote{
			{"소연", "지우야 생일 축하해 🎂\n올해는 꼭 같이 제주도 가자. 이번엔 진짜로!", "lemon", "hand", 250, 200, 260, -3, false},
			{"민재", "벌써 서른이라니… 우리 스무 살 때 한강에서 라면 먹던 게 엊그제 같은데. 건강만 하자!", "sky", "sans", 610, 190, 280, 2, false},
			{"Emma", "Happy 30th, Jiwoo! You are the kindest teammate I have ever had. Drinks on me when you visit Dublin.", "rose", "serif", 980, 210, 270, -1, false},
			{"하늘", "언니 덕분에 입사 첫 달을 버텼어요. 늘 고마워요, 생일 축하해요 💛", "mint", "hand", 1340, 190, 250, 4, false},
			{"준호", "생일 축하! 선물은 비밀, 힌트는 ‘동그랗다’", "peach", "hand", 240, 490, 220, 5, false},
			{"유나", "우리 여름에 본 바다야. 이 사진 볼 때마다 네가 소리 지르던 거 생각나서 웃음 나 ㅋㅋㅋ", "white", "sans", 640, 600, 320, -2, true},
			{"엄마", "우리 딸, 태어나 줘서 고마워. 미역국 끓여 놨으니 저녁에 꼭 들러라. 사랑한다.", "sand", "serif", 1040, 520, 280, 1, false},
			{"Carlos", "¡Feliz cumple! Still the only person who beats me at table tennis. Enjoy your day!", "lilac", "sans", 1380, 490, 240, -4, false},
			{"지훈", "지우 선배 생일 축하드립니다! 코드 리뷰 때 남겨 주신 말들 다 저장해 뒀어요.", "sky", "mono", 260, 770, 260, -2, false},
			{"서윤", "생일 케이크는 역시 고구마지? 네가 그렇게 말했으니까 고구마로 샀다 🍠", "lemon", "hand", 1060, 830, 250, 3, false},
			{"다은", "축하해 축하해 축하해!!! 세 번 말하면 세 배로 행복해진대", "rose", "hand", 1390, 780, 240, -3, false},
			{"Priya", "Thirty looks great on you. May this year bring you long weekends and short meetings.", "mint", "serif", 270, 1060, 270, 4, false},
			{"태민", "형광펜 빌려 가서 아직도 안 돌려준 거 미안… 생일 선물로 새거 사 줄게", "peach", "sans", 620, 1010, 250, -5, false},
			{"은지", "옆자리에서 들려오는 네 웃음소리가 내 업무 스트레스 해소제야. 오래오래 웃어 줘!", "lilac", "hand", 980, 1130, 270, 2, false},
			{"도윤", "축 생일\n지우\n만수무강", "white", "serif", 1330, 1070, 200, -6, false},
			{"수아", "이모 생일 추카해요! 저 이제 자전거 탈 수 있어요. 다음에 보여 줄게요.", "lemon", "hand", 250, 1370, 260, -2, false},
			{"현우", "작년 생일엔 군대에 있느라 축하도 못 했네. 올해는 일등으로 쓴다! …라고 생각했는데 열일곱 번째네.", "sand", "sans", 620, 1300, 290, 3, false},
			{"Lena", "Alles Gute! I still use the recipe you gave me, every single Sunday.", "sky", "serif", 980, 1400, 240, -3, false},
			{"채원", "너랑 같은 동네로 이사 온 게 올해 제일 잘한 일이야. 이따 7시에 골목 입구에서 만나!", "rose", "hand", 1340, 1360, 270, 2, false},
			{"성민", "지우 님, 동호회 총무 3년째 맡아 주셔서 감사합니다. 생일에는 정산 생각 말고 푹 쉬세요.", "mint", "sans", 270, 1680, 270, 1, false},
			{"예린", "너의 서른을 응원해. 하고 싶은 거 다 해!", "peach", "hand", 600, 1620, 220, -4, false},
			{"Tom", "Happy birthday! Your cat video folder got me through the winter. Please never stop.", "lemon", "mono", 950, 1680, 260, 3, false},
			{"아빠", "지우야 생일 축하한다. 아빠는 글 쓰는 게 서툴러서 짧게 쓴다. 자랑스럽다.", "white", "serif", 1340, 1680, 260, -1, false},
			{"나래", "네가 빌려준 책 드디어 다 읽었어. 마지막 장에서 울었다… 생일날 만나서 얘기하자 📚", "lilac", "hand", 420, 1950, 280, 2, false},
			{"골목 편의점", "단골손님 생일 축하드려요. 오늘 바나나우유는 서비스!", "sky", "sans", 900, 1950, 240, -3, false},
		},
	}
}

func demoFarewell() demoPaper {
	return demoPaper{
		id: demoDelivered, lang: "en", began: 20 * 24 * time.Hour, handed: 6 * 24 * time.Hour,
		paper: board.Paper{
			Title: "So long, and thanks for all the coffee", Recipient: "Hana", Theme: "farewell", Size: "small", Zone: "Europe/London",
			Writers: board.WritersLink, State: board.Open,
		},
		notes: []demoNote{
			{"Maya", "Who will water the office fern now? We will miss you so much, Hana.", "mint", "hand", 230, 190, 250, -3, false},
			{"Oliver", "You explained the deployment to me four times and never once sighed. Thank you.", "sky", "sans", 600, 180, 260, 2, false},
			{"Ines", "Write to us from Lisbon! And send pictures of the trams.", "lemon", "hand", 960, 200, 230, -2, false},
			{"지민", "하나 님, 처음 온 날 점심 같이 먹어 주신 거 평생 안 잊을게요. 어디서든 반짝이세요.", "peach", "hand", 250, 500, 260, 3, false},
			{"Sam", "The view from our last team walk. It rained five minutes later, of course.", "white", "serif", 640, 560, 300, -1, true},
			{"Noor", "Best pair programmer, worst singer. I would not change a thing.", "rose", "sans", 980, 500, 230, 4, false},
			{"Greta", "Thank you for asking the questions nobody dared to ask.", "lilac", "serif", 230, 790, 230, -4, false},
			{"Felix", "I kept the sticker you drew on my laptop. It stays.", "sand", "hand", 970, 800, 230, 2, false},
			{"현정", "많이 배웠습니다. 새로운 곳에서도 지금처럼만 하시면 돼요!", "sky", "hand", 260, 1070, 250, 2, false},
			{"Ruth", "Come back any time. Your mug stays on the shelf.", "lemon", "serif", 620, 1010, 220, -2, false},
			{"Anton", "git push --force-with-lease yourself into the next adventure!", "mint", "mono", 960, 1080, 250, 3, false},
			{"Everyone at the front desk", "You always said good morning first. Good luck, Hana!", "peach", "sans", 600, 1300, 280, -1, false},
		},
	}
}

// demoScene is a picture of a sea at evening, as a PNG.
func demoScene() []byte {
	const w, h = 640, 420
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	mix := func(a, b color.RGBA, t float64) color.RGBA {
		m := func(x, y uint8) uint8 { return uint8(float64(x)*(1-t) + float64(y)*t) }
		return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
	}
	high, low := color.RGBA{96, 120, 190, 255}, color.RGBA{255, 190, 140, 255}
	deep, near := color.RGBA{60, 90, 150, 255}, color.RGBA{30, 44, 84, 255}
	sun := color.RGBA{255, 240, 200, 255}
	for y := range h {
		for x := range w {
			c := mix(high, low, float64(y)/270)
			if y >= 270 {
				c = mix(deep, near, float64(y-270)/150)
				glow := math.Exp(-math.Pow(float64(x-420)/(30+float64(y-270)), 2)) * (0.55 + 0.45*math.Sin(float64(y)*1.3+float64(x)*0.05))
				c = mix(c, sun, 0.7*glow)
			} else if d := math.Hypot(float64(x-420), float64(y-215)); d < 46 {
				c = sun
			} else {
				c = mix(c, sun, 0.6*math.Exp(-(d-46)/60))
			}
			if hill := 270 - 60*math.Exp(-math.Pow(float64(x-90)/130, 2)) - 8*math.Sin(float64(x)*0.05); y < 270 && float64(y) > hill && x < 330 {
				c = mix(c, near, 0.75)
			}
			p.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil { // to memory
		panic(err)
	}
	return b.Bytes()
}
