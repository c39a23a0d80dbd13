package flow_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"flow"
)

// company is a large one: more than half of its repos are in one top group, one
// in twenty is a person's, and ten rules of all kinds hold.
func company(b testing.TB, n int) (flow.Settings, []flow.Group, []flow.Repo) {
	const perGroup = 50
	settings := flow.Settings{Auto: map[int64]bool{}, Pins: map[int64]flow.Pin{}}
	gs := []flow.Group{{ID: 1, Path: "acme"}}
	for top := range 9 {
		gs = append(gs, flow.Group{ID: int64(top + 2), Path: fmt.Sprintf("division-%d", top)})
	}
	tops := len(gs)
	rs := make([]flow.Repo, n)
	for i := range rs {
		if i%perGroup == 0 {
			team := i / perGroup
			home := flow.Group{ID: int64(len(gs) + 1), Path: fmt.Sprintf("person-%d", team), Personal: true}
			if team%20 != 0 {
				top := gs[0]
				if team%20 > 11 {
					top = gs[1+team%(tops-1)]
				}
				home.Path, home.Personal = fmt.Sprintf("%s/team-%d", top.Path, team), false
			}
			gs = append(gs, home)
		}
		home := gs[len(gs)-1]
		slug := fmt.Sprintf("service-%d", i*7919%n)
		rs[i] = flow.Repo{ID: int64(i*4 + 1), GroupID: home.ID, Path: home.Path + "/" + slug, Name: slug,
			Role: flow.Developer, ActiveAt: flow.MomentOf(today.AddDate(0, 0, -i%1000)), Archived: i%17 == 0, Fork: i%23 == 0}
	}
	settings.Auto[1] = true
	for _, text := range []string{"name:legacy-*", "name:*-old", "name:tmp-?", "path:acme/**/sandbox-*", "path:**/archive/**", "re:^infra/.*-old$", "re:(?i)deprecated", "inactive:990d", "before:2020-01-01", "is:archived"} {
		settings.Rules = append(settings.Rules, rule(b, text))
	}
	return settings, gs, rs
}

func manyRepos(b testing.TB) *flow.Review {
	settings, gs, rs := company(b, 100_000)
	return flow.NewReview(flow.Integration{}, settings, gs, rs)
}

// oneGroup is a company whose repos are all below one group.
func oneGroup(b testing.TB, n int) *flow.Review {
	settings, gs, rs := company(b, n)
	settings.Auto = map[int64]bool{}
	for i := range gs {
		if gs[i].ID > 1 {
			gs[i].Path, gs[i].Personal = "acme/"+gs[i].Path, false
		}
	}
	for i := range rs {
		rs[i].Path = "acme/" + rs[i].Path
	}
	return flow.NewReview(flow.Integration{}, settings, gs, rs)
}

func atSizes(b *testing.B, f func(b *testing.B, n int)) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { f(b, n) })
	}
}

func BenchmarkNewReview(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		settings, gs, rs := company(b, n)
		for b.Loop() {
			b.StopTimer()
			groups, repos := slices.Clone(gs), slices.Clone(rs)
			b.StartTimer()
			flow.NewReview(flow.Integration{}, settings, groups, repos)
		}
	})
}

// A plan over a review that was made ready beside the screen, and the making.
func BenchmarkNewPlan(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		settings, gs, rs := company(b, n)
		r := flow.NewReview(flow.Integration{}, settings, gs, rs)
		b.Run("plan", func(b *testing.B) {
			r.Ready(today)
			for b.Loop() {
				flow.NewPlan(r, flow.Changes{}, today)
			}
		})
		b.Run("ready", func(b *testing.B) {
			now := today
			for b.Loop() {
				now = now.AddDate(0, 0, 1)
				r.Ready(now)
			}
		})
	})
}

// A key on a group that holds everything: all of it in by hand, undone, done
// again, and undone.
func BenchmarkToggleGroup(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		p := saved(oneGroup(b, n))
		b.Run("toggle", func(b *testing.B) {
			for b.Loop() {
				in, _ := p.GroupToggle(0)
				if p.PutGroup(0, in) != n {
					b.Fatal("not all were put in")
				}
				b.StopTimer()
				p.Undo()
				b.StartTimer()
			}
		})
		p.PutGroup(0, true)
		b.Run("undo", func(b *testing.B) {
			for b.Loop() {
				p.Undo()
				b.StopTimer()
				p.Redo()
				b.StartTimer()
			}
		})
	})
}

func BenchmarkSetAuto(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		r := oneGroup(b, n)
		r.Ready(today)
		p := saved(r)
		for b.Loop() {
			p.SetAuto(0, p.NextAuto(0))
		}
	})
}

// A rule that nobody has tried yet; and one that is taken away and comes back.
func BenchmarkRuleChange(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		settings, gs, rs := company(b, n)
		p := saved(flow.NewReview(flow.Integration{}, settings, gs, rs))
		b.Run("new", func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				if err := p.AddRule(rule(b, fmt.Sprintf("name:service-*%d", i))); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("again", func(b *testing.B) {
			on := settings.Rules[9]
			for b.Loop() {
				p.RemoveRule(on.String())
				if err := p.AddRule(on); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func BenchmarkToggleRepo(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		p := saved(oneGroup(b, n))
		for b.Loop() {
			p.Toggle(n / 2)
		}
	})
}

// What a walk brings in a quarter of a second, close to its end.
// BenchmarkDifferences is what the page before saving shows, every second repo put
// in by hand.
func BenchmarkDifferences(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		p := saved(oneGroup(b, n))
		var change []int
		for i := 0; i < n; i += 2 {
			change = append(change, i)
		}
		p.PutAll(change, true)
		for b.Loop() {
			p.Differences()
		}
	})
}

func BenchmarkGrow(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		settings, gs, rs := company(b, n)
		const page = 5000
		p := saved(flow.NewReview(flow.Integration{}, settings, gs, rs[:n-page]))
		next := int64(n * 10)
		batch := slices.Clone(rs[n-page:])
		p.Grow(nil, rs[n-page:], nil)
		for b.Loop() {
			for i := range batch {
				next++
				batch[i].ID, batch[i].Path = next, fmt.Sprintf("%s-%d", rs[(i*977)%n].Path, next)
				batch[i].GroupID = rs[(i*977)%n].GroupID
			}
			p.Grow(nil, batch, nil)
		}
		b.ReportMetric(float64(len(p.Repos)), "repos")
	})
}

// What a review and a plan take of memory, beside the rows themselves.
func BenchmarkMemory(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		var p *flow.Plan
		live := func() float64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return float64(m.HeapAlloc) / 1e6
		}
		for b.Loop() {
			p = nil
			before := live()
			settings, gs, rs := company(b, n)
			p = saved(flow.NewReview(flow.Integration{}, settings, gs, rs))
			p.Review.Ready(today)
			gs, rs = nil, nil
			b.ReportMetric(live()-before, "MB")
		}
		runtime.KeepAlive(p)
	})
}

// A few repos are looked for in every tree of a walk, and many in one.
func BenchmarkRepoByID(b *testing.B) {
	atSizes(b, func(b *testing.B, n int) {
		r := oneGroup(b, n)
		last := r.Repos[n-1].ID
		for name, many := range map[string]int{"one": 1, "many": 1000} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					fresh := flow.NewReview(r.Integration, r.Settings, r.Groups, r.Repos)
					b.StartTimer()
					for range many {
						if i, ok := fresh.RepoByID(last); !ok || fresh.Repos[i].ID != last {
							b.Fatal("it is not there")
						}
					}
				}
			})
		}
	})
}
