// Package board is the document that people write together: a paper and the notes on it, and the operations that change them. It is
// pure: no I/O, no clock; the caller says who does what and when.
//
// # The rule
//
// Operations are decided one after the other, by [Board.Decide], against the board as the log has it; what it gives is the entry that is
// logged and that all get. The board is the fold of its entries in the order of the log ([Board.Apply]), and nothing else: whoever has
// applied the same entries has the same board. Within it
//
//   - the last writer wins, field by field, in the order of the log: an operation changes the fields that it names and no other, so that
//     whoever moves a note and whoever writes in it at the same time both have their way;
//   - a note that was deleted stays deleted: nothing brings its id back, and what comes for it later changes nothing;
//   - a note is above another when its z is higher, or the same and its id is greater;
//   - once the paper is closed, no entry changes a note.
//
// A client that shows its own operations before they are acknowledged shows the fold of the log with those on top, and takes each out when
// its entry (known by ref) or its refusal has come.
//
// # What is sent: operations
//
// One JSON object. op names it for good (see realtime.Op), ref is the sender's own and comes back in the entry; both are the only members
// that every operation has beside t. Members that an operation does not have are refused.
//
//	{"op":"…:1","t":"note.put","id":"nA1b2…","ref":"x1","name":"민지","text":"축하해!","color":"lemon","font":"hand","x":300,"y":200,"w":220,"rot":-3,"z":5,"image":""}
//	{"op":"…:2","t":"note.move","id":"nA1b2…","x":320,"y":210,"rot":4,"z":6}
//	{"op":"…:3","t":"note.delete","id":"nA1b2…"}
//	{"op":"…:4","t":"note.hide","id":"nA1b2…"}      by the owner
//	{"op":"…:5","t":"note.unhide","id":"nA1b2…"}    by the owner
//	{"op":"…:6","t":"paper.edit","title":"…","recipient":"…","theme":"birthday","size":"medium","deadline":1767225600000,"zone":"Asia/Seoul","writers":"link"}    by the owner
//	{"op":"…:7","t":"paper.close"}                  by the owner
//	{"op":"…:8","t":"paper.deliver"}                by the owner; closes as well
//
// note.put makes a note where the id has never been used, and changes the fields that it names where it is there. A new one must have a
// name, x and y, and text or an image; the rest is w 220, rot 0, color "lemon", font "sans", z above all others unless it says otherwise. note.move has
// at least one of x, y, rot, z. An author may put, move and delete their own notes, the owner everybody's; what a hidden
// one says nobody changes, and its author may only delete it. note.put with "new":true is refused where the note is there already or was; with "new":false where it is not. Without new,
// it does what fits.
//
//	id      n and 8 to 24 of A-Z a-z 0-9, made at random by whoever writes the note
//	text    at most 1,000 characters and 40 lines; "" where there is an image
//	name    1 to 40 characters, one line
//	color   lemon peach rose lilac sky mint sand white
//	font    sans serif hand mono
//	x, y    the note's centre in board units, whole numbers from 0 to the board's width and height
//	w       width of the note in board units, 120 to 600
//	rot     degrees clockwise, -45 to 45
//	z       0 to 1,000,000,000
//	image   as the upload's answer names it: "<id>.<width>.<height>.<signature>", or "" for none
//	ref     at most 40 of A-Z a-z 0-9 _ : . -
//	title   1 to 100 characters, recipient 1 to 60, one line each
//	theme   paper birthday farewell thanks cheer night
//	size    small 1200×1600, medium 1600×2400, large 2400×3600, huge 4800×7200 board units; notes must stay within
//	deadline  Unix milliseconds, ahead; 0: none.  zone  an IANA name: how the deadline is shown.  writers  link or invited
//
// A character is a Unicode code point; control characters (but line feeds in text) and marks that change the direction of what
// follows are refused.
//
// # What all get: entries
//
// The operation's members without op and new, each checked, with by (the author's id: who did it) and at (Unix milliseconds). What differs:
//
//   - note.put of a new note has "new":true and all fields, but image where there is none; by is then the note's author.
//   - note.unhide has "note": the whole note as in the document.
//
// A client that meets a t or a member that it does not know leaves it alone.
//
// # The document
//
// What a snapshot is, what GET /v1/papers/{link} has in it, and what stays when the paper is closed:
//
//	{"v":1,
//	 "paper":{"title":"…","recipient":"…","theme":"birthday","size":"medium","w":1600,"h":2400,"deadline":1767225600000,"zone":"Asia/Seoul",
//	          "writers":"link","state":"open"},
//	 "notes":[{"id":"n…","by":"a…","name":"민지","text":"…","color":"lemon","font":"hand","x":300,"y":200,"w":220,"rot":-3,"z":5,
//	           "image":"…","at":1767000000000,"edited":1767000100000},
//	          {"id":"n…","by":"a…","x":…,"y":…,"w":…,"rot":…,"z":…,"at":…,"hidden":true}]}
//
// Notes stand in the order in which they were made. deadline, image, edited are left out where there is none. Of a hidden note everybody
// gets its place alone; the owner's GET has it whole. state is open, closed or delivered. A board that says a version above [Version] is
// refused: a newer program wrote it.
package board
