package sse

import (
	"bytes"
	"testing"
)

func TestSplitter(t *testing.T) {
	for _, c := range []struct {
		why, in string
		want    []string
		rest    string
	}{
		{"one frame", "data: 1\n\n", []string{"data: 1\n\n"}, ""},
		{"two frames in one chunk", "data: 1\n\ndata: 2\n\n", []string{"data: 1\n\n", "data: 2\n\n"}, ""},
		{"\\r\\n line ends", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", []string{"event: a\r\ndata: 1\r\n\r\n", "data: 2\r\n\r\n"}, ""},
		{"\\r line ends", "data: 1\r\rdata: 2\r\r", []string{"data: 1\r\r", "data: 2\r\r"}, ""},
		{"a comment is a frame", ": ok\n\n", []string{": ok\n\n"}, ""},
		{"a cut frame stays", "data: 1\n\ndata: 2\n", []string{"data: 1\n\n"}, "data: 2\n"},
		{"leading blank line", "\ndata: 1\n\n", []string{"\n", "data: 1\n\n"}, ""},
	} {
		for _, chunk := range []int{1, 2, 3, 1000} {
			var s Splitter
			var got []string
			for in := []byte(c.in); len(in) > 0; {
				n := min(chunk, len(in))
				for _, f := range s.Feed(in[:n]) {
					got = append(got, string(f))
				}
				in = in[n:]
			}
			if len(got) != len(c.want) || string(s.Rest()) != c.rest {
				t.Errorf("%s, chunks of %d: got %q rest %q, want %q rest %q", c.why, chunk, got, s.Rest(), c.want, c.rest)
				continue
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%s, chunks of %d: frame %d is %q, want %q", c.why, chunk, i, got[i], c.want[i])
				}
			}
		}
	}
}

func TestFrameRoundTrip(t *testing.T) {
	for _, c := range []struct{ why, frame string }{
		{"a message", "event: message\ndata: {\"a\":1}\n\n"},
		{"with an id", "event: message\nid: e1\ndata: {}\n\n"},
		{"priming event with empty data", "id: e1\nretry: 3000\ndata: \n\n"},
		{"several data lines", "data: {\ndata: }\n\n"},
		{"comment", ": ping - 2025-05-26 12:00:00\r\n\r\n"},
		{"python's line ends", "event: message\r\ndata: {}\r\n\r\n"},
	} {
		f := Parse([]byte(c.frame))
		if got := string(f.Append(nil)); got != c.frame {
			t.Errorf("%s: got %q, want %q", c.why, got, c.frame)
		}
	}
}

// FuzzSplitter holds that no byte is lost and that frames do not depend on
// how the stream is cut into chunks.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("data: 1\n\n: c\r\n\r\ndata: 2\r\rrest"), uint8(3))
	f.Add([]byte("\r\n\r\n\r\r\n\n"), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, chunk uint8) {
		split := func(size int) (frames [][]byte, rest []byte) {
			var s Splitter
			for in := stream; len(in) > 0; {
				n := min(size, len(in))
				for _, fr := range s.Feed(in[:n]) {
					frames = append(frames, bytes.Clone(fr))
				}
				in = in[n:]
			}
			return frames, s.Rest()
		}
		a, ra := split(int(chunk)%7 + 1)
		b, rb := split(len(stream) + 1)
		joined := append(bytes.Join(a, nil), ra...)
		if !bytes.Equal(joined, stream) {
			t.Fatalf("bytes lost: %q became %q", stream, joined)
		}
		if len(a) != len(b) || !bytes.Equal(ra, rb) {
			t.Fatalf("frames depend on chunks: %q / %q", a, b)
		}
		for _, fr := range a {
			Parse(fr)
		}
	})
}

// Servers differ in the order of the fields; readers do not mind.
func TestFrameOrder(t *testing.T) {
	f := Frame{Event: "message", HasEvent: true, ID: "e1", HasID: true, Retry: "3000", HasRetry: true, Data: []byte("a\nb"), HasData: true,
		Comments: []string{" c"}, CRLF: true, Order: []string{"id", "event", "data", "retry"}}
	if got, want := string(f.Append(nil)), ": c\r\nid: e1\r\nevent: message\r\ndata: a\r\ndata: b\r\nretry: 3000\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
