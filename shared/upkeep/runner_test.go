package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/upkeep"
)

// task is a task that takes a second and then returns the error.
func task(name string, err error) upkeep.Task {
	return upkeep.Task{Name: name, Time: time.Minute, Run: func(context.Context) (string, error) {
		time.Sleep(time.Second)
		return "did " + name, err
	}}
}

func TestRunnerRunsAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := upkeep.Task{Name: "broken", Time: time.Minute, Run: func(context.Context) (string, error) { panic("+4915112345678") }}
		endless := upkeep.Task{Name: "endless", Time: time.Minute, Run: func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "some of it", ctx.Err()
		}}
		var seen []string
		r := &upkeep.Runner{
			Tasks: []upkeep.Task{task("one", nil), task("two", errDown), broken, endless, task("last", nil)},
			Notes: &memory.Store{},
			After: func(_ context.Context, result upkeep.Result) { seen = append(seen, result.Task) },
		}
		results, err := r.Run(t.Context())
		if !errors.Is(err, errDown) || !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "+49") {
			t.Errorf("Run = %v", err)
		}
		want := []upkeep.Result{
			{Task: "one", Summary: "did one", TookMS: 1000},
			{Task: "two", Summary: "did two", TookMS: 1000, Error: "down"},
			{Task: "broken", Error: "panic of type string"},
			{Task: "endless", Summary: "some of it", TookMS: 60_000, Error: "context deadline exceeded"},
			{Task: "last", Summary: "did last", TookMS: 1000},
		}
		for i, result := range results {
			if (result.Err != nil) != (want[i].Error != "") {
				t.Errorf("%s: error %v", result.Task, result.Err)
			}
			if result.Err = nil; result != want[i] {
				t.Errorf("result = %+v, want %+v", result, want[i])
			}
		}
		if got := strings.Join(seen, " "); got != "one two broken endless last" {
			t.Errorf("After was called for %q", got)
		}
	})
}

// A function that is about to be ended keeps time to give back the lease.
func TestRunnerKeepsTheTail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notes := &memory.Store{}
		endless := func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", nil
		}
		r := &upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{{Name: "endless", Time: time.Hour, Run: endless}, task("late", nil)}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		results, err := r.Run(ctx)
		if took := time.Since(began); took != time.Minute-upkeep.Tail {
			t.Errorf("Run took %v", took)
		}
		if len(results) != 2 || err == nil || !strings.Contains(err.Error(), "left no time") {
			t.Errorf("Run = %+v, %v, want an error of the task that had no time", results, err)
		}
		r.Tasks = r.Tasks[1:]
		if _, err := r.Run(t.Context()); err != nil {
			t.Errorf("the next Run = %v, want the lease to be free", err)
		}
	})
}

func TestRunnerRunsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, most, ran atomic.Int64
		notes := &memory.Store{Fault: func(string, string) (bool, error) {
			time.Sleep(time.Millisecond) // so all read before one writes
			return true, nil
		}}
		alone := upkeep.Task{Name: "alone", Time: time.Minute, Run: func(context.Context) (string, error) {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
			ran.Add(1)
			return "", nil
		}}
		busy := make(chan bool, 8)
		for range cap(busy) {
			go func() {
				_, err := (&upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{alone}}).Run(t.Context())
				_, ok := errors.AsType[*upkeep.BusyError](err)
				if err != nil && !ok {
					t.Errorf("Run = %v", err)
				}
				busy <- ok
			}()
		}
		refused := 0
		for range cap(busy) {
			if <-busy {
				refused++
			}
		}
		if most.Load() != 1 || ran.Load() != 1 || refused != cap(busy)-1 {
			t.Errorf("%d at once, %d ran, %d refused", most.Load(), ran.Load(), refused)
		}
	})
}

