package waitlist

import (
	"net/http"
	"strconv"
)

// rowsTrailer comes after an export that is whole, with the number of its sign-ups. When something goes wrong on the way, the
// connection is aborted and there is none.
const rowsTrailer = "X-Export-Rows"

func (l *Lane) export(w http.ResponseWriter, r *http.Request) error {
	q, list := r.URL.Query(), r.PathValue("list")
	format := q.Get("format")
	media := map[string]string{"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}[format]
	if media == "" {
		return ErrFormat
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="waitlist-`+list+`.`+format+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Trailer", rowsTrailer)
	rows, err := l.Export(r.Context(), list, format, q.Get("bom") == "1", w)
	if err != nil {
		for _, name := range []string{"Content-Disposition", "Trailer"} {
			h.Del(name)
		}
		return err
	}
	h.Set(rowsTrailer, strconv.FormatInt(rows, 10))
	return nil
}
