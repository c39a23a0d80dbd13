package scale

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"testing"
)

// page puts the page of n rows together that begins with row from.
func (s *Server) page(r *room, from, n int, shape []mold, packed bool) (plain, packedPage []byte) {
	r.cast.world, r.page, r.cast.packer = s.world, r.page[:0], nil
	if packed {
		r.cast.packer = &r.packer
		r.packer.begin(len(s.molds.texts))
	}
	r.mark("[")
	for i := range n {
		r.page = r.cast.appendProject(r.page, (from+i)%len(s.world.ids), shape)
	}
	r.mark("]")
	if packed {
		r.packer.out = r.packer.end(r.page)
	}
	return r.page, r.packer.out
}

func TestPackedPagesUnpack(t *testing.T) {
	s := start(t, Options{Projects: 10_000})
	var r, plain room
	for from := 0; from < 10_000; from += 1_111 {
		for _, n := range []int{0, 1, 2, 100} {
			for most, shape := range map[int][]mold{20: s.molds.full, 40: s.molds.simple} { // percent of its size
				want, _ := s.page(&plain, from, n, shape, false)
				have, packed := s.page(&r, from, n, shape, true)
				reader, err := gzip.NewReader(bytes.NewReader(packed))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(reader)
				if err != nil || !bytes.Equal(got, want) || !bytes.Equal(have, want) {
					t.Fatalf("%d rows from %d: %d bytes, want %d: %v", n, from, len(got), len(want), err)
				}
				if n == 100 && 100*len(packed) > most*len(want) {
					t.Errorf("rows from %d: %d bytes of %d", from, len(packed), len(want))
				}
			}
		}
	}
}

// TestEveryLengthAndDistanceUnpacks writes texts that stand at all distances.
func TestEveryLengthAndDistanceUnpacks(t *testing.T) {
	text := make([]byte, 40_000)
	for i := range text {
		text[i] = byte(mix(i, 1))
	}
	for far := 1; far < 32_900; far = far*3/2 + 1 {
		for n := 0; n < 600; n = n*9/8 + 1 {
			var p packer
			p.begin(0)
			page := append([]byte(nil), text[:far+n]...)
			literal(&p, page)
			again := page[n : n+min(n, far)]
			repeat(&p, again, len(page), n)
			page = append(page, again...)
			reader, err := gzip.NewReader(bytes.NewReader(p.end(page)))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, page) {
				t.Fatalf("%d bytes, %d back: %v", len(again), far, err)
			}
		}
	}
}

func BenchmarkPage(b *testing.B) {
	s := start(b, Options{Projects: 100_000})
	for _, packed := range []bool{false, true} {
		b.Run(fmt.Sprint("packed=", packed), func(b *testing.B) {
			var r room
			var out []byte
			for i := 0; b.Loop(); i++ {
				var page []byte
				if page, out = s.page(&r, i*100, 100, s.molds.full, packed); !packed {
					out = page
				}
			}
			b.ReportMetric(float64(len(out)), "bytes")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// BenchmarkServe is what the server sends over loopback to a client that throws
// it away, both on the same cores.
func BenchmarkServe(b *testing.B) {
	for _, plain := range []bool{true, false} {
		b.Run(fmt.Sprint("plain=", plain), func(b *testing.B) {
			s := start(b, Options{Projects: 100_000, Plain: plain})
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				buf := make([]byte, 64<<10)
				for i := 0; pb.Next(); i++ {
					query := fmt.Sprintf("projects?membership=true&per_page=100&pagination=keyset&order_by=id&sort=asc&id_after=%d", i*397%400_000)
					discard(b, s.URL(), query, !plain, buf)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}
