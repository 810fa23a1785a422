// Package liveclient is a client of live channels for tests and benchmarks: JSON and Protobuf, recovery, operations that are sent again
// until they are answered. It is light: one goroutine a connection, so that one process can be tens of thousands of clients.
//
// Everything a client is told is told by its reading goroutine, in the order of arrival: handlers must not block nor wait for an answer.
// Unlike an SDK it is made to be broken: [Client.Break] cuts the line, and [Options] decide where and when it comes back.
package liveclient
