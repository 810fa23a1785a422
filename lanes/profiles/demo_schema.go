package profiles

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

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
