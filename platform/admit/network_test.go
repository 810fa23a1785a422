package admit

import (
	"net/netip"
	"testing"
)

func TestNetwork(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.9":          "203.0.113.9/32 203.0.113.0/24",
		"::ffff:203.0.113.9":   "203.0.113.9/32 203.0.113.0/24", // IPv4 as IPv6 writes it
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64 2001:db8:1::/48",
		"fe80::1%eth0":         "fe80::/64 fe80::/48",
	} {
		a := netip.MustParseAddr(addr)
		if got := Name(Customer(a)) + " " + Name(Network(a, 24, 48)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if got := Customer(netip.Addr{}); got.IsValid() || Name(got) != "" {
		t.Errorf("what is not known is of %q", Name(got))
	}
}
