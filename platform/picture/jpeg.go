package picture

import (
	"bytes"
	"encoding/binary"
)

// jpegHead is what the markers of a JPEG say that the standard library does not tell.
type jpegHead struct {
	orientation int
	scans       int
	progressive bool
	converted   bool // CMYK or RGB: a second copy is made
	samples     int  // of all components in one block of the largest sampling, by pixels: 3 for 4:4:4, 1.5 for 4:2:0, times 100
}

// bytes are what decoding takes a pixel: progressive ones keep all coefficients, in four bytes each, until the last scan.
func (j jpegHead) bytes() int64 {
	each := j.samples
	if j.progressive {
		each *= 5
	}
	if j.converted {
		each += 400
	}
	return int64(each+99) / 100
}

// readJPEG walks over the markers. What is broken ends the walk: decoding then fails as well.
func readJPEG(file []byte) jpegHead {
	j := jpegHead{orientation: 1, samples: 300}
	for at := 2; ; {
		next := bytes.IndexByte(file[min(at, len(file)):], 0xff)
		if next < 0 || at+next+1 >= len(file) {
			return j
		}
		at += next + 1
		marker := file[at]
		switch {
		case marker == 0xff: // fill
			continue
		case marker == 0xd9: // the end
			return j
		case marker <= 0x01, marker >= 0xd0 && marker <= 0xd8: // nothing behind it
			at++
			continue
		}
		if at+3 > len(file) {
			return j
		}
		size := int(binary.BigEndian.Uint16(file[at+1:]))
		if size < 2 || at+1+size > len(file) {
			return j
		}
		j.segment(marker, file[at+3:at+1+size])
		at += 1 + size
	}
}

func (j *jpegHead) segment(marker byte, body []byte) {
	switch {
	case marker == 0xda:
		j.scans++
	case marker == 0xe1:
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && j.orientation == 1 {
			j.orientation = orientation(tiff)
		}
	case marker == 0xee && bytes.HasPrefix(body, []byte("Adobe")):
		j.converted = true
	case marker >= 0xc0 && marker <= 0xc2:
		j.progressive = marker == 0xc2
		j.frame(body)
	}
}

// frame reads the sampling of the components.
func (j *jpegHead) frame(body []byte) {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return
	}
	most, sum := 1, 0
	for i := range int(body[5]) {
		factors := body[6+3*i+1]
		area := int(factors>>4) * int(factors&15)
		sum += area
		most = max(most, area)
	}
	if body[5] == 1 { // one component's own sampling means nothing
		sum, most = 1, 1
	}
	j.converted = j.converted || body[5] == 4
	j.samples = (100*sum + most - 1) / most
}

// orientation is what IFD0 of a TIFF says, 1 to 8; 1 where it says nothing that is understood.
func orientation(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := int64(order.Uint16(tiff[at:]))
	const entry, tag, short = 12, 0x0112, 3
	for i := range entries {
		from := at + 2 + i*entry
		if from+entry > int64(len(tiff)) {
			break
		}
		e := tiff[from : from+entry]
		if order.Uint16(e) != tag {
			continue
		}
		if n := int(order.Uint16(e[8:])); order.Uint16(e[2:]) == short && n >= 1 && n <= 8 {
			return n
		}
		break
	}
	return 1
}
