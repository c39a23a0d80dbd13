package scale

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// taskVariable holds what a process that was started by Alone is to do.
const taskVariable = "FLOW_SCALE_TASK"

// Alone starts this program again to do a task, which is handed over as JSON, and
// reads from it what came of that. So the memory of what is measured can be told
// from that of the GitLab that it speaks to. The program has to call [Called]
// first of all, in TestMain. cpu is what the process used of all cores.
func Alone(ctx context.Context, task, deed any) (cpu time.Duration, err error) {
	told, err := json.Marshal(task)
	if err != nil {
		return 0, err
	}
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	child := exec.CommandContext(ctx, program)
	child.Env = append(os.Environ(), taskVariable+"="+string(told))
	var out, problems bytes.Buffer
	child.Stdout, child.Stderr = &out, &problems
	if err := child.Run(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, problems.String())
	}
	if err := json.Unmarshal(out.Bytes(), deed); err != nil {
		return 0, fmt.Errorf("%w in %s", err, out.String())
	}
	return child.ProcessState.UserTime() + child.ProcessState.SystemTime(), nil
}

// Called does the task of a process that was started by Alone, and ends it. In
// any other it does nothing.
func Called[Task, Deed any](do func(Task) (Deed, error)) {
	text, ok := os.LookupEnv(taskVariable)
	if !ok {
		return
	}
	var task Task
	err := json.Unmarshal([]byte(text), &task)
	if err == nil {
		var deed Deed
		if deed, err = do(task); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(deed)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// PeakMB is the most memory that this process ever had, where Linux tells it.
func PeakMB() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := bytes.Cut(text, []byte("VmHWM:"))
	var kB float64
	_, _ = fmt.Sscan(string(rest), &kB)
	return kB / 1024
}
