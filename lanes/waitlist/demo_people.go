package waitlist

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

const (
	demoDays  = 21
	demoCount = 600
	demoWave  = 60
)

var (
	demoFamilies = [][2]string{
		{"김", "kim"},
		{"이", "lee"},
		{"박", "park"},
		{"최", "choi"},
		{"정", "jung"},
		{"강", "kang"},
		{"조", "cho"},
		{"윤", "yoon"},
		{"장", "jang"},
		{"임", "lim"},
		{"한", "han"},
		{"오", "oh"},
		{"서", "seo"},
		{"신", "shin"},
		{"권", "kwon"},
		{"황", "hwang"},
		{"안", "ahn"},
		{"송", "song"},
	}
	demoGiven = [][2]string{
		{"하루", "haru"},
		{"다온", "daon"},
		{"가람", "garam"},
		{"나래", "narae"},
		{"도담", "dodam"},
		{"라온", "raon"},
		{"마루", "maru"},
		{"보람", "boram"},
		{"새봄", "saebom"},
		{"아라", "ara"},
		{"조은", "joeun"},
		{"초롱", "chorong"},
		{"한별", "hanbyeol"},
		{"해솔", "haesol"},
		{"누리", "nuri"},
		{"다솜", "dasom"},
		{"로운", "roun"},
		{"미르", "mir"},
		{"별하", "byeolha"},
		{"솔잎", "sollip"},
		{"은솔", "eunsol"},
		{"이든", "ideun"},
		{"찬솔", "chansol"},
		{"푸름", "pureum"},
		{"하람", "haram"},
		{"윤슬", "yunseul"},
		{"여울", "yeoul"},
		{"산들", "sandeul"},
	}
	demoSources = []struct {
		name, utm, medium, campaign string
		weight                      int
	}{
		{"instagram", "instagram", "social", "opening", 30},
		{"blog", "", "", "", 16},
		{"search", "", "", "", 14},
		{"newsletter", "newsletter", "email", "november", 11},
		{"poster", "poster", "qr", "opening", 8},
		{"market", "", "", "", 5},
		{"", "", "", "", 8},
	}
	demoAreas = []string{"seongsu", "mangwon", "mangwon", "yeonhui", "other"}
)

// demoPeople makes up who came in the three weeks up to now, in the order of what happened. It is the same for the same time.
func demoPeople(l *List, now time.Time, k keys) []demoStep {
	d := &demoCrowd{list: l, keys: k, dice: rand.New(rand.NewPCG(20, 26)), begin: now.Add(-demoDays * 24 * time.Hour)} //nolint:gosec // a sample, not keys
	for i := range demoCount {
		d.add(i, now)
	}
	d.steps = append(d.steps, demoStep{at: now.Add(-4*24*time.Hour - 90*time.Minute), wave: "first-neighbours", count: demoWave})
	slices.SortStableFunc(d.steps, func(a, b demoStep) int { return cmp.Compare(a.at.UnixMicro(), b.at.UnixMicro()) })
	return d.steps
}

type demoCrowd struct {
	list  *List
	keys  keys
	dice  *rand.Rand
	begin time.Time
	steps []demoStep
	fans  []demoFan // confirmed, oldest first
}

type demoFan struct {
	id   string
	from time.Time
	keen int // how likely they are to bring others
}

// moment is when the i-th came: more at first and each time something was posted, fewer at night.
func (d *demoCrowd) moment(now time.Time) time.Time {
	for {
		at := d.begin.Add(time.Duration(d.dice.Float64() * float64(now.Sub(d.begin)-time.Hour)))
		day, hour := int(at.Sub(d.begin).Hours()/24), at.UTC().Add(9*time.Hour).Hour()
		likely := 0.35 + 0.65/float64(1+day/2)
		if day == 8 || day == 15 {
			likely = 1
		}
		if hour < 7 {
			likely *= 0.1
		}
		if d.dice.Float64() < likely {
			return at.Truncate(time.Second)
		}
	}
}

func (d *demoCrowd) add(i int, now time.Time) {
	at := d.moment(now)
	family, given := demoFamilies[d.dice.IntN(len(demoFamilies))], demoGiven[d.dice.IntN(len(demoGiven))]
	domain := []string{"example.com", "example.com", "example.kr"}[d.dice.IntN(3)]
	s := Signup{
		List: d.list.Slug, Stage: Pending, Lang: "ko", Address: fmt.Sprintf("%s.%s%d@%s", given[1], family[1], i+1, domain), Name: family[0] + given[0],
	}
	var seed [10]byte
	for j := range seed {
		seed[j] = byte(d.dice.IntN(256))
	}
	id := ulid.ULID{}
	_ = id.SetTime(ulid.Timestamp(at)) // times of our age fit
	_ = id.SetEntropy(seed[:])         // it has the length
	s.ID = id.String()
	if d.dice.IntN(12) == 0 {
		s.Lang = "en"
	}
	if d.dice.IntN(6) == 0 {
		s.Name = ""
	}
	by := d.friend(at)
	if by == "" {
		d.source(&s)
	}
	j := &joining{list: d.list, signup: s, fields: d.fields(), subject: d.keys.subject(s.Address), how: "form", agreed: d.list.Consents[:1], at: at}
	if d.dice.IntN(3) == 0 {
		j.agreed = d.list.Consents
	}
	d.steps = append(d.steps, demoStep{at: at, join: j, by: by})
	if d.dice.IntN(100) < 82 {
		d.confirm(s.ID, at, now)
	}
}

func (d *demoCrowd) fields() string {
	fields := `{"area":"` + demoAreas[d.dice.IntN(len(demoAreas))] + `"`
	if n := d.dice.IntN(6); n > 0 {
		fields += fmt.Sprintf(`,"people":%d`, n)
	}
	return fields + "}"
}

func (d *demoCrowd) source(s *Signup) {
	all := 0
	for _, c := range demoSources {
		all += c.weight
	}
	n := d.dice.IntN(all)
	for _, c := range demoSources {
		if n -= c.weight; n < 0 {
			s.Source, s.UTM = c.name, UTM{Source: c.utm, Medium: c.medium, Campaign: c.campaign}
			return
		}
	}
}

// confirm presses the button some minutes later. Some of them like to talk about it, and a few leave again.
func (d *demoCrowd) confirm(id string, at, now time.Time) {
	at = at.Add(time.Duration(30+d.dice.IntN(1800)) * time.Second)
	if at.After(now) {
		return
	}
	d.steps = append(d.steps, demoStep{at: at, confirm: id})
	switch n := d.dice.IntN(100); {
	case n < 12:
		d.fans = append(d.fans, demoFan{id, at, 1 + d.dice.IntN(12)})
	case n > 97:
		if left := at.Add(time.Duration(d.dice.IntN(72)) * time.Hour); left.Before(now) {
			d.steps = append(d.steps, demoStep{at: left, left: id})
		}
	}
}

// friend is who brought somebody at a time: one in four comes by a friend.
func (d *demoCrowd) friend(at time.Time) string {
	if d.dice.IntN(4) > 0 {
		return ""
	}
	var able []string
	for _, f := range d.fans {
		if f.from.Before(at) {
			for range f.keen {
				able = append(able, f.id)
			}
		}
	}
	if len(able) == 0 {
		return ""
	}
	return able[d.dice.IntN(len(able))]
}
