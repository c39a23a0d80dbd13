package main

import (
	"net/http"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// lying refreshes an integration whose list of repos has come to be untrue.
func lying(front weather.Front) func(*trial) {
	return later("", func() gitlabtest.Fault { return gitlabtest.Fault{Around: front, Match: inDiscovery} })
}

// flooding does so where something else answers in its place.
func flooding(h http.Handler) func(*trial) { return lying(weather.Instead(h)) }

// lieMishaps are answers with status 200 that can't be taken as they are. Where
// nothing is wrong for Flow, the walk finds what it found before.
var lieMishaps = []mishap{
	{"half of an answer", lying(weather.HalfJSON())},
	{"fields of wrong types", lying(weather.WrongTypes())},
	{"null for a list", lying(weather.NullLists())},
	{"null for every row", lying(weather.NullRows())},
	{"null in every field", lying(weather.NullFields())},
	{"an object for a list", lying(weather.ObjectsForLists())},
	{"negative ids", lying(weather.NegativeIDs())},
	{"ids that no number holds", lying(weather.HugeIDs())},
	{"lists in lists in lists", flooding(weather.DeepJSON(1_000_000))},
	{"an answer of 200 MB", flooding(weather.Big(200 << 20))},
	{"an answer of 2 GB, packed", flooding(weather.GzipBomb(2 << 30))},
	{"headers without end", flooding(weather.EndlessHeaders())},
	{"an answer that drips", func(f *trial) {
		f.hasty().connect(f.serve(weather.DripBody(10*time.Millisecond), weather.Options{}).URL())
	}},
	{"headers that drip", func(f *trial) {
		f.hasty().connect(f.serve(weather.DripHeaders(10*time.Millisecond), weather.Options{}).URL())
	}},
	{"an answer that stalls", func(f *trial) { f.hasty().connect(f.serve(weather.Stall(), weather.Options{}).URL()) }},

	{"a page that repeats for ever", lying(weather.SamePageForever())},
	{"a next page that leads back", lying(weather.FalseNextPage("1"))},
	{"a next page that is no number", lying(weather.FalseNextPage("soon"))},
	{"no next page", lying(weather.FalseNextPage(""))},
	{"a total that is too high", lying(weather.FalseTotals(100_000))},
	{"a total that is too low", lying(weather.FalseTotals(1))},
	{"headers about pages that the front takes away", func(f *trial) {
		f.connect(f.site(gitlabtest.Options{}, weather.Options{}, weather.StripPaging()).URL())
	}},
	{"all headers that the front does not know taken away", func(f *trial) {
		f.connect(f.site(gitlabtest.Options{}, weather.Options{}, weather.StripUnknown()).URL())
	}},
	{"the same repo twice on a page", lying(weather.DuplicateIDs())},
	{"lists that have become empty", lying(weather.EmptyLists())},
	{"a link to another host", func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		f.connected(s.URL())
		other := f.serveAs(otherHost, weather.To(s.URL()), weather.Options{})
		s.Fail(gitlabtest.Fault{Around: weather.LinkElsewhere(other.URL())})
		f.flow("refresh", "acme")
		f.wantNoToken("the other host", other.Requests())
	}},
}
