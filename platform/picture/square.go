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
	Side int // pixels of the longer side

	Width, Height int
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
	whole, h, err := open(file, l)
	if err != nil {
		return nil, err
	}
	var all []Encoded
	for i, size := range sizes {
		area := middle(whole.Bounds())
		side := min(size, area.Dx())
		small := shrink(whole, area, side, side)
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

// open decodes a picture whose head keeps the limits.
func open(file []byte, l Limits) (image.Image, Head, error) {
	h, err := Inspect(file, l)
	if err != nil {
		return nil, h, err
	}
	whole, err := decode(codecs[h.Format], file)
	if err != nil {
		return nil, h, err
	}
	if got := whole.Bounds(); got != image.Rect(0, 0, h.Width, h.Height) {
		if h.Format != "gif" {
			return nil, h, fmt.Errorf("%w: its parts are of different sizes", ErrBroken)
		}
		screen := image.NewRGBA(image.Rect(0, 0, h.Width, h.Height)) // the frame is a part of it
		draw.Draw(screen, got, whole, got.Min, draw.Src)
		whole = screen
	}
	return whole, h, nil
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

func encode(p *image.RGBA) (Encoded, error) {
	e := Encoded{Type: "image/jpeg", Width: p.Bounds().Dx(), Height: p.Bounds().Dy()}
	e.Side = max(e.Width, e.Height)
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
