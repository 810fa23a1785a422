// Package httpio is how endpoints meet HTTP: it binds and checks requests, encodes answers, turns errors into problems
// (RFC 9457) and describes all of it as OpenAPI 3.1.
//
// An endpoint is a function from a request value to an answer value. What there is to know about both types is worked out
// once, when the route is registered; a request is a loop over setters and checks.
//
// Request values. Fields tagged path, query or header are bound from there, the others are members of the JSON body:
//
//		type Rename struct {
//			ID    string `path:"id"`
//			Force bool   `query:"force"`
//			Title string `json:"title" minLength:"1" maxLength:"200" doc:"shown to readers"`
//		}
//
//	  - Texts may be string, bool, the integers, floats, time.Time (RFC 3339, or a date with format:"date"), anything with
//	    UnmarshalText, pointers to these (nil: not given) and slices of these. A slice in the query or a header is separated by
//	    commas and may be repeated; query:"name,explode" only repeats. What is no slice must be given at most once.
//	  - Embedded structs are part of the struct they are in.
//	  - Query parameters that the struct does not name are ignored: whatever stands between a client and an API likes to add
//	    its own. Members of the body that the struct does not name are refused: nobody but the client wrote them.
//	  - The body is strict JSON: no repeated names, no invalid UTF-8, nothing after the value, names compare case-sensitively.
//	    A type with members of the body must be sent one, whatever the method: without a body, or with null for one, the
//	    endpoint is not asked, so that nobody creates or resets a thing by sending nothing. {} says that nothing is given.
//	    In it null is as good as absent. What has no omitempty or omitzero is required, as in the schema; the tag
//	    required says otherwise. Parameters are required only when they say so, path parameters always.
//	  - A type may bring its own decoder, UnmarshalJSONFrom or UnmarshalJSON. A fault that it returns is the answer.
//
// Rules are tags, the same as in the schema: minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength (in
// characters), pattern, enum, format (date, date-time, uri, email, ip), minItems, maxItems, minProperties, maxProperties,
// default. On a slice the first eight and format are about its items. A rule that cannot apply refuses to compile. A request
// type with Validate() []fault.Field is asked when all tags hold.
//
// Answers. A nil answer is 204. A type may have AppendJSON (its own encoder), Status and Headers. Errors become problems;
// what is no fault is logged and answered 500 without its text.
package httpio
