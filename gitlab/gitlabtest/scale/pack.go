package scale

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// A packer writes gzip (RFC 1952) of a page while the page is being put together.
// It need not look for what repeats, for it is told: texts of molds, and fields
// of a row. That takes a tenth of the time of a general one, for twice its size, so
// that measuring a client measures little of it.
type packer struct {
	out   []byte
	bits  uint64
	count uint        // of bits
	last  []int32     // where on the page a text of a mold was last, plus 1
	of    [fields]int // the same of a field of this row
}

// begin starts a page that may have so many different texts of molds.
func (p *packer) begin(texts int) {
	p.out = append(p.out[:0], 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
	p.bits, p.count = 0, 0
	if len(p.last) < texts {
		p.last = make([]int32, texts)
	}
	clear(p.last)
	p.put(0b011, 3) // the last block, of fixed codes
}

// row starts a row: fields are new.
func (p *packer) row() { clear(p.of[:]) }

func literal[Text string | []byte](p *packer, text Text) {
	for i := range len(text) {
		c := &literals[text[i]]
		p.put(uint64(c.bits), c.count)
	}
}

// piece writes a text of a mold, which stands at a place on the page.
func (p *packer) piece(text string, number, at int) {
	repeat(p, text, at, int(p.last[number])-1)
	p.last[number] = int32(at) + 1
}

// field writes a field of the row.
func (p *packer) field(text []byte, f field, at int) {
	repeat(p, text, at, p.of[f]-1)
	p.of[f] = at + 1
}

// repeat writes a text that was on the page before, if from is not below 0 and
// not too far back.
func repeat[Text string | []byte](p *packer, text Text, at, from int) {
	const farthest, longest = 32_768, 258
	if from < 0 || at-from > farthest {
		literal(p, text)
		return
	}
	far, farBits := distance(at - from)
	for len(text) >= 3 {
		n := min(len(text), longest)
		if rest := len(text) - n; rest > 0 && rest < 3 {
			n -= 3
		}
		c := lengths[n]
		p.put(uint64(c.bits)|far<<c.count, c.count+farBits)
		text = text[n:]
	}
	literal(p, text)
}

// end completes the page.
func (p *packer) end(page []byte) []byte {
	p.put(0, 7) // of the block
	for p.count > 0 {
		p.out = append(p.out, byte(p.bits))
		p.bits >>= 8
		p.count -= min(8, p.count)
	}
	p.out = binary.LittleEndian.AppendUint32(p.out, crc32.ChecksumIEEE(page))
	return binary.LittleEndian.AppendUint32(p.out, uint32(len(page)))
}

// put writes up to 32 bits.
func (p *packer) put(bits uint64, count uint) {
	p.bits |= bits << p.count
	if p.count += count; p.count >= 32 {
		p.out = binary.LittleEndian.AppendUint32(p.out, uint32(p.bits))
		p.bits >>= 32
		p.count -= 32
	}
}

// A code is what stands for a byte, a length or a distance, the first bit lowest.
type code struct {
	bits  uint32
	count uint
}

// fixed is the code of a symbol by RFC 1951, 3.2.6.
func fixed(symbol int) code {
	value, count := 0, 0
	switch {
	case symbol < 144:
		value, count = 0b00110000+symbol, 8
	case symbol < 256:
		value, count = 0b110010000+symbol-144, 9
	case symbol < 280:
		value, count = symbol-256, 7
	default:
		value, count = 0b11000000+symbol-280, 8
	}
	return code{bits.Reverse32(uint32(value)) >> (32 - count), uint(count)}
}

var literals = func() (table [256]code) {
	for i := range table {
		table[i] = fixed(i)
	}
	return table
}()

// lengths are the codes with their extra bits (RFC 1951, 3.2.5).
var lengths = func() (table [259]code) {
	symbol, length := 257, 3
	for extra := range uint(6) {
		count := 4
		if extra == 0 {
			count = 8
		}
		for range count {
			for i := range 1 << extra {
				c := fixed(symbol)
				table[min(length, 258)] = code{c.bits | uint32(i)<<c.count, c.count + extra}
				length++
			}
			symbol++
		}
	}
	table[258] = fixed(285)
	return table
}()

// distance is the code of how far back a repetition is, with its extra bits.
func distance(far int) (value uint64, count uint) {
	far--
	symbol, extra := far, 0
	if far >= 4 {
		extra = bits.Len(uint(far)) - 2
		symbol = 2*extra + far>>extra
	}
	return uint64(bits.Reverse8(uint8(symbol))>>3) | uint64(far&(1<<extra-1))<<5, uint(5 + extra)
}
