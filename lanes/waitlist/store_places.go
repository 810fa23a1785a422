package waitlist

import "context"

// places says how many wait on a list and how many were invited.
type places struct{ Waiting, Invited int64 }

// Places reads those of all lists: one row a list, whatever is on it.
func (s *store) Places(ctx context.Context) (map[string]places, error) {
	rows, err := s.db.Query(ctx, "SELECT list, waiting, invited FROM waitlist_queues")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]places{}
	for rows.Next() {
		var list string
		var p places
		if err := rows.Scan(&list, &p.Waiting, &p.Invited); err != nil {
			return nil, err
		}
		all[list] = p
	}
	return all, rows.Err()
}

// Waiting reads how many wait on one list; 0 where there is none.
func (s *store) Waiting(ctx context.Context, list string) (n int64, err error) {
	return n, s.db.QueryRow(ctx, "SELECT coalesce(max(waiting), 0) FROM waitlist_queues WHERE list = $1", list).Scan(&n)
}
