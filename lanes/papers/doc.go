// Package papers is the rolling paper: a card for one person that many write together, live, before it is handed over.
//
// # What it owns
//
// Papers, the notes on them, their images, who may do what; the live channels "paper:{id}"; what is mailed when one is delivered. What a
// board is, the operations on it, the entries and the document are in lanes/papers/board, with the rule by which all come to the same.
//
// # Links and roles
//
// Who has a link may do what it is for. A link is 22 letters and digits, the first of which says its kind, the others 125 random bits;
// wherever a path has {link}, any of the three stands.
//
//	o…  owner      edits, closes, delivers, hides, deletes. Told once, when the paper is made.
//	w…  writers    write notes while the paper is open; read it afterwards.
//	r…  recipient  reads it once it is delivered.
//
// A user (identity.User) who made a paper is its owner by any of its links. With writers "invited", the writers' link is good for users
// that the owner named, and for nobody else.
//
// An author is known by a token: the header "Paper-Author", 22 letters and digits that the server makes and the client keeps, or the
// user's own token where there is one. Authors' ids ("a…", the same for one author on one paper, different on each paper) are public;
// they do not lead back to tokens or users.
//
// # States
//
//	open ──close, or its deadline──▶ closed ──deliver──▶ delivered ──delete, or retention──▶ gone
//
// deliver closes an open one as well; delete ends any. That the deadline is over is a comparison with the clock: from then on nothing
// is taken, whether or not the job has tidied up. Closing and the final document are one transaction, and the channel is forgotten after it.
//
// # Live
//
// POST /v1/papers/{link}/live answers {"channel":"paper:…","token":"…","expires":"…","role":"owner","author":{"id":"a…","token":"…"}}.
// Connect (no token is needed), subscribe to the channel with the token; the answer has the document as its data, at exactly its
// offset; publications are entries. What is published with op is an operation: acknowledged when it is durable, answered with the refusal's code
// otherwise. Before it expires (10 min), ask for another and send it with sub_refresh. What is published without op goes beside the log:
//
//	{"t":"cursor","x":300,"y":200}                       →  {"t":"cursor","client":"…","by":"a…","x":300,"y":200}
//	{"t":"drag","id":"n…","x":300,"y":200,"rot":4}       →  {"t":"drag","client":"…","by":"a…","id":"n…","x":300,"y":200,"rot":4}
//	{"t":"writing","id":"n…"}  ("id":"" or none: a new one; "on":false: no more)  →  {"t":"writing","client":"…","by":"a…","id":"n…","on":true}
//
// A drag is of one's own note and ends with a note.move. Presence info is {"author":"a…","name":"…","role":"writer"}; the name is what the
// client said in POST live. When the paper closes, all get the paper.close or paper.deliver entry, and the subscription ends.
//
// # HTTP
//
// Types are in model.go. {link} is any link of the paper, {note} a note's id. Who writes sends Paper-Author, or is given a token in the answer.
//
//	POST   /v1/papers                              NewPaper → Card with links (201); Idempotency-Key makes it repeatable
//	GET    /v1/papers                              the papers of the user who asks: {"papers":[Card…],"next":"…"}; ?after= ?limit=
//	GET    /v1/papers/{link}                       Whole
//	PATCH  /v1/papers/{link}                       PaperPatch → Card          owner
//	DELETE /v1/papers/{link}                       204: everything is erased  owner
//	POST   /v1/papers/{link}/live                  {"name":"…"} → Pass
//	PUT    /v1/papers/{link}/notes/{note}          NoteFields → Done          writer; Idempotency-Key
//	POST   /v1/papers/{link}/notes/{note}/move     {"x","y","rot","z"} → Done writer
//	DELETE /v1/papers/{link}/notes/{note}          Done                       writer
//	POST   /v1/papers/{link}/notes/{note}/hide     {"hidden":true} → Done     owner
//	POST   /v1/papers/{link}/notes/{note}/report   {"reason":"…"} → 204       whoever may read it
//	POST   /v1/papers/{link}/images                the file itself (image/jpeg, image/png, image/webp, image/gif) or multipart/form-data
//	                                               with one file → Image (201) writer
//	GET    /v1/papers/{link}/images/{image}        the picture; kept for ever
//	POST   /v1/papers/{link}/close                 Card                       owner
//	POST   /v1/papers/{link}/deliver               Card                       owner
//	GET    /v1/papers/{link}/export?format=html|json  a file to keep: self-contained HTML, or JSON with images inside
//
// Pages: GET /papers (make one), GET /papers/{link}.
//
// # What it guarantees
//
//   - What was acknowledged is durable, and done once, over WebSocket and over HTTP.
//   - All who have a paper open come to the same board.
//   - Who is no owner never changes what another wrote; nobody reads a paper through the recipient's link before it is delivered.
//   - What is deleted is erased: rows, log, images.
//
// # What it refuses
//
// More than 2,000 notes on a paper (10,000 over its life), 500 connections in it, images that are none or too large, fields that break
// their rules, each named; too much from one client.
package papers
