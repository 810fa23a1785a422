package waitlist

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxExports is how many exports one process runs at a time: each holds a reading connection for as long as its client takes.
const maxExports = 2

// Export writes all sign-ups of a list, as they were at one moment, and says how many these were. format is csv or ndjson; bom puts
// a byte order mark before a CSV, by which Excel knows that it is UTF-8. Memory does not grow with the list. Errors: ErrNoList,
// ErrFormat, ErrExports; after the first byte, whatever went wrong.
func (s *Service) Export(ctx context.Context, list, format string, bom bool, w io.Writer) (rows int64, err error) {
	l, err := s.shelf.get(list)
	if err != nil {
		return 0, err
	}
	if format != "csv" && format != "ndjson" {
		return 0, ErrFormat
	}
	select {
	case s.exports <- struct{}{}:
		defer func() { <-s.exports }()
	default:
		return 0, ErrExports
	}
	out := bufio.NewWriterSize(w, 64<<10)
	write := ndjson(out)
	if format == "csv" {
		if write, err = csvRows(out, l, bom); err != nil {
			return 0, err
		}
	}
	err = s.store.Export(ctx, list, func(v *Signup) error {
		rows++
		return write(v)
	})
	if err != nil {
		return rows, err
	}
	return rows, out.Flush()
}

func ndjson(w io.Writer) func(*Signup) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	return func(v *Signup) error { return lines.Encode(v) }
}

var csvHeader = []string{
	"id", "stage", "address", "name", "lang", "source", "utm_source", "utm_medium", "utm_campaign", "code", "referred_by", "referrals",
	"wave", "bounced", "created_at", "confirmed_at", "invited_at", "unsubscribed_at",
}

// csvRows writes the header and returns what writes a row (RFC 4180, with CRLF). Custom fields follow as field.<name>, those that the
// list has now.
func csvRows(w *bufio.Writer, l *List, bom bool) (func(*Signup) error, error) {
	if bom {
		if _, err := w.WriteString("\uFEFF"); err != nil {
			return nil, err
		}
	}
	lines := csv.NewWriter(w)
	lines.UseCRLF = true
	header := append([]string(nil), csvHeader...)
	for _, f := range l.Fields {
		header = append(header, "field."+f.Name)
	}
	row := make([]string, 0, len(header))
	return func(v *Signup) error {
		row = append(row[:0],
			v.ID, string(v.Stage), safeCell(v.Address), safeCell(v.Name), v.Lang, safeCell(v.Source), safeCell(v.UTM.Source),
			safeCell(v.UTM.Medium), safeCell(v.UTM.Campaign), v.Code, v.ReferredBy, strconv.Itoa(v.Referrals), v.Wave,
			strconv.FormatBool(v.Bounced), v.CreatedAt.Format(time.RFC3339), cellTime(v.ConfirmedAt), cellTime(v.InvitedAt), cellTime(v.UnsubscribedAt))
		for _, f := range l.Fields {
			row = append(row, cellOf(v.Fields[f.Name]))
		}
		return lines.Write(row) // into w's own buffer, which csv.NewWriter takes over: Export flushes it
	}, lines.Write(header)
}

func cellTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

func cellOf(v any) string {
	switch v := v.(type) {
	case string:
		return safeCell(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// safeCell puts a quote before what a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection):
// East Asian ones also take the wide forms.
func safeCell(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", first) {
		return "'" + s
	}
	return s
}
