package scenarios

// quotes reads what is quoted from libraries.
func (n node) quotes(dst *Quotes) error {
	return n.mapping("quotes", []string{"parser", "zod", "pydantic", "title", "models"}, func(e entry) error {
		switch e.key {
		case "parser":
			return e.value.word("parser", &dst.Parser, []string{"python", "jiter", "v8", "go", "segmentio"})
		case "zod":
			return e.value.word("version of zod", &dst.Zod, []string{"3", "4"})
		case "pydantic":
			return e.value.text("pydantic", &dst.Pydantic)
		case "title":
			return e.value.text("title", &dst.Title)
		default: // models
			return e.value.each("models", func(v node) error { return v.quotedModel(&dst.Models) })
		}
	})
}

func (n node) quotedModel(dst *[]QuotedModel) error {
	var m QuotedModel
	members := []string{"jsonrpc", "id", "method", "params", "result", "error"}
	err := n.mapping("the model", []string{"name", "fields", "id"}, func(e entry) error {
		switch e.key {
		case "name":
			return e.value.text("name", &m.Name)
		case "fields":
			return e.value.texts("fields", &m.Fields, func(v node, s *string) error { return v.word("member", s, members) })
		default: // id
			return e.value.texts("id", &m.ID, func(v node, s *string) error {
				return v.word("type of an id", s, []string{"str", "int", "lax-int", "null"})
			})
		}
	})
	if err == nil && (m.Name == "" || len(m.Fields) == 0) {
		return n.errorf("a model needs each of name, fields")
	}
	*dst = append(*dst, m)
	return err
}
