package allocation

import (
	"fmt"
	"testing"

	"github.com/hotlane/hotlane/platform/fault"
)

// TestWhatIsWrongWithALine: each is told in the words of whoever wrote the line, by the field's name.
func TestWhatIsWrongWithALine(t *testing.T) {
	for line, want := range map[string]string{
		`{"thing":"advertiser",`:             "[{ must be a JSON object; this one ends too early}]",
		`[]`:                                 "[{ must be a JSON object}]",
		`{thing:1}`:                          "[{ must be JSON; byte 3: invalid character 'h' in literal true (expecting 'r')}]",
		`{"thing":"advertiser","id":"b"} {}`: "[{ must be JSON; byte 33: invalid character '{' after top-level value}]",
		`{"thing":"advertiser","id":"b","nam":"B"}`:                           "[{/nam is not a field of this kind of thing}]",
		`{"thing":"line_item","id":"b","caps":[{"count":1,"windo":"3h"}]}`:    "[{/caps/0/windo is not a field of this kind of thing}]",
		`{"thing":"line_item","id":"b","caps":"3/24h"}`:                       "[{/caps must be a list}]",
		`{"thing":"line_item","id":"b","caps":[3]}`:                           "[{/caps/0 must be a JSON object}]",
		`{"thing":"advertiser","id":5}`:                                       "[{/id must be text}]",
		`{"thing":"advertiser","id":"b","id":"c"}`:                            "[{/id must stand once}]",
		`{"thing":"line_item","id":"b","bid_micros":1.5}`:                     "[{/bid_micros must be a whole number}]",
		`{"thing":"line_item","id":"b","bid_micros":99999999999999999999}`:    "[{/bid_micros must be in the range of its type}]",
		`{"thing":"line_item","id":"b","score":"high"}`:                       "[{/score must be a number}]",
		`{"thing":"placement","id":"b","repeat_advertiser":1}`:                "[{/repeat_advertiser must be true or false}]",
		`{"thing":"campaign","id":"b","starts_at":"yesterday"}`:               "[{/starts_at must be a time, as 2026-01-31T09:00:00Z}]",
		`{"thing":"creative","id":"b","line_item":"l","extra":{"a":1,"a":2}}`: "[{/extra/a must stand once}]",
	} {
		_, err := new(importer).object([]byte(line))
		if got := fmt.Sprint(fault.From(err).Fields); got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
}
