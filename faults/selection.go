package faults

// A selection is the faults that a request may meet.
type selection struct {
	piles [8]pile
	n     int
}

// A pile is some of them, in order, of which so many have been taken.
type pile struct {
	all   []candidate
	taken int
}

// pick selects the faults that a request may meet: all of them where it may be
// found by very many names, and in a batch, whose messages may each meet others.
func (x *index) pick(r *Request) (s selection) {
	if len(r.Batch.Messages) > 1 {
		s.add(x.all)
		return s
	}
	s.add(x.apart)
	for i := range x.files {
		f := &x.files[i]
		v := f.value(r)
		if v == "" {
			continue
		}
		if s.n == len(s.piles) {
			s = selection{}
			s.add(x.all)
			return s
		}
		s.add(f.by[v])
	}
	return s
}

func (s *selection) add(all []candidate) {
	if len(all) > 0 {
		s.piles[s.n].all = all
		s.n++
	}
}

// next takes the first fault of those that are left; nil is none.
func (s *selection) next() (first *candidate) {
	var from *pile
	for i := range s.n {
		if p := &s.piles[i]; p.taken < len(p.all) {
			if c := &p.all[p.taken]; first == nil || c.fault < first.fault {
				first, from = c, p
			}
		}
	}
	if first != nil {
		from.taken++
	}
	return first
}
