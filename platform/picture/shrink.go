package picture

import (
	"image"

	"golang.org/x/image/draw"
)

// shrink scales an area down to w × h, which has its shape and is no larger. Where the area is far larger, boxes are averaged first: a
// kernel over all of it takes 32 bytes for each source row and column of the result, and 16 for each pixel that one of it looks at.
func shrink(from image.Image, area image.Rectangle, w, h int) *image.RGBA {
	if box := image.Pt(max(area.Dx()/(2*w), 1), max(area.Dy()/(2*h), 1)); box != image.Pt(1, 1) {
		from = average(from, area, box)
		area = from.Bounds()
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if to.Bounds().Size() == area.Size() {
		draw.Draw(to, to.Bounds(), from, area.Min, draw.Src)
		return to
	}
	draw.CatmullRom.Scale(to, to.Bounds(), from, area, draw.Src, nil)
	return to
}

// atOnce is how many pixels are averaged at a time, or those of one box.
const atOnce = 1 << 18

// average makes one pixel of each box; a rest that fills none is left out, half on each side.
func average(from image.Image, area image.Rectangle, box image.Point) *image.RGBA {
	w, h := area.Dx()/box.X, area.Dy()/box.Y
	start := area.Min.Add(image.Pt((area.Dx()-w*box.X)/2, (area.Dy()-h*box.Y)/2))
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	several := min(max(atOnce/(box.X*box.Y), 1), w)
	row := image.NewRGBA(image.Rect(0, 0, several*box.X, box.Y))
	for y := range h {
		for left := 0; left < w; left += several {
			draw.Draw(row, row.Bounds(), from, start.Add(image.Pt(left*box.X, y*box.Y)), draw.Src)
			for x := range min(several, w-left) {
				mean(to.Pix[to.PixOffset(left+x, y):][:4], row, x*box.X, box)
			}
		}
	}
	return to
}

func mean(to []uint8, row *image.RGBA, left int, box image.Point) {
	var sum [4]uint64
	for y := range box.Y {
		line := row.Pix[row.PixOffset(left, y):][:4*box.X]
		for i := 0; i < len(line); i += 4 {
			sum[0] += uint64(line[i])
			sum[1] += uint64(line[i+1])
			sum[2] += uint64(line[i+2])
			sum[3] += uint64(line[i+3])
		}
	}
	all := uint64(box.X * box.Y)
	for i := range to {
		to[i] = uint8((sum[i] + all/2) / all)
	}
}

// turn makes a picture upright that was stored with this EXIF orientation.
func turn(p *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return p
	}
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	size := image.Pt(w, h)
	if orientation >= 5 { // rows are columns
		size = image.Pt(h, w)
	}
	to := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			fx, fy := x, y
			if orientation >= 5 {
				fx, fy = y, x
			}
			switch orientation {
			case 2, 3, 7, 8:
				fx = w - 1 - fx
			}
			switch orientation {
			case 3, 4, 6, 7:
				fy = h - 1 - fy
			}
			copy(to.Pix[to.PixOffset(x, y):][:4], p.Pix[p.PixOffset(fx, fy):][:4])
		}
	}
	return to
}
