package store

// LimitJournal makes a durable store empty its journal after so many bytes.
func LimitJournal(s Store, limit int) Store {
	s.(*durable).journal.limit = limit
	return s
}
