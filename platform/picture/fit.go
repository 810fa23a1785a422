package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// Fit is the whole picture, upright, with at most side pixels on its longer side and at most bytes of body: where what shows through
// makes it larger, it is put on white; where it still is, it is made smaller. Errors as of Square.
func Fit(file []byte, side, bytes int, l Limits) (Encoded, error) {
	whole, h, err := open(file, l)
	if err != nil {
		return Encoded{}, err
	}
	w, high := within(h.Width, h.Height, side)
	p := turn(shrink(whole, whole.Bounds(), w, high), h.Orientation)
	e, err := encode(p)
	if err == nil && len(e.Body) > bytes && e.Type == "image/png" {
		p = onWhite(p)
		e, err = encode(p)
	}
	for err == nil && len(e.Body) > bytes && e.Side > 1 {
		w, high = within(e.Width, e.Height, e.Side/2)
		p = shrink(p, p.Bounds(), w, high)
		e, err = encode(p)
	}
	return e, err
}

// within is the size of a picture with at most side pixels on its longer side, and at least one on each.
func within(w, h, side int) (int, int) {
	longer := max(w, h)
	if longer <= side {
		return w, h
	}
	scale := func(n int) int { return max((n*side+longer/2)/longer, 1) }
	return scale(w), scale(h)
}

func onWhite(p *image.RGBA) *image.RGBA {
	to := image.NewRGBA(p.Bounds())
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(to, to.Bounds(), p, image.Point{}, draw.Over)
	return to
}
