package check

import (
	"fmt"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// enoughPages is how many pages of tools are asked for.
const enoughPages = 5

// pages follows the cursors of tools/list, where it has any: each must lead on.
// more asks for the last of those pages, after the others where each question is
// a conversation of its own, and returns its result, and what came in words.
func (r *Report) pages(first gjson.Result, more func(asked []string) (gjson.Result, string)) {
	const wants = "each cursor leads to other tools, until there is no cursor"
	list, bodies := first, []string{saysTools}
	seen := map[string]bool{}
	for page := 1; list.Get("nextCursor").Exists(); page++ {
		cursor := list.Get("nextCursor")
		about := "the cursor " + say.Short(cursor.Raw, 60)
		switch {
		case cursor.Type == gjson.Null: // as some write that there is none
			r.find("tools-pages", Note, ofPages, "", wants, "nextCursor is null").
				because("clients that look for a text fail", "leave it out where there is no more")
			return
		case cursor.Type != gjson.String:
			r.find("tools-pages", Broken, ofPages, "MUST", "a cursor is a text", "%s", about).
				because("clients cannot send it back", "write it as a string")
			return
		case seen[cursor.Str]:
			scenario := "cursor-never-advances"
			if cursor.Str == "" {
				scenario = "cursor-empty-forever"
			}
			r.find("tools-pages", Note, ofPages, "", wants, "%s of page %d was given before", about, page).
				because("clients that ask until there is no cursor ask for ever", "leave nextCursor out on the last page").known(scenario, "")
			return
		case page == enoughPages:
			r.find("tools-pages", OK, ofPages, "", wants, "%d pages, and more", page)
			return
		}
		seen[cursor.Str] = true
		bodies = append(bodies, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list","params":{"cursor":%s}}`, 50+page, cursor.Raw))
		next, words := more(bodies)
		if !next.Exists() {
			r.find("tools-pages", Note, ofPages, "", wants, "%s of the server's own is not taken: %s", about, words).
				because("clients show the tools of the first pages alone, or none", "take back every cursor that was given")
			return
		}
		if cursor.Str == "" && !next.Get("nextCursor").Exists() {
			r.find("tools-pages", Note, ofPages, "", wants, "the empty text is a cursor, and leads on").
				because("many clients take it for none, and miss the pages behind it", "give a cursor that is not empty").known("cursor-empty-is-valid", "")
			return
		}
		list = next
	}
	if len(bodies) > 1 {
		r.find("tools-pages", OK, ofPages, "", wants, "%s", say.Count(len(bodies), "page"))
	}
}
