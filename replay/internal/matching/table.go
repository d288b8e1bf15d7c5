package matching

import (
	"slices"
	"sort"
)

// A Group is the exchanges of one key, which answer the same request one after
// the other.
type Group int32

// None is no group: no exchange answers.
const None Group = -1

// A table holds the groups: open addressing, so that finding one takes the same
// time in a tape of any size.
type table struct {
	keys   []Key   // of each exchange
	slots  []Group // key -> group + 1; 0 is free
	parts  []part
	inTape []int32 // exchanges by group, then in the order of the tape
	byLane []int32 // exchanges by group, then by lane, then in that order
}

// A part is where a group lies in inTape and in byLane.
type part struct{ at, n int32 }

// group sorts the playable exchanges by key, and returns how many they are.
func (t *table) group(playable func(x int) bool, lane func(x int) int) (count int) {
	size := 8
	for size < 2*len(t.keys) {
		size *= 2
	}
	t.slots = make([]Group, size)
	of := make([]Group, len(t.keys))
	var heads []int32 // an exchange of each group, to compare keys with
	for x, k := range t.keys {
		of[x] = None
		if !playable(x) {
			continue
		}
		count++
		i := t.slot(k, func(g Group) bool { return t.keys[heads[g]] == k })
		if t.slots[i] == 0 {
			heads = append(heads, int32(x))
			t.parts = append(t.parts, part{})
			t.slots[i] = Group(len(heads))
		}
		of[x] = t.slots[i] - 1
		t.parts[of[x]].n++
	}
	t.lay(of, count)
	t.byLane = slices.Clone(t.inTape)
	for _, p := range t.parts {
		if p.n > 1 {
			own := t.byLane[p.at : p.at+p.n]
			sort.SliceStable(own, func(i, j int) bool { return lane(int(own[i])) < lane(int(own[j])) })
		}
	}
	return count
}

// lay puts the exchanges into inTape, each into the part of its group.
func (t *table) lay(of []Group, count int) {
	at := int32(0)
	for g := range t.parts {
		t.parts[g].at, at = at, at+t.parts[g].n
		t.parts[g].n = 0
	}
	t.inTape = make([]int32, count)
	for x, g := range of {
		if g != None {
			p := &t.parts[g]
			t.inTape[p.at+p.n] = int32(x)
			p.n++
		}
	}
}

// slot returns where k is in slots, or the free slot where it would be.
func (t *table) slot(k Key, same func(g Group) bool) int {
	mask := uint64(len(t.slots) - 1)
	i := k[0] & mask
	for t.slots[i] != 0 && !same(t.slots[i]-1) {
		i = (i + 1) & mask
	}
	return int(i)
}

// find returns the group of the exchanges with that key, or None.
func (t *table) find(k Key) Group {
	i := t.slot(k, func(g Group) bool { return t.keys[t.inTape[t.parts[g].at]] == k })
	return t.slots[i] - 1
}

// members lists the exchanges of a group.
func (t *table) members(g Group) []int32 {
	p := t.parts[g]
	return t.inTape[p.at : p.at+p.n]
}

// own returns the part of byLane that holds the exchanges of a group in a lane.
func (t *table) own(g Group, lane int, of func(x int) int) (at, end int32) {
	p := t.parts[g]
	all := t.byLane[p.at : p.at+p.n]
	first := func(lane int) int32 {
		return p.at + int32(sort.Search(len(all), func(i int) bool { return of(int(all[i])) >= lane }))
	}
	return first(lane), first(lane + 1)
}
