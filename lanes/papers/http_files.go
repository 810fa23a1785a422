package papers

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

func (l *Lane) fileRoutes() []lane.Route {
	at := apiPath + "/{link}"
	return []lane.Route{
		{
			Pattern: "POST " + at + "/images", Effect: lane.Write, Key: "link", Class: admit.Bulk, Access: identity.Known,
			Limits:  lane.Limits{Body: l.cfg.Images.MaxBytes + 64<<10, Time: uploadTime},
			Summary: "Upload a picture for a note: the file itself, or a form with one file", Handler: lane.HTTP(l.upload),
		},
		{
			Pattern: "GET " + at + "/images/{image}", Effect: lane.Read, Key: "link", Class: admit.Bulk, Access: identity.Known,
			Limits: lane.Limits{Time: uploadTime}, Summary: "A picture of a paper", Handler: lane.HTTP(l.image),
		},
		{
			Pattern: "GET " + at + "/export", Effect: lane.Read, Key: "link", Class: admit.Bulk, Access: identity.Known,
			Limits: lane.Limits{Time: uploadTime}, Summary: "The paper as a file to keep: ?format=html, or json; with all pictures in it",
			Handler: lane.HTTP(l.export),
		},
	}
}

// upload does not trust what the file is said to be: its first bytes say it.
func (l *Lane) upload(w http.ResponseWriter, r *http.Request) error {
	file, err := l.uploaded(r)
	if err != nil {
		return err
	}
	made, err := l.Upload(r.Context(), callerOf(r.Context(), r.Header.Get("Paper-Author")), r.PathValue("link"), file)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Location", made.URL)
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(made)
}

// uploaded is the body, or the first file of a form.
func (l *Lane) uploaded(r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := io.Reader(r.Body)
	switch {
	case err != nil:
		return nil, ErrImageType.Because(err)
	case strings.HasPrefix(media, "image/"), media == "application/octet-stream":
	case media == "multipart/form-data":
		form, err := r.MultipartReader()
		if err != nil {
			return nil, ErrImageType.Because(err)
		}
		if body, err = firstFile(form.NextPart); err != nil {
			return nil, err
		}
	default:
		return nil, ErrImageType
	}
	file, err := io.ReadAll(io.LimitReader(body, l.cfg.Images.MaxBytes+1))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, ErrImageSize.Because(tooLarge)
	}
	if err != nil {
		return nil, ErrImage.Because(err)
	}
	if int64(len(file)) > l.cfg.Images.MaxBytes {
		return nil, ErrImageSize
	}
	return file, nil
}

// image is kept by browsers for ever: another picture has another name.
func (l *Lane) image(w http.ResponseWriter, r *http.Request) error {
	body, info, err := l.Image(r.Context(), callerOf(r.Context(), ""), r.PathValue("link"), r.PathValue("image"))
	if err != nil {
		return err
	}
	defer body.Close()
	tag := `"` + info.SHA256[:24] + `"`
	h := w.Header()
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", info.Type)
	h.Set("Content-Length", strconv.FormatInt(info.Size, 10))
	_, err = io.Copy(w, body)
	return err
}

// export answers with a file that opens without us.
func (l *Lane) export(w http.ResponseWriter, r *http.Request) error {
	format := r.URL.Query().Get("format")
	if format == "" {
		format = "html"
	}
	lang := r.URL.Query().Get("lang")
	if lang != "ko" && lang != "en" {
		lang = "" // the paper's
	}
	e, err := l.Export(r.Context(), callerOf(r.Context(), ""), r.PathValue("link"), format, lang)
	if err != nil {
		return err
	}
	defer e.Close()
	h := w.Header()
	h.Set("Content-Type", e.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	return e.Write(r.Context(), w)
}
