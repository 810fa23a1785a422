// Package lanename keeps notes: short texts that people write and all can read.
//
// It owns the database lanename with its one table, the endpoints under /v1/lanename and the page /lanename.
//
// It refuses texts that are empty or longer than Config.MaxText, more than Config.PerOwner notes of one person, and changes by
// anybody but the one who wrote the note and operators.
//
// It guarantees that a note whose writing, edit or deletion was acknowledged is durably so.
//
// Where things are: model.go is what all parts share, lane.go puts the parts together, http.go and http_page.go are what is asked and
// answered, service.go is the rules, store.go the SQL. A request goes through the last three in this order, and nothing calls back.
package lanename
