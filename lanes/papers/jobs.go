package papers

// Kinds of jobs.
const (
	jobDeadline = "papers.deadline" // closes a paper whose deadline has come
	jobFold     = "papers.fold"     // lets the live channel of a closed paper go, and the images that nothing shows
	jobMail     = "papers.mail"     // tells the recipient
	jobErase    = "papers.erase"    // removes everything of a paper
	jobSweep    = "papers.sweep"    // retention, images that nothing shows, and what a lost job left undone
)

// paperJob is what a job knows: everything else is looked at when it runs, since it may run twice, or late.
type paperJob struct {
	Paper string `json:"paper"`
}
