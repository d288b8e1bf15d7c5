package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
)

// A figure is one thing that was measured, a value for each round.
type figure struct {
	what   string
	unit   string  // x is a ratio
	target float64 // that the median may reach; 0 is none
	values []float64
}

func (f *figure) median() float64 { return f.values[len(f.values)/2] }

// add keeps a figure; values are in any order.
func (b *bench) add(what, unit string, target float64, values []float64) {
	values = slices.Clone(values)
	slices.Sort(values)
	b.figures = append(b.figures, figure{what, unit, target, values})
}

// print writes the table and reports whether nothing falls short.
func (b *bench) print(out io.Writer) bool {
	ok := true
	fmt.Fprintf(out, "%s/%s, %d processors, %s; %d rounds of %d requests over %d connections\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.rounds, b.requests, b.conns)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\ttarget\tmin\tmedian\tmax\t\t")
	for _, f := range b.figures {
		verdict, target := "", "-"
		if f.target > 0 {
			target, verdict = "<= "+f.say(f.target), "ok"
			if f.median() > f.target {
				verdict, ok = "short", false
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", f.what, target, f.say(f.values[0]), f.say(f.median()), f.say(f.values[len(f.values)-1]), verdict)
	}
	_ = w.Flush() // to a terminal or a file; there is nobody to tell
	return ok
}

func (f *figure) say(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f %s", v, f.unit)
	}
	return fmt.Sprintf("%.2f %s", v, f.unit)
}
