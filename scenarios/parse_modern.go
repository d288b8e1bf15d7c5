package scenarios

// modern reads how requests of the modern era are treated; text are the
// headers of errors that are not JSON.
func (n node) modern(text *[]Header) (*Modern, error) {
	m := &Modern{}
	err := n.mapping("modern", []string{"versions", "opens", "envelope", "checks", "accepted"}, func(e entry) error {
		switch e.key {
		case "versions":
			return e.value.texts("versions", &m.Versions, func(v node, s *string) error { return v.text("version", s) })
		case "opens":
			return e.value.texts("opens", &m.Opens, func(v node, s *string) error { return v.word("opening", s, Openings()) })
		case "envelope":
			return e.value.envelope(&m.Envelope, text)
		case "checks":
			return e.value.each("checks", func(v node) error { return v.checks(&m.Checks) })
		default: // accepted
			return e.value.response(e.key, responseKeys(), &m.Accepted)
		}
	})
	if err == nil && (len(m.Versions) == 0 || m.Envelope.ID == "" || len(m.Checks) == 0 || m.Accepted.Status == 0) {
		return nil, n.errorf("modern needs each of versions, envelope, checks, accepted")
	}
	return m, err
}
