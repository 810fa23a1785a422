package allocation

import (
	"cmp"
	"strings"
)

var tierOrder = map[string]int{TierSponsorship: 0, TierStandard: 1, TierNetwork: 2, TierHouse: 3}

// compareRank orders ads by tier, then by effective CPM; content by score and freshness, then the newest first; and what
// is still equal by id.
func compareRank(a, b *item) int {
	if a.list != content {
		if c := cmp.Compare(tierOrder[a.Tier], tierOrder[b.Tier]); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(b.static, a.static); c != 0 {
		return c
	}
	if a.list == content && a.PublishedAt != nil && b.PublishedAt != nil {
		if c := b.PublishedAt.Compare(*a.PublishedAt); c != 0 {
			return c
		}
	}
	return compareIDs(a.ID, b.ID)
}

// compareIDs orders numbers as numbers: ids of an old backend are such.
func compareIDs(a, b string) int {
	if len(a) != len(b) && digits(a) && digits(b) {
		return cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && s[0] != '0'
}
