package verdicts

// A shelf holds so many things at most, by their keys. The oldest goes first,
// but for those in use, as long as there are others.
type shelf[K comparable, V any] struct {
	max   int
	inUse func(V) bool
	all   map[K]V
	order []K // oldest first; some may be gone
}

func newShelf[K comparable, V any](max int, inUse func(V) bool) *shelf[K, V] {
	return &shelf[K, V]{max: max, inUse: inUse, all: map[K]V{}}
}

// patient is how many things in use are passed over before one of them goes.
const patient = 16

// add puts a thing on the shelf.
func (s *shelf[K, V]) add(key K, v V) {
	if _, ok := s.all[key]; !ok {
		s.order = append(s.order, key)
	}
	s.all[key] = v
	for spared := 0; len(s.all) > s.max && len(s.order) > 0; {
		oldest := s.order[0]
		s.order = s.order[1:]
		old, ok := s.all[oldest]
		switch {
		case !ok:
		case oldest == key, s.inUse(old) && spared < patient:
			spared++
			s.order = append(s.order, oldest)
		default:
			delete(s.all, oldest)
		}
	}
	if len(s.order) > 2*len(s.all)+64 {
		s.tidy()
	}
}

func (s *shelf[K, V]) remove(key K) { delete(s.all, key) }

// tidy drops the keys of what is gone, and of a key that was added again all
// but the first.
func (s *shelf[K, V]) tidy() {
	seen := make(map[K]bool, len(s.all))
	kept := make([]K, 0, len(s.all))
	for _, key := range s.order {
		if _, ok := s.all[key]; ok && !seen[key] {
			seen[key] = true
			kept = append(kept, key)
		}
	}
	s.order = kept
}
