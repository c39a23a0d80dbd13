package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"flow/gitlab"
)

const concurrencyFlag = "concurrency"

// A requestsFlag is how many requests may be on their way to a GitLab; 0 is the
// client's own number.
type requestsFlag struct{ n *int }

// addConcurrency adds --concurrency to a command that walks over all repos.
func (p *program) addConcurrency(flags *pflag.FlagSet) {
	flags.Var(requestsFlag{&p.reach.Concurrency}, concurrencyFlag,
		fmt.Sprintf("how many requests may be on their way to GitLab, 1 to %d (default %d); fewer are where more would only wait there", gitlab.MaxConcurrency, gitlab.DefaultConcurrency))
}

func (f requestsFlag) String() string { return "" }

func (f requestsFlag) Type() string { return "N" }

func (f requestsFlag) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > gitlab.MaxConcurrency {
		return errors.New("it is no such number")
	}
	*f.n = n
	return nil
}

// concurrencyMistake says which values there are.
func concurrencyMistake(see string) error {
	return &usageError{fmt.Sprintf("--%s takes a number from 1 to %d.", concurrencyFlag, gitlab.MaxConcurrency), see}
}
