package store

// LimitJournal makes a durable store empty its journal after so many bytes.
func LimitJournal(s Store, limit int) Store {
	s.(*durable).journal.limit = limit
	return s
}

// OnCommit has a function called after each commit of a durable store, before its
// writes are acknowledged.
func OnCommit(s Store, committed func()) { s.(*durable).committed = committed }
