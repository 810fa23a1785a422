// Package picture makes small pictures of what strangers send, square ones or whole ones, and draws one where there is none.
//
// What it refuses, before a pixel is decoded: what is no JPEG, PNG, GIF or WebP by its first bytes, whatever it was called; more
// pixels than Limits allow; what would take more memory than they allow; a JPEG of more scans than any camera or program makes.
// What it guarantees: the answer is encoded anew, so that nothing of the file's metadata (place, camera, thumbnails, comments,
// profiles) is in it; it is upright as its EXIF orientation says; it is never larger than the original. The first frame stands for
// an animation; the others are not decoded. Work is bounded by Limits; it cannot be broken off.
package picture
