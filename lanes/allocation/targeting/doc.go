// Package targeting holds the boolean expressions that say for whom an item is meant: their text and JSON forms, the
// check against a schema, the evaluation against the attributes of a request, and the expansion into the conjunctions
// that the engine indexes. It is pure: no I/O, no clock, no globals.
//
// # Text
//
//	expr      = and {OR and}
//	and       = not {AND not}
//	not       = [NOT] primary
//	primary   = "(" expr ")" | TRUE | predicate
//	predicate = name [NOT] IN "(" value {"," value} ")"
//	          | name ("=" | "!=" | "<" | "<=" | ">" | ">=") value
//	          | name [NOT] BETWEEN value AND value
//	          | name [NOT] PREFIX "(" string {"," string} ")"
//	          | name [NOT] WITHIN number ("km" | "m") OF number "," number
//	          | name [NOT] EXISTS
//
// Keywords are read in any case. Strings stand in single or double quotes; the quote itself is written twice.
//
// # JSON
//
//	true                                        {"and":[…]} {"or":[…]} {"not":…}
//	{"attr":"os","in":["android"]}              {"attr":"os","not_in":["ios"]}
//	{"attr":"os","eq":"android"}                {"attr":"os","ne":"ios"}
//	{"attr":"age","gte":20,"lt":30}             {"attr":"app_version","gte":"5.2.0"}
//	{"attr":"city","prefix":["Seo"]}            {"attr":"x","exists":true}
//	{"attr":"location","within":{"lat":37.5,"lon":127,"km":5}}
//
// A shorthand: an object without "attr", "and", "or" and "not" is a conjunction over its members, so that
// {"os":["android","ios"],"country":"KR"} means os IN ('android','ios') AND country = 'KR', and
// {"age":{"gte":20}} means age >= 20.
//
// # What an expression means
//
// Two values, true and false; there is no "unknown".
//
//   - A predicate is FALSE where the request lacks the attribute, or gives it in a form that its kind cannot read: a
//     string for a number, a number for a text, version or date, a version that does not parse. Nothing is converted.
//   - NOT turns that around. NOT IN is NOT (… IN …), and != is NOT (… = …), so both are TRUE where the attribute is
//     absent. Whoever wants "there and not one of these" writes attr EXISTS AND attr NOT IN (…).
//   - EXISTS is true where the request gives the attribute in any form. null and the empty list are the same as absent.
//   - A text attribute may be a list. IN and PREFIX are then true if any of its values is in the set, and NOT IN is
//     true only if none is. So segment IN ('a') AND segment IN ('b') can match, and is never reported as contradictory.
//   - Numbers, versions, dates and places have one value; a list there is of the wrong form.
//   - Versions have up to four numeric parts and compare by them (5.10 > 5.9, 5.2 = 5.2.0); a prerelease is before its
//     release and compares as in Semantic Versioning 2.0.0 §11; build metadata after + is ignored.
//   - A date is an instant, to the second, as RFC 3339 or YYYY-MM-DD. A bare day in an expression is the whole day in
//     UTC: d = '2026-01-31', d <= '2026-01-31' and BETWEEN reach to its end, d > '2026-01-31' begins after it. In a
//     request it is its first second.
//   - WITHIN is the great-circle distance on a sphere of radius 6,371,008.8 m (the IUGG mean), border included.
package targeting
