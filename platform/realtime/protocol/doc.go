// Package protocol is the client protocol of Centrifuge: the messages that its published SDKs send and read over a WebSocket, in JSON
// and in Protobuf. The messages are defined here from their documented fields (client.proto of centrifugal/protocol, and
// https://centrifugal.dev/docs/transports/client_protocol); what a server of ours has no use for (maps of keys, deltas, filters,
// dictionaries, one-way transports) is left out, and skipped when a client sends it.
//
// It owns the wire form alone: it does no I/O, keeps nothing, and decides nothing that a client may or may not do.
//
// # Frames
//
// A WebSocket message is a frame: one or more commands from a client, one or more replies from a server. In JSON they stand one on a
// line, joined with a newline; in Protobuf each has its length before it, as a varint. An empty command is a pong, an empty reply a ping.
// What Append writes has no newline, at its end or within, and has its length before it in Protobuf.
//
// # Payloads
//
// What clients say to each other (Data, Info) is JSON text in both codecs, kept as bytes: in JSON it is embedded as it is, but for line
// breaks between its tokens, which are taken out; in Protobuf it is a bytes field. Decode refuses what is no valid JSON, in both.
//
// # What is refused
//
// A frame longer than the caller allows or with more than [MaxMessages] messages, values nested deeper than [MaxDepth], text that is
// not UTF-8, a known field twice or of another type, numbers out of their range or with a fraction, more than one request in a
// command, truncated or overlong varints, groups, and whatever is not JSON. Unknown fields are read over.
package protocol
