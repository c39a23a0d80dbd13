package gitlab

// An idSet holds IDs, a million of them in a few hundred kilobytes where they lie
// close together. Its zero value is empty.
type idSet struct {
	blocks map[int64]*[8]uint64
}

const blockBits = 9 // of an ID, within its block

// add reports whether the ID was not in the set.
func (s *idSet) add(id int64) bool {
	block := s.blocks[id>>blockBits]
	if block == nil {
		if s.blocks == nil {
			s.blocks = map[int64]*[8]uint64{}
		}
		block = &[8]uint64{}
		s.blocks[id>>blockBits] = block
	}
	word, bit := &block[id>>6&7], uint64(1)<<(id&63)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}

func (s *idSet) has(id int64) bool {
	block := s.blocks[id>>blockBits]
	return block != nil && block[id>>6&7]>>(id&63)&1 == 1
}
