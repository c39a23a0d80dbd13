package store

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"flow"
)

// fill sets every text of a value and returns what is set where.
func fill(v reflect.Value, text, path string) (paths []string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return []string{path}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				paths = append(paths, fill(v.Field(i), text, path+"."+v.Type().Field(i).Name)...)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return fill(v.Index(0), text, path)
	}
	return paths
}

// at returns the text at a path that fill has returned.
func at(v reflect.Value, path string) string {
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		if v = v.FieldByName(name); v.Kind() == reflect.Slice {
			v = v.Index(0)
		}
	}
	return v.String()
}

// Whatever a server may have put into a report is redacted, also what is added to
// it later. What Flow goes by is not, or a password such as "failed" would change
// what the test has found out.
func TestEveryTextOfAReportIsRedacted(t *testing.T) {
	own := map[string]bool{".Checks.Name": true, ".Checks.Status": true, ".Checks.Cause": true, ".Scopes": true, ".Account": true, ".OwnURL": true, ".Checks.Certificates.SHA256": true}
	for _, password := range []string{"failed", "true", "status", `quo"te`, "two\nlines", "<&>!"} {
		var r flow.Report
		paths := fill(reflect.ValueOf(&r).Elem(), password, "")
		before, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := reportJSON(r, flow.Connection{Network: flow.Network{ProxyPassword: flow.NewSecret(password)}})
		var got flow.Report
		if err == nil {
			err = json.Unmarshal([]byte(text), &got)
		}
		if err != nil {
			t.Errorf("%q: %s can't be read: %v", password, text, err)
			continue
		}
		for _, path := range paths {
			want := "****"
			if own[path] {
				want = password
			} else if path == ".Checks.Field" {
				want = "" // not stored
			}
			if found := at(reflect.ValueOf(got), path); found != want {
				t.Errorf("%q: %s is %q", password, path, found)
			}
		}
		if after, _ := json.Marshal(r); string(after) != string(before) {
			t.Errorf("%q: the report that was given became %s", password, after)
		}
	}
}
