package gitlab_test

import (
	"net/http"
	"testing"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// opened is something of the weather that ends with the test.
func opened[S interface{ Close() }](t *testing.T, start func() (S, error)) S {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// stand puts a server in the place of a GitLab.
func stand(t *testing.T, h http.Handler, o weather.Options) *weather.Server {
	t.Helper()
	return opened(t, func() (*weather.Server, error) { return weather.Serve(h, o) })
}

// behind plays the demo company's GitLab behind fronts.
func behind(t *testing.T, g gitlabtest.Options, o weather.Options, fronts ...weather.Front) *weather.Site {
	t.Helper()
	return opened(t, func() (*weather.Site, error) { return weather.GitLab(gitlabtest.Demo(today), g, o, fronts...) })
}

func withProxy(t *testing.T, o weather.ProxyOptions) *weather.Proxy {
	t.Helper()
	return opened(t, func() (*weather.Proxy, error) { return weather.StartProxy(o) })
}

// trusts is the network that trusts an authority.
func trusts(ca []byte) flow.Network { return flow.Network{Authorities: string(ca)} }

// by is the network that goes through a proxy, whose address may hold a name and
// a password.
func by(t *testing.T, proxy string) flow.Network {
	t.Helper()
	address, password, err := flow.ReadProxy(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return flow.Network{Proxy: address, ProxyPassword: password}
}
