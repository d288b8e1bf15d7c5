package check

import (
	"context"
	"fmt"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// enoughPages is how many pages of tools are asked for.
const enoughPages = 5

// pages follows the cursors of tools/list, where it has any: each must lead on.
func (w *holding) pages(ctx context.Context, first gjson.Result) error {
	const wants = "each cursor leads to other tools, until there is no cursor"
	list, bodies := first, []string{saysTools}
	seen := map[string]bool{}
	for page := 1; list.Get("nextCursor").Exists(); page++ {
		cursor := list.Get("nextCursor")
		about := "the cursor " + say.Short(cursor.Raw, 60)
		switch {
		case cursor.Type == gjson.Null: // as some write that there is none
			w.find("tools-pages", Note, ofPages, "", wants, "nextCursor is null").
				because("clients that look for a text fail", "leave it out where there is no more")
			return nil
		case cursor.Type != gjson.String:
			w.find("tools-pages", Broken, ofPages, "MUST", "a cursor is a text", "%s", about).
				because("clients cannot send it back", "write it as a string")
			return nil
		case seen[cursor.Str]:
			scenario := "cursor-never-advances"
			if cursor.Str == "" {
				scenario = "cursor-empty-forever"
			}
			w.find("tools-pages", Note, ofPages, "", wants, "%s of page %d was given before", about, page).
				because("clients that ask until there is no cursor ask for ever", "leave nextCursor out on the last page").known(scenario, "")
			return nil
		case page == enoughPages:
			w.find("tools-pages", OK, ofPages, "", wants, "%d pages, and more", page)
			return nil
		}
		seen[cursor.Str] = true
		bodies = append(bodies, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list","params":{"cursor":%s}}`, 50+page, cursor.Raw))
		answers, err := w.client.Talk(ctx, probes.Probe{Name: "pages", Steps: probes.Conversation(bodies...)})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		next, ok := gjson.Result{}, false
		if err == nil {
			next, ok = result(answers[len(answers)-1])
		}
		if !ok {
			f := w.find("tools-pages", Note, ofPages, "", wants, "%s of the server's own is not taken", about).
				because("clients show the tools of the first pages alone, or none", "take back every cursor that was given")
			if err == nil {
				f.Saw += ": " + inWords(answers[len(answers)-1])
			}
			return nil
		}
		if cursor.Str == "" && !next.Get("nextCursor").Exists() {
			w.find("tools-pages", Note, ofPages, "", wants, "the empty text is a cursor, and leads on").
				because("many clients take it for none, and miss the pages behind it", "give a cursor that is not empty").known("cursor-empty-is-valid", "")
			return nil
		}
		list = next
	}
	if len(bodies) > 1 {
		w.find("tools-pages", OK, ofPages, "", wants, "%s", say.Count(len(bodies), "page"))
	}
	return nil
}
