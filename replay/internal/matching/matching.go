// Package matching finds which exchange of a tape answers a request.
//
// What counts of a request is its key: the method and the params in canonical
// form, less what differs from run to run. The exchanges of one key are a group,
// and each client has a cursor in it, so that it is answered with one after the
// other, its own first:
//
//	keys, err := matching.NewKeys(tape.Header.Redact, nil, false)
//	ix, err := matching.New(tape, keys)
//	var cursors matching.Cursors // of one client
//	if g := ix.Find("tools/call", params, false); g != matching.None {
//		x, _ := cursors.Draw(ix, g, true)
//		exchange, err := ix.Exchange(x)
//	}
//
// To find a group takes the same time in a tape of any size.
//
// What this does not do: it plays nothing, and it does not say why nothing
// matches; package replay does.
package matching
