package scale

import (
	"io"
	"net/http"
	"testing"
)

func start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ask gets an answer of the API at an address.
func ask(t testing.TB, base, path string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, base+"/api/v4/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("PRIVATE-TOKEN", Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// discard reads an answer as it comes and keeps nothing.
func discard(t testing.TB, base, path string, packed bool, buf []byte) {
	request, err := http.NewRequest(http.MethodGet, base+"/api/v4/"+path, nil)
	if err != nil {
		t.Error(err)
		return
	}
	request.Header.Set("PRIVATE-TOKEN", Token)
	if packed { // and left so
		request.Header.Set("Accept-Encoding", "gzip")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	for err == nil {
		_, err = response.Body.Read(buf)
	}
}
