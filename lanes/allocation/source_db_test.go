package allocation

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCells(t *testing.T) {
	tests := []struct {
		value    any
		typeName string
		want     string
	}{
		{nil, "TEXT", ""},
		{"as it is ", "TEXT", "as it is "},
		{[]byte("bytes"), "VARCHAR", "bytes"},
		{[]byte{1, 0}, "BIT", "256"},
		{[]byte{0}, "BIT", "0"},
		{int64(-3), "BIGINT", "-3"},
		{uint64(1 << 63), "UNSIGNED BIGINT", "9223372036854775808"},
		{5e6, "REAL", "5000000"},
		{0.25, "DOUBLE", "0.25"},
		{float32(0.1), "FLOAT", "0.1"},
		{1e300, "DOUBLE", "1e+300"},
		{true, "BOOL", "true"},
		{"5000000.00", "NUMERIC", "5000000"},
		{[]byte("0.250"), "DECIMAL", "0.25"},
		{"100", "NUMERIC", "100"},
		{"5000000.00", "TEXT", "5000000.00"},
		{[]byte("0000-00-00 00:00:00"), "DATETIME", ""},
		{[]byte("2026-03-02 12:00:00"), "DATETIME", "2026-03-02 12:00:00"},
		{time.Date(2026, 3, 2, 21, 0, 0, 5000, time.FixedZone("KST", 9*3600)), "TIMESTAMPTZ", "2026-03-02T12:00:00.000005Z"},
	}
	for _, test := range tests {
		if got, err := cell(test.value, test.typeName); err != nil || got != test.want {
			t.Errorf("%v %s: %q, %v; want %q", test.value, test.typeName, got, err, test.want)
		}
	}
	if _, err := cell(struct{}{}, "POINT"); err == nil {
		t.Error("a value of a type that nobody knows is taken")
	}
}

func TestDSNs(t *testing.T) {
	for dsn, good := range map[string]bool{
		"sqlite:old.db": true, "sqlite:/var/lib/a b?.db": true, "sqlite:": false,
		"mysql://u:p%40ss@127.0.0.1:3306/app": true, "mariadb://u@host/app": true, "mysql://u:p@host/app?tls=skip-verify": true,
		"mysql://u:p@host": false, "mysql:///app": false, "mysql://u:secret@host/app?allowAllFiles=true": false,
		"mysql://u:secret@host/app?tls=maybe":     false,
		"postgres://u:p@host/app?sslmode=disable": true, "postgresql://u@host/app": true,
		"": false, "oracle://u:secret@host/app": false, "postgres://u:se%zzcret@host/app": false,
	} {
		err := checkDSN(dsn)
		if (err == nil) != good {
			t.Errorf("%s: %v", dsn, err)
		}
		if err != nil && strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: the password stands in %q", dsn, err)
		}
		if !good {
			continue
		}
		d, err := openOld(dsn)
		if err != nil {
			t.Errorf("%s: %v", dsn, err)
			continue
		}
		d.Close()
	}
}

func TestSourceConfig(t *testing.T) {
	good := Source{Name: "shop", DSN: "sqlite:x.db", Interval: time.Minute, Queries: map[string]string{"placements": "SELECT 1 AS id"}}
	for want, change := range map[string]func(*Source){
		"":                             func(*Source) {},
		"/sources/0/name":              func(s *Source) { s.Name = "Old Shop" },
		"/sources/0/dsn":               func(s *Source) { s.DSN = "x.db" },
		"/sources/0/interval":          func(s *Source) { s.Interval = time.Millisecond },
		"/sources/0/timeout":           func(s *Source) { s.Timeout = time.Hour },
		"/sources/0/queries/ads":       func(s *Source) { s.Queries = map[string]string{"ads": "SELECT 1 AS id"} },
		"/sources/0/queries/creatives": func(s *Source) { s.Queries = map[string]string{"creatives": " "} },
		"/sources/0/queries":           func(s *Source) { s.Queries = nil },
	} {
		src := good
		change(&src)
		cfg := DefaultConfig()
		cfg.Sources = []Source{src}
		err := cfg.Validate()
		if (want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), want+" ")) {
			t.Errorf("%q: %v", want, err)
		}
	}
	cfg := DefaultConfig()
	cfg.Sources = []Source{good, good}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "/sources/1/name") {
		t.Errorf("two sources of one name: %v", err)
	}
}

// heard keeps what a visitor is told, and may do something before the rows of a kind.
type heard struct {
	rows   map[Kind][][]string
	before map[Kind]func()
}

func (h *heard) columns(kind Kind, _ []string) error {
	if do := h.before[kind]; do != nil {
		do()
	}
	return nil
}

func (h *heard) row(kind Kind, cells []string) {
	if h.rows == nil {
		h.rows = map[Kind][][]string{}
	}
	h.rows[kind] = append(h.rows[kind], append([]string(nil), cells...))
}

func TestRowsAreLimited(t *testing.T) {
	s := newShop(t)
	err := s.inTx(func(tx *sql.Tx) error {
		left, err := readQuery(t.Context(), tx, KindAdvertiser, "SELECT id FROM brand", 2, new(heard))
		if err != nil || left != 0 {
			t.Errorf("%d left, %v", left, err)
		}
		_, err = readQuery(t.Context(), tx, KindCampaign, "SELECT id FROM camp", left, new(heard))
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "more than 500000 rows") {
		t.Errorf("got %v", err)
	}
}

func (s *shop) inTx(fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	return errors.Join(fn(tx), tx.Rollback())
}

func TestReadingIsOneSnapshot(t *testing.T) {
	s := newShop(t)
	s.exec("PRAGMA journal_mode = wal")
	oneSnapshot(t, s)
}

// oneSnapshot writes between the first query and the last one, which must not see it.
func oneSnapshot(t *testing.T, s *shop) {
	t.Helper()
	queries := map[Kind]string{KindAdvertiser: "SELECT id, name FROM brand ORDER BY id", KindCreative: "SELECT id, title FROM pic ORDER BY id"}
	want := map[Kind][][]string{KindAdvertiser: {{"1", "Tea"}, {"2", "Shoes"}}, KindCreative: {{"201", "Drink tea"}, {"202", "Run"}}}
	h := &heard{before: map[Kind]func(){KindAdvertiser: func() { s.exec("DELETE FROM pic WHERE id = 201") }}}
	if err := (oldDatabase{s.dsn}).Read(t.Context(), queries, h); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, h.rows); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
