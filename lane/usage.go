package lane

// UsageError says that a command was called wrongly. The program prints it with the lane's commands and exits with 2.
type UsageError struct{ Text string }

// Usage makes a UsageError.
func Usage(text string) error { return &UsageError{text} }

func (e *UsageError) Error() string { return e.Text }
