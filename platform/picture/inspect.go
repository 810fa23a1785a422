package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// Why a picture is refused.
var (
	ErrFormat   = errors.New("picture: it is not a JPEG, PNG, GIF or WebP picture")
	ErrTooLarge = errors.New("picture: it is larger than the limits allow")
	ErrBroken   = errors.New("picture: it cannot be decoded")
)

// Limits bound what one picture may cost.
type Limits struct {
	Pixels int   // width × height of the original
	Memory int64 // bytes that decoding takes, by an estimate from the head
}

// maxScans of a JPEG: progressive ones have about ten. Each scan goes over the whole picture, and may be a few bytes long.
const maxScans = 100

// Head is what the first part of a file says.
type Head struct {
	Format        string // "jpeg", "png", "gif" or "webp"
	Width, Height int    // as it is stored, before it is turned upright
	Orientation   int    // of EXIF, 1 to 8
	Memory        int64  // bytes that decoding takes, as estimated
}

// Inspect reads the head, by the file's own first bytes, and holds it against the limits. No pixel is decoded.
func Inspect(file []byte, l Limits) (Head, error) {
	h := Head{Format: sniff(file), Orientation: 1}
	codec, ok := codecs[h.Format]
	if !ok {
		return h, ErrFormat
	}
	cfg, err := codec.config(bytes.NewReader(file))
	if err != nil {
		return h, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	h.Width, h.Height = cfg.Width, cfg.Height
	if h.Width < 1 || h.Height < 1 {
		return h, fmt.Errorf("%w: it has no pixels", ErrBroken)
	}
	pixels := int64(h.Width) * int64(h.Height)
	if pixels > int64(l.Pixels) {
		return h, fmt.Errorf("%w: %d × %d is more than %d pixels", ErrTooLarge, h.Width, h.Height, l.Pixels)
	}
	each := codec.bytes(cfg.ColorModel, file)
	if h.Format == "jpeg" {
		j := readJPEG(file)
		h.Orientation, each = j.orientation, j.bytes()
		if j.scans > maxScans {
			return h, fmt.Errorf("%w: %d scans are more than %d", ErrTooLarge, j.scans, maxScans)
		}
	}
	h.Memory = pixels*each + overhead
	if h.Memory > l.Memory {
		return h, fmt.Errorf("%w: it takes %d bytes, which is more than %d", ErrTooLarge, h.Memory, l.Memory)
	}
	return h, nil
}

// overhead is what resizing takes beside the decoded picture.
const overhead = 24 << 20

func sniff(file []byte) string {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(file, []byte("GIF87a")), bytes.HasPrefix(file, []byte("GIF89a")):
		return "gif"
	case len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

// codec is one format. bytes estimates what decoding takes a pixel.
type codec struct {
	config func(*bytes.Reader) (image.Config, error)
	decode func(*bytes.Reader) (image.Image, error)
	bytes  func(m color.Model, file []byte) int64
}

var codecs = map[string]codec{
	"jpeg": {
		func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) },
		func(color.Model, []byte) int64 { return 15 },
	},
	"png": {
		func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) },
		pngBytes,
	},
	"gif": {
		func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }, // the first frame
		func(color.Model, []byte) int64 { return 5 },                        // and a canvas, where the frame is smaller
	},
	"webp": {
		func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) },
		func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) },
		webpBytes,
	},
}

func pngBytes(m color.Model, file []byte) int64 {
	each := int64(4)
	switch m {
	case color.GrayModel:
		each = 1
	case color.Gray16Model:
		each = 2
	case color.RGBA64Model, color.NRGBA64Model:
		each = 8
	}
	if _, ok := m.(color.Palette); ok {
		each = 1
	}
	const interlace = 28 // where IHDR says that there are seven passes
	if len(file) > interlace && file[interlace] != 0 {
		each *= 2
	}
	return each
}

func webpBytes(m color.Model, _ []byte) int64 {
	switch m {
	case color.YCbCrModel:
		return 2
	case color.NYCbCrAModel:
		return 8 // its alpha is a lossless picture of its own
	}
	return 12 // lossless: the pixels, and what they are transformed from
}
