// Package engine finds, among very many items with targeting rules, those that match a request, best rank first. It is
// pure: no I/O, no clock, no globals, no goroutines.
//
// Items are numbered in rank order, and the conjunctions of their rules in the order of their items, so that whoever
// scans stops as soon as enough items were found.
//
//   - An attribute that many conjunctions ask for is dense. For each of its common values it has a row of bits, one a
//     conjunction: satisfied, or not asked for. One row is for a request that lacks the attribute, one (the base) for a
//     value that no rule names; a rarer value is the base and a list of the conjunctions at which it differs.
//     The rows that a request selects, one an attribute, are ANDed in blocks of 64 words, most selective first; a mask of
//     the words that are not zero ends a block early, or leads to the few words that are left.
//   - Ordered attributes are cut at the ends of ranges, the commonest 255 of them, with a row for each interval. A list
//     of texts takes from the base every difference of any of its values: right for one IN, or for any number of NOT INs.
//   - An attribute that few conjunctions ask for has postings only: a conjunction is anchored at its rarest such
//     predicate, and is scanned only if the request has that value.
//   - What is left (prefixes, places, ranges with rare ends, very large sets, a second IN over one attribute) is checked
//     one by one, for the conjunctions that survived.
//
// Edits go to a small tail beside the index, merged by rank: the latest are evaluated rule by rule, the others have an index;
// a kill clears bits. When the tail is full, the owner builds again.
//
// Sources: Whang et al., "Indexing Boolean Expressions", VLDB 2009 (expansion into conjunctions, ranking); Fabret et al.,
// "Filtering Algorithms and Implementation for Very Fast Publish/Subscribe Systems", SIGMOD 2001 (Le Subscribe: access
// predicates, here anchors); Sadoghi and Jacobsen, "BE-Tree", SIGMOD 2011 (choosing what to index by frequency).
package engine
