package allocation

import "testing"

var basics = []string{
	`{"thing":"advertiser","id":"a1","name":"A"}`, `{"thing":"advertiser","id":"a2","name":"B"}`,
	`{"thing":"campaign","id":"c1","advertiser":"a1","name":"C1"}`, `{"thing":"campaign","id":"c2","advertiser":"a2","name":"C2"}`,
	`{"thing":"placement","id":"lock","slots":4,"mix":[{"kind":"ad","count":1},{"kind":"content","count":3}]}`,
	`{"thing":"line_item","id":"ad1","campaign":"c1","bid_micros":2000000,"targeting":"os IN ('android')"}`,
	`{"thing":"line_item","id":"ad2","campaign":"c2","bid_micros":1000000}`,
	`{"thing":"line_item","id":"news1","kind":"content","score":3}`, `{"thing":"line_item","id":"news2","kind":"content","score":2}`,
	`{"thing":"line_item","id":"news3","kind":"content","score":1}`, `{"thing":"line_item","id":"house","tier":"house"}`,
	`{"thing":"creative","id":"x1","line_item":"ad1","title":"t"}`, `{"thing":"creative","id":"x2","line_item":"ad2","title":"t"}`,
	`{"thing":"creative","id":"n1","line_item":"news1","title":"t"}`, `{"thing":"creative","id":"n2","line_item":"news2","title":"t"}`,
	`{"thing":"creative","id":"n3","line_item":"news3","title":"t"}`, `{"thing":"creative","id":"h","line_item":"house","title":"t"}`,
}

func TestMixAndTargeting(t *testing.T) {
	l := startLane(t, nil)
	l.put(basics...)
	req := ask("lock", 0, "u1")
	if got := shown(l.decide(req)); got != "1:ad2 2:news1 3:news2 4:news3" {
		t.Errorf("without attributes: %s", got)
	}
	req.Attributes.AddText("os", "android")
	if got := shown(l.decide(req)); got != "1:ad1 2:news1 3:news2 4:news3" {
		t.Errorf("android: %s", got)
	}
	if got := shown(l.decide(ask("lock", 6, "u1"))); got != "1:ad2 2:news1 3:news2 4:news3 5:house" {
		t.Errorf("six slots: %s", got)
	}
}
