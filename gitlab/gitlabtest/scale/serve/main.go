// Serve plays a GitLab with very many projects until it is interrupted, and
// prints what was asked of it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"flow/gitlab/gitlabtest/scale"
)

func main() {
	var o scale.Options
	flag.IntVar(&o.Projects, "projects", 100_000, "how many projects there are")
	flag.IntVar(&o.Groups, "groups", 0, "how many groups; 0 is one for twenty projects")
	flag.StringVar(&o.Version, "version", "17.5.2-ee", "the release that is played, from 11.2 on")
	flag.StringVar(&o.Addr, "addr", "127.0.0.1:0", "where to listen")
	flag.DurationVar(&o.Latency, "latency", 0, "of an answer, 10 % more or less")
	flag.IntVar(&o.Threads, "threads", 0, "how many requests are worked on at once; 0 is no limit")
	flag.Float64Var(&o.Limit.PerSecond, "limit", 0, "requests a second; 0 is no limit")
	flag.DurationVar(&o.Limit.Window, "window", 0, "in which that limit counts, as GitLab does; 0 is a bucket that refills")
	flag.BoolVar(&o.Limit.Headers, "limit-headers", false, "tell the limit in RateLimit headers")
	flag.BoolVar(&o.Limit.Inside, "limit-inside", false, "refuse as GitLab's limits on endpoints do, in JSON")
	flag.Float64Var(&o.Broken, "broken", 0, "share of requests that end with 502")
	flag.BoolVar(&o.Plain, "plain", false, "pack nothing")
	flag.Parse()
	if err := serve(o); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func serve(o scale.Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := scale.Start(o)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Printf("%s\ntoken %s\n", s.URL(), scale.Token)
	<-ctx.Done()
	fmt.Println(s.Counts())
	return nil
}
