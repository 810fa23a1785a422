package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// Encoded is a picture as it is sent.
type Encoded struct {
	Type string // image/jpeg, or image/png where something shows through
	Body []byte
	Side int // pixels
}

const quality = 84

// Square is the middle of a picture, upright, with at most size pixels a side. The errors are ErrFormat, ErrTooLarge, ErrBroken.
func Square(file []byte, size int, l Limits) (Encoded, error) {
	all, err := Squares(file, []int{size}, l)
	if err != nil {
		return Encoded{}, err
	}
	return all[0], nil
}

// Squares are the middle of a picture in several sizes, the largest first; it is decoded once. Errors as of Square.
func Squares(file []byte, sizes []int, l Limits) ([]Encoded, error) {
	h, err := Inspect(file, l)
	if err != nil {
		return nil, err
	}
	whole, err := decode(codecs[h.Format], file)
	if err != nil {
		return nil, err
	}
	if got := whole.Bounds(); got != image.Rect(0, 0, h.Width, h.Height) {
		if h.Format != "gif" {
			return nil, fmt.Errorf("%w: its parts are of different sizes", ErrBroken)
		}
		screen := image.NewRGBA(image.Rect(0, 0, h.Width, h.Height)) // the frame is a part of it
		draw.Draw(screen, got, whole, got.Min, draw.Src)
		whole = screen
	}
	var all []Encoded
	for i, size := range sizes {
		small := shrink(whole, middle(whole.Bounds()), size)
		if i == 0 {
			small = turn(small, h.Orientation)
		}
		one, err := encode(small)
		if err != nil {
			return nil, err
		}
		all, whole = append(all, one), small
	}
	return all, nil
}

// decode also takes a decoder's panic for a broken file: what comes from strangers must not end the process.
func decode(c codec, file []byte) (p image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: the decoder failed: %v", ErrBroken, r)
		}
	}()
	if p, err = c.decode(bytes.NewReader(file)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return p, nil
}

// middle is the largest square in the middle.
func middle(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	at := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
}

// shrink scales a square down to at most size. Where it is far larger, boxes are averaged first: a kernel over all of it takes 32
// bytes for each source row and column of the result.
func shrink(from image.Image, square image.Rectangle, size int) *image.RGBA {
	if box := square.Dx() / (2 * size); box > 1 {
		from = average(from, square, box)
		square = from.Bounds()
	}
	size = min(size, square.Dx())
	to := image.NewRGBA(image.Rect(0, 0, size, size))
	if size == square.Dx() {
		draw.Draw(to, to.Bounds(), from, square.Min, draw.Src)
		return to
	}
	draw.CatmullRom.Scale(to, to.Bounds(), from, square, draw.Src, nil)
	return to
}

// average makes one pixel of each box; a rest that fills none is left out, half on each side.
func average(from image.Image, square image.Rectangle, box int) *image.RGBA {
	n := square.Dx() / box
	skip := (square.Dx() - n*box) / 2
	to := image.NewRGBA(image.Rect(0, 0, n, n))
	row := image.NewRGBA(image.Rect(0, 0, n*box, box))
	for y := range n {
		draw.Draw(row, row.Bounds(), from, square.Min.Add(image.Pt(skip, skip+y*box)), draw.Src)
		for x := range n {
			mean(to.Pix[to.PixOffset(x, y):][:4], row, x*box, box)
		}
	}
	return to
}

func mean(to []uint8, row *image.RGBA, left, box int) {
	var sum [4]uint64
	for y := range box {
		line := row.Pix[row.PixOffset(left, y):][:4*box]
		for i := 0; i < len(line); i += 4 {
			sum[0] += uint64(line[i])
			sum[1] += uint64(line[i+1])
			sum[2] += uint64(line[i+2])
			sum[3] += uint64(line[i+3])
		}
	}
	all := uint64(box * box)
	for i := range to {
		to[i] = uint8((sum[i] + all/2) / all)
	}
}

// turn makes a square upright that was stored with this EXIF orientation.
func turn(p *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return p
	}
	last := p.Bounds().Dx() - 1
	to := image.NewRGBA(p.Bounds())
	for y := range last + 1 {
		for x := range last + 1 {
			fx, fy := x, y
			if orientation >= 5 { // rows are columns
				fx, fy = y, x
			}
			switch orientation {
			case 2, 3, 7, 8:
				fx = last - fx
			}
			switch orientation {
			case 3, 4, 6, 7:
				fy = last - fy
			}
			copy(to.Pix[to.PixOffset(x, y):][:4], p.Pix[p.PixOffset(fx, fy):][:4])
		}
	}
	return to
}

func encode(p *image.RGBA) (Encoded, error) {
	e := Encoded{Type: "image/jpeg", Side: p.Bounds().Dx()}
	var b bytes.Buffer
	var err error
	if p.Opaque() {
		err = jpeg.Encode(&b, p, &jpeg.Options{Quality: quality})
	} else {
		e.Type = "image/png"
		err = png.Encode(&b, p)
	}
	e.Body = b.Bytes()
	return e, err
}
