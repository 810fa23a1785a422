package fetch_test

import (
	"net/netip"
	"testing"

	"github.com/hotlane/hotlane/platform/fetch"
)

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "100.63.255.255": true, "100.128.0.1": true, "172.15.255.255": true, "172.32.0.1": true,
		"192.31.196.1": true, "223.255.255.255": true, "2606:4700:4700::1111": true, "2001:200::1": true, "64:ff9b::808:808": true,
		"::ffff:8.8.8.8": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "100.100.100.200": false, "127.0.0.1": false,
		"127.255.255.254": false, "168.63.129.16": false, "169.254.169.254": false, "169.254.170.2": false, "172.16.0.1": false,
		"172.31.255.255": false, "192.0.0.192": false, "192.0.2.1": false, "192.88.99.1": false, "192.168.1.1": false,
		"198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false,
		"239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,

		"::": false, "::1": false, "::7f00:1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:a9fe:a9fe": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::808:808": false, "100::1": false, "2001::1": false,
		"2001:0:7f00:1::": false, "2001:db8::1": false, "2002:7f00:1::": false, "2002:808:808::1": false, "3fff::1": false, "4000::1": false,
		"fc00::1": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false,
		"2606:4700::1%lo": false,
	} {
		if got := fetch.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public %t, want %t", text, got, want)
		}
	}
	if fetch.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// FuzzPublic holds the list against what the standard library knows of addresses by itself.
func FuzzPublic(f *testing.F) {
	for _, a := range []string{"127.0.0.1", "8.8.8.8", "::1", "fe80::1", "64:ff9b::7f00:1", "2606:4700::1"} {
		b := netip.MustParseAddr(a).As16()
		f.Add(b[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		public, inner := fetch.Public(a), a.Unmap()
		if public && (inner.IsPrivate() || inner.IsLoopback() || inner.IsLinkLocalUnicast() || inner.IsMulticast() || inner.IsUnspecified() || !inner.IsGlobalUnicast()) {
			t.Errorf("%s is public", a)
		}
		if a.Is4() {
			if mapped := netip.AddrFrom16(a.As16()); fetch.Public(mapped) != public {
				t.Errorf("%s is public: %t, and mapped the other", a, public)
			}
			four := a.As4()
			embedded := netip.MustParseAddr("64:ff9b::").As16()
			copy(embedded[12:], four[:])
			if fetch.Public(netip.AddrFrom16(embedded)) != public {
				t.Errorf("%s is public: %t, and by NAT64 the other", a, public)
			}
		}
	})
}
