package verdicts

import (
	_ "embed" // for the page
	"html/template"
	"io"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
)

//go:embed report.html
var page string

// HTML writes the report as one page that needs nothing else: no script, no
// network. Whatever a client or a scenario has in it is text there, and turns no
// other text around.
func (r *Report) HTML(w io.Writer) error {
	t, err := template.New("report").Parse(page)
	if err != nil {
		return err
	}
	type verdict struct {
		Verdict
		Class string
	}
	type scenario struct {
		Name, About string
		Link        bool
		Verdicts    []verdict
	}
	var all []*scenario
	for _, v := range r.Verdicts {
		if len(all) == 0 || all[len(all)-1].Name != v.place() {
			all = append(all, &scenario{Name: v.place(), About: v.About, Link: isURL(v.About)})
		}
		class := ""
		switch {
		case v.Failed():
			class = "bad"
		case v.Result == Fail:
			class = "mild"
		case v.Result == Pass:
			class = "good"
		}
		last := all[len(all)-1]
		last.Verdicts = append(last.Verdicts, verdict{v, class})
	}
	var b strings.Builder
	if err := t.Execute(&b, struct {
		*Report
		Scenarios []*scenario
	}{r, all}); err != nil {
		return err
	}
	_, err = io.WriteString(w, say.Lines(b.String()))
	return err
}
