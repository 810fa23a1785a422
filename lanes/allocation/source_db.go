package allocation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxSourceRows is how many rows the queries of a source may give in all.
const maxSourceRows = 500_000

// visitor gets what a source's queries give.
type visitor interface {
	// columns come first, for each query. An error ends the reading.
	columns(kind Kind, names []string) error
	// row has a cell for each column; it must not keep the slice.
	row(kind Kind, cells []string)
}

// oldDatabase is the database of the app behind, read as its owner describes it. Nothing is kept open between readings.
type oldDatabase struct{ dsn string }

// Read runs the queries, of which each kind has one at most, in one read-only transaction, and shows their rows. After an
// error what was shown is not all there is.
func (o oldDatabase) Read(ctx context.Context, queries map[Kind]string, v visitor) (err error) {
	old, err := openOld(o.dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	old.SetMaxOpenConns(1)
	options := sql.TxOptions{ReadOnly: true}
	if !strings.HasPrefix(o.dsn, "sqlite:") { // which has but one level, and that is a snapshot
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := old.BeginTx(ctx, &options)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	left := maxSourceRows
	for _, kind := range kinds {
		query, ok := queries[kind]
		if !ok {
			continue
		}
		if left, err = readQuery(ctx, tx, kind, query, left, v); err != nil {
			return fmt.Errorf("query for %ss: %w", kind, err)
		}
	}
	return nil
}

func readQuery(ctx context.Context, tx *sql.Tx, kind Kind, query string, left int, v visitor) (int, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	names, values := make([]string, len(types)), make([]any, len(types))
	cells, into := make([]string, len(types)), make([]any, len(types))
	for i, t := range types {
		names[i], into[i] = t.Name(), &values[i]
	}
	if err := v.columns(kind, names); err != nil {
		return 0, err
	}
	for ; rows.Next(); left-- {
		if left == 0 {
			return 0, fmt.Errorf("more than %d rows in all", maxSourceRows)
		}
		if err := rows.Scan(into...); err != nil {
			return 0, err
		}
		for i, value := range values {
			if cells[i], err = cell(value, types[i].DatabaseTypeName()); err != nil {
				return 0, fmt.Errorf("column %s: %w", names[i], err)
			}
		}
		v.row(kind, cells)
	}
	return left, rows.Err()
}

// cell writes a value as CSV would have it; nothing and NULL are the same.
func cell(value any, typeName string) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return textCell(v, typeName), nil
	case []byte:
		if typeName == "BIT" { // of MySQL: a number, big end first
			n := uint64(0)
			for _, b := range v {
				n = n<<8 | uint64(b)
			}
			return strconv.FormatUint(n, 10), nil
		}
		return textCell(string(v), typeName), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case float64:
		return floatCell(v, 64), nil
	case float32:
		return floatCell(float64(v), 32), nil
	case bool:
		return strconv.FormatBool(v), nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	}
	return "", fmt.Errorf("a value of type %s (%T) cannot be read; cast it to text", typeName, value)
}

// textCell writes money and dates as the columns of things want them.
func textCell(s, typeName string) string {
	switch typeName {
	case "NUMERIC", "DECIMAL": // 5000000.00 is a whole number
		if whole, rest, ok := strings.Cut(s, "."); ok {
			if rest = strings.TrimRight(rest, "0"); rest == "" {
				return whole
			}
			return whole + "." + rest
		}
	case "DATE", "DATETIME", "TIMESTAMP": // MySQL's way to have no date
		if strings.HasPrefix(s, "0000-00-00") {
			return ""
		}
	}
	return s
}

// floatCell writes a whole number without a point or an exponent.
func floatCell(f float64, bits int) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}
