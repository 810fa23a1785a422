package admit

import "net/netip"

// Customer is what one customer of a provider is usually given: an IPv4 address, an IPv6 /64. An address that is not known is the zero
// prefix, one for all of them.
func Customer(addr netip.Addr) netip.Prefix { return Network(addr, 32, 64) }

// Name is its text; empty where it is not known.
func Name(network netip.Prefix) string {
	if !network.IsValid() {
		return ""
	}
	return network.String()
}

// Network is the part of the internet around an address, by the bits of IPv4 and of IPv6; the zero prefix where it is not known.
func Network(addr netip.Addr, v4, v6 int) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := v6
	if addr.Is4() {
		bits = v4
	}
	p, _ := addr.Prefix(bits) // an invalid address: the zero prefix
	return p
}
