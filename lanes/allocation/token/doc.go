// Package token makes and checks the signed tokens that a decision hands out with each item, and that come back as its
// impression, click and conversion. One token serves all three: the kind of event is not in it.
//
// A token is 55 bytes, little endian, and a MAC of 16 (HMAC-SHA256, truncated as RFC 2104 section 5 has it), in base64url
// without padding (RFC 4648 section 5): 95 characters.
//
//	 0  version 1      12  lease 8        32  user hash 8
//	 1  key 1          20  line item 4    40  issued in Unix ms, 42 bits; life in ms, 30 bits
//	 2  block 8        24  creative 4     49  price in micros 6
//	10  index 12 bits, 28  placement 4    55  MAC 16
//	    billing 4 bits
//
// 55 bytes are as many as SHA-256 takes in one block.
package token
