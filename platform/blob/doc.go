// Package blob keeps files that people upload: a small port with two adapters, a database ([Database]) and a folder ([Folder]).
//
// # What it owns
//
// Blobs: bytes with a type, by group and id. A group is what belongs together and goes together: one paper's images. Ids are the
// caller's; a blob never changes.
//
// # What it guarantees
//
//   - A blob that Put has taken is durable and whole; one that it has not taken is not there.
//   - No group passes its limits, however many put into it at one time (in a folder that several processes share: by one blob each).
//   - What is read is what was put: a file that is cut short or changed is an error, not a shorter answer.
//   - DeleteGroup leaves nothing of a group. What is being read then ends with an error.
//
// # What it refuses
//
// What is larger than one blob may be, before it has read more than that; what does not fit into its group; other bytes under an id that is
// there; names that are no names.
package blob
