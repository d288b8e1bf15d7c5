package cassettes

// member finds the value of a secret member of JSON that stands in a text, as
// tools like to answer. i is the quote that closes the name. What is in an
// array goes ahead.
func (f *search) member(i int) span {
	s := f.s
	end := i
	for end > 0 && s[end-1] == '\\' {
		end--
	}
	escapes := i - end // how deep the text is quoted
	j := looseSpace(s, i+1, escapes)
	if j == len(s) || s[j] != ':' || end == 0 {
		return span{}
	}
	j = looseSpace(s, j+1, escapes)
	array := j < len(s) && s[j] == '['
	number := j < len(s) && (s[j] == '-' || isDigit(s[j]))
	if !number && !array && !opens(s, j, escapes) {
		return span{}
	}
	name := end
	for name > 0 && end-name < 40 && inKey(s[name-1]) {
		name--
	}
	if name == 0 || s[name-1] != '"' || !(f.r.secrets && secretName(s[name:end]) || len(f.r.names) > 0 && f.r.names[normal(string(s[name:end]))]) {
		return span{}
	}
	switch {
	case array:
		f.at = f.array(j, escapes)
		f.done = f.at
		return span{}
	case number:
		return span{from: j, to: wordEnd(s, j), number: true, escapes: escapes}
	}
	return span{from: j + escapes + 1, to: looseEnd(s, j+escapes+1, escapes)}
}

// maxSecretArrays is how many secret arrays may stand within each other, by
// way of objects. Further in, the names of objects tell nothing any more, and
// all is secret: so no text costs more than a few passes.
const maxSecretArrays = 8

// array finds the texts and numbers of a secret array in a text, and of the
// arrays within, and returns where it ends: in JSON that is torn, or is none
// after all, where that is seen. In its objects their own names tell.
func (f *search) array(i, escapes int) (end int) {
	s := f.s
	allSecret := f.deep >= maxSecretArrays
	depth := 0
	for i < len(s) {
		switch c := s[i]; {
		case c == '[', c == '{' && allSecret:
			depth++
			i++
		case c == ']', c == '}' && allSecret:
			i++
			if depth--; depth == 0 {
				return i
			}
		case c == '{':
			end = objectEnd(s, i, escapes)
			f.within(i+1, end)
			i = end
		case c == ',', c == ':' && allSecret:
			i++
		case opens(s, i, escapes):
			from := i + escapes + 1
			to := looseEnd(s, from, escapes)
			f.put(span{from: from, to: to})
			i = min(to+escapes+1, len(s))
		case inKey(c): // a number, or a null
			to := wordEnd(s, i)
			if c == '-' || isDigit(c) {
				f.put(span{from: i, to: to, number: true, escapes: escapes})
			}
			i = to
		default:
			return i
		}
		i = looseSpace(s, i, escapes)
	}
	return i
}

// put puts a secret ahead. What holds a placeholder already is looked at as
// any other text is.
func (f *search) put(at span) {
	switch {
	case at.to == at.from:
	case IsRedacted(string(f.s[at.from:at.to])):
		f.within(at.from, at.to)
	default:
		f.ahead = append(f.ahead, at)
	}
}

// within puts ahead what is found in a part of the text.
func (f *search) within(from, to int) {
	part := search{r: f.r, s: f.s[:to], at: from, done: from, deep: f.deep + 1}
	for at, ok := part.next(); ok; at, ok = part.next() {
		f.ahead = append(f.ahead, at)
	}
}

// wordEnd returns where a number, or another bare word, ends.
func wordEnd(s []byte, i int) int {
	for i < len(s) && (inKey(s[i]) || s[i] == '.' || s[i] == '+') {
		i++
	}
	return i
}

// looseSpace is skipSpace in a text so many backslashes deep, in which the end
// of a line may be spelled \n.
func looseSpace(s []byte, i, escapes int) int {
	for {
		i = skipSpace(s, i)
		j := i
		for j < len(s) && j-i < escapes && s[j] == '\\' {
			j++
		}
		if j == i || j == len(s) || s[j] != 'n' && s[j] != 'r' && s[j] != 't' {
			return i
		}
		i = j + 1
	}
}

// objectEnd returns where the object ends that opens at i; a torn one goes to
// the end.
func objectEnd(s []byte, i, escapes int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case opens(s, i, escapes):
			i = looseEnd(s, i+escapes+1, escapes) + escapes
		}
	}
	return len(s)
}

// opens reports whether a string that is so many backslashes deep opens at i.
func opens(s []byte, i, escapes int) bool {
	at := i + escapes
	if at >= len(s) || s[at] != '"' {
		return false
	}
	for at > i && s[at-1] == '\\' {
		at--
	}
	return at == i
}

// looseEnd returns where the inside of a string ends that is so many
// backslashes deep and begins at from; a torn one goes to the end.
func looseEnd(s []byte, from, escapes int) int {
	for to := from; to < len(s); to++ {
		if s[to] != '"' {
			continue
		}
		n := to
		for n > from && s[n-1] == '\\' {
			n--
		}
		if to-n == escapes {
			return n
		}
	}
	return len(s)
}
