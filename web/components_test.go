package web

import (
	"regexp"
	"strings"
	"testing"
)

// The examples are copied: what they refer to is there, once, and they do nothing that the policy forbids.
func TestComponents(t *testing.T) {
	ids := regexp.MustCompile(`\sid="([^"]+)"`)
	references := regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|commandfor|data-copy|data-success|href)="#?([^"]+)"`)
	for _, lang := range []string{"en", "ko"} {
		for name, posted := range map[string]Posted{"fresh": {}, "refused": {Email: `"><script>`, Refused: "<b>no</b>"}, "joined": {Joined: true}} {
			t.Run(lang+"/"+name, func(t *testing.T) {
				body, err := Components(lang, posted)
				if err != nil {
					t.Fatal(err)
				}
				page := string(body)
				seen := map[string]bool{}
				for _, m := range ids.FindAllStringSubmatch(page, -1) {
					if seen[m[1]] {
						t.Errorf("two elements have the id %s", m[1])
					}
					seen[m[1]] = true
				}
				for _, m := range references.FindAllStringSubmatch(page, -1) {
					for id := range strings.FieldsSeq(m[1]) {
						if !seen[id] {
							t.Errorf("%s refers to nothing", m[0])
						}
					}
				}
				for _, never := range []string{" style=", "<style", "<script", " onclick", " onerror", "<b>no"} {
					if strings.Contains(page, never) {
						t.Errorf("the page has %s", never)
					}
				}
				if hangul := regexp.MustCompile(`[가-힣]`).MatchString(page); hangul != (lang == "ko") {
					t.Errorf("Korean text in %s: %v", lang, hangul)
				}
			})
		}
	}
}

func TestComponentsPartsAreThere(t *testing.T) {
	used := map[string]bool{}
	for _, g := range componentGroups() {
		for _, p := range g.pieces {
			used[p.use] = true
		}
	}
	for part := range used {
		if part != "" && !strings.Contains(" "+strings.Join(ComponentsUse(), " ")+" ", " "+part+" ") {
			t.Errorf("the page does not use %s", part)
		}
	}
	if _, err := partLinks(ComponentsUse()); err != nil {
		t.Error(err)
	}
}