// A run that died holds up the next one until its own time would have been over.
func TestLeaseEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notes := &memory.Store{}
		dying, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		go func() {
			stuck := upkeep.Task{Name: "stuck", Time: time.Hour, Run: func(context.Context) (string, error) {
				time.Sleep(24 * time.Hour) // as good as dead
				return "", nil
			}}
			_, _ = (&upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{stuck}}).Run(dying)
		}()
		synctest.Wait()
		next := &upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{task("next", nil)}}
		time.Sleep(2*time.Minute - time.Millisecond)
		_, err := next.Run(t.Context())
		if busy, ok := errors.AsType[*upkeep.BusyError](err); !ok || !busy.Until.Equal(time.Now().Add(time.Millisecond)) {
			t.Errorf("Run = %v, want a BusyError", err)
		}
		time.Sleep(time.Millisecond)
		if results, err := next.Run(t.Context()); err != nil || len(results) != 1 {
			t.Errorf("Run after the lease = %+v, %v", results, err)
		}
		time.Sleep(24 * time.Hour) // the dead one wakes, and must not end what it no longer has
		synctest.Wait()
		if _, err := next.Run(t.Context()); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

// A run that is broken off gives back the lease all the same.
func TestRunnerBrokenOff(t *testing.T) {
	t.Parallel()
	notes := &memory.Store{}
	ctx, cancel := context.WithCancel(t.Context())
	breaks := upkeep.Task{Name: "breaks", Time: time.Minute, Run: func(context.Context) (string, error) {
		cancel()
		return "", nil
	}}
	if _, err := (&upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{breaks}}).Run(ctx); err != nil {
		t.Errorf("Run = %v", err)
	}
	if _, err := (&upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{task("next", nil)}}).Run(t.Context()); err != nil {
		t.Errorf("the next Run = %v", err)
	}
}

// A lease that ends later than any run could is not one.
func TestLeaseOfAWrongClock(t *testing.T) {
	t.Parallel()
	for ends, busy := range map[time.Duration]bool{20 * time.Minute: true, 20*time.Minute + time.Millisecond: false, 9999 * 24 * time.Hour: false} {
		synctest.Test(t, func(t *testing.T) {
			notes := &memory.Store{}
			text := fmt.Sprintf(`{"owner":"x","until":%d}`, time.Now().Add(ends).UnixMilli())
			if err := notes.PutNote(t.Context(), "upkeep", 0, text); err != nil {
				t.Fatal(err)
			}
			_, err := (&upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{task("one", nil)}}).Run(t.Context())
			if _, ok := errors.AsType[*upkeep.BusyError](err); ok != busy || !busy && err != nil {
				t.Errorf("a lease that ends in %v: Run = %v, want busy %v", ends, err, busy)
			}
		})
	}
}

// A hanging table has the notes of no task.
type hanging struct{ upkeep.Notes }

func (hanging) GetNote(ctx context.Context, _ string) (ledger.Note, error) {
	<-ctx.Done()
	return ledger.Note{}, ctx.Err()
}

// A table that hangs does not use up the time of the tasks.
func TestRunnerWithAHangingTable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := upkeep.Task{Name: "slow", Time: time.Minute, Run: func(ctx context.Context) (string, error) {
			select {
			case <-time.After(time.Minute - time.Millisecond):
				return "", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}}
		r := &upkeep.Runner{Notes: hanging{}, Tasks: []upkeep.Task{slow, slow}}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		results, err := r.Run(ctx)
		if len(results) != 3 || results[0].Err != nil || results[1].Err != nil || results[2].Task != "lease" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %+v, %v, want both tasks done and an error of the lease", results, err)
		}
	})
}

// Without the table the tasks run, and the run is an error.
func TestRunnerWithoutLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, lost := range []int64{1, 2, 3} { // the read, the write, and giving it back
			var calls atomic.Int64
			notes := &memory.Store{Fault: func(string, string) (bool, error) {
				if calls.Add(1) >= lost {
					return false, errDown
				}
				return true, nil
			}}
			results, err := (&upkeep.Runner{Notes: notes, Tasks: []upkeep.Task{task("one", nil)}}).Run(t.Context())
			if len(results) != 2 || results[0].Err != nil || results[1].Task != "lease" || !errors.Is(err, errDown) {
				t.Errorf("call %d lost: Run = %+v, %v", lost, results, err)
			}
		}
	})
}
