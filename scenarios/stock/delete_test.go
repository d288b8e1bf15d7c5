package stock_test

import "time"

func deletes(v *visitor) {
	v.begin()
	v.delete()
}

// ends is the case of a scenario in which DELETE is refused: a good client
// leaves it at that.
func ends(status int, headers ...string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			v.begin()
			v.delete().is(status, "", append(headers, "Content-Type", "")...)
			v.list().succeeds()
		},
		good: deletes,
		bad: map[string]func(*visitor){
			"settles": lingers(deletes, 6*time.Second),
			"at_most": func(v *visitor) {
				deletes(v)
				v.delete()
			},
		},
	}
}

// deleteCases are the scenarios about the end of a session.
func deleteCases() map[string]stockCase {
	return map[string]stockCase{
		"delete-404-reported-as-failure": ends(404),
		"delete-405-reported-as-failure": ends(405, "Allow", "GET, POST"),
		"delete-400-needs-body":          ends(400),
		"delete-never-answered": {
			wire: func(v *visitor) {
				v.begin()
				unanswered(v, v.opens("DELETE", ""), 1)
			},
			good: func(v *visitor) {
				v.begin()
				p := v.opens("DELETE", "")
				v.heard("faulted", 1)
				v.passes(5 * time.Second)
				p.leaves()
			},
			bad: map[string]func(*visitor){"settles": func(v *visitor) {
				v.begin()
				v.opens("DELETE", "")
				v.heard("faulted", 1)
				v.passes(8 * time.Second)
			}},
		},
	}
}
