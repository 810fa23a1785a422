package ledger

import "fmt"

// Billing is what an advertiser pays for.
type Billing uint8

const (
	CPM   Billing = iota // the bid is for 1000 impressions
	CPC                  // the bid is for a click
	Fixed                // the bid is for one impression
)

func (b Billing) String() string { return [...]string{"cpm", "cpc", "fixed"}[b] }

// ParseBilling reads cpm, cpc or fixed.
func ParseBilling(s string) (Billing, error) {
	for b := CPM; b <= Fixed; b++ {
		if s == b.String() {
			return b, nil
		}
	}
	return 0, fmt.Errorf("must be cpm, cpc or fixed, is %q", s)
}

// MaxBid is the highest bid, in micros: a hundred million units.
const MaxBid int64 = 1e14

// CheckBid tells whether a bid in micros is in range: 0 to MaxBid, and for CPM a multiple of 1000, so that one impression
// has a price in whole micros.
func CheckBid(b Billing, bid int64) error {
	switch {
	case b > Fixed:
		return fmt.Errorf("must be cpm, cpc or fixed")
	case bid < 0 || bid > MaxBid:
		return fmt.Errorf("must be from 0 to %d micros, is %d", MaxBid, bid)
	case b == CPM && bid%1000 != 0:
		return fmt.Errorf("must be a multiple of 1000 micros for cpm, is %d", bid)
	}
	return nil
}

// PerImpression is what one impression reserves and, confirmed, spends, in micros.
func PerImpression(b Billing, bid int64) int64 {
	switch b {
	case CPM:
		return bid / 1000
	case Fixed:
		return bid
	default:
		return 0
	}
}

// PerClick is what one click charges, in micros.
func PerClick(b Billing, bid int64) int64 {
	if b == CPC {
		return bid
	}
	return 0
}
