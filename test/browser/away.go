package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Offline cuts the tab off from the network, or gives it back: requests fail, and the page is told.
func (p Tab) Offline(off bool) {
	p.t.Helper()
	p.Do(
		chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
			_, err := cdp.Call(ctx, to, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
				MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
			})
			return err
		}),
		call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}),
	)
}

// Drag presses the mouse in the middle of what the CSS selector finds, moves it by so many pixels, and lets go. It must be on the screen.
func (p Tab) Drag(selector string, dx, dy float64) {
	p.t.Helper()
	var at struct{ X, Y float64 }
	p.decode(p.Text(`(() => { const b = document.querySelector(`+quote(selector)+`).getBoundingClientRect();
		return JSON.stringify({X: b.left + b.width / 2, Y: b.top + b.height / 2}) })()`), &at)
	held := func(e *input.DispatchMouseEventParams) {
		e.Button, e.Buttons, e.ClickCount = input.MouseButtonLeft, 1, 1
	}
	p.Do(chromedp.MouseEvent(chromedp.MouseMoved, at.X, at.Y), chromedp.MouseEvent(chromedp.MousePressed, at.X, at.Y, held))
	const steps = 5
	for i := 1.0; i <= steps; i++ {
		p.Do(chromedp.MouseEvent(chromedp.MouseMoved, at.X+dx*i/steps, at.Y+dy*i/steps, held))
	}
	p.Do(chromedp.MouseEvent(chromedp.MouseReleased, at.X+dx, at.Y+dy, held))
}
