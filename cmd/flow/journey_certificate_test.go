package main

import (
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// wantsCertificate is a world whose GitLab lets nobody in without a client
// certificate, with such a one in two files of the home folder and in one.
func wantsCertificate(t *testing.T, how weather.Clients) (*world, *weather.Site, weather.ClientCertificate) {
	t.Helper()
	w, site := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{Clients: how}})
	client, err := site.Front.ClientAuthority().Client("flow-bot", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	w.file("acme.pem", site.CA())
	w.file("flow.crt", client.Certificate)
	w.file("flow.key", client.Key)
	w.file("both.pem", append(append([]byte{}, client.Certificate...), client.Key...))
	return w, site, client
}

// A GitLab that wants a client certificate gets one, from two files or one; its
// key is stored sealed and shown nowhere.
func TestOwnCertificate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, width, height int) {
		w, site, client := wantsCertificate(t, weather.AtHandshake)
		tm := w.open(width, height)
		tm.address(site.URL()).see("goes up to what may help: CA file.", "/^> Access token/").press("shift+tab", "shift+tab").see("/^> CA file/").typed("~/acme.pem").press("enter")
		tm.see("/^> Own certificate/", "wants to see a client certificate", "Will be kept").typed("~/flow.key").press("enter").see("it holds a private key and no", "Its key").press("shift+tab").see("/^> Own certificate/").press("ctrl+u").typed("~/flow.crt").press("enter")
		tm.see("/^> Its key/", "Path, if it is not in the same file.").press("enter").see("there is no key to it", "without a password.", "/^> Its key/").typed("~/flow.key").press("enter")
		tm.see("/^> Access token/", "A GitLab answers here", "/Network +\"Acme Root CA 2\" trusted/").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue").leave()

		// A draft is kept without the key: both are given anew, in one file.
		tm = w.open(width, height)
		tm.see("You stopped at").press("enter").see("/^> Access token/", "wants to see a client certificate", "Own certificate", "Its key", "goes up to what may help: Own certificate.").press("shift+tab", "shift+tab").see("/^> Own certificate/")
		tm.typed("~/both.pem").press("enter").see("/^> Its key/").press("enter").see("/^> Access token/", "A GitLab answers here").typed(gitlabtest.DemoToken).press("enter").see(passed, "enter continue").atCreate().press("enter")
		tm.see("For new ones let cron run", "? keys").leave()
		if c := w.connection("gitlab"); c.Network.Key.Reveal() != strings.TrimSpace(string(client.Key)) || len(flow.Certificates(c.Network.Certificate)) != 1 {
			t.Errorf("stored is %+v", c.Network)
		}
		noSecretIn(t, w.dir+"/data", strings.TrimSpace(string(client.Key)))
		// What is stored is enough, also where the files are gone.
		tm = w.open(80, 24)
		tm.overview().see("shows its own certificate, until").press("r").see("Refreshed:").fact("Expiry").press("enter").see("A GitLab answers here").press("esc").see("Data status")
		tm.fact("Network").press("enter").see("/\"flow-bot\", until .*ctrl\\+u removes it/").leave()
	})
}

// Taking the certificate away fails its test, and what is stored stays.
func TestOwnCertificateIsNotLost(t *testing.T) {
	t.Parallel()
	w, site, _ := wantsCertificate(t, weather.ByNginx)
	tm := w.open(80, 24)
	tm.address(site.URL()).see("/^> Access token/", "CA file").press("shift+tab", "shift+tab").typed("~/acme.pem").press("enter").see("/^> Own certificate/").typed("~/both.pem").press("enter", "enter").see("A GitLab answers here", "/^> Access token/")
	tm.typed(gitlabtest.DemoToken).press("enter").see("enter continue").atCreate().press("enter").see("For new ones", "? keys").press("3").see("Data status").fact("Network").press("enter").see("ctrl+u removes it.")
	for range 4 {
		tm.press("down")
	}
	tm.see("/^> Own certificate *$/", "ctrl+u remove it").press("ctrl+u").see("Path of a PEM file; Flow shows it to GitLab.").press("enter")
	tm.see("Not connected:", "wants to see a client certificate", "under Network, as Own certificate.", "enter change the network").press("esc").see("/^> Own certificate/").press("esc").see("> Network", "shows its own").leave()
	if c := w.connection("gitlab"); c.Network.Key.IsZero() {
		t.Error("the certificate is lost")
	}
}
