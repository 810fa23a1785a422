package papers

import (
	"errors"
	"io"
	"mime/multipart"
)

// firstFile is the first part of a form that is a file; what stands before it is passed over, up to a few.
func firstFile(next func() (*multipart.Part, error)) (io.Reader, error) {
	for range 10 {
		part, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ErrImageType.Because(err)
		}
		if part.FileName() != "" {
			return part, nil
		}
	}
	return nil, ErrImageType
}
