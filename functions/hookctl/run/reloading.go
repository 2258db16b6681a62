package run

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"

	"github.com/spf13/pflag"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/functions/hookctl/run/reload"
)

// runReloading opens the port and runs this command without --watch as a program that is built
// again and restarted when a Go file changes.
func runReloading(ctx context.Context, e *cli.Env, o options, flags *pflag.FlagSet) error {
	root, err := cli.ModuleRoot(".")
	if err != nil {
		return fmt.Errorf("look for go.mod: %w", err)
	}
	if root == "" {
		return fmt.Errorf("--watch builds the module %s, and this folder is not in it: change to your clone", cli.ModuleName)
	}
	folder, err := openData(o.data, root)
	if err != nil {
		return err
	}
	locked, err := folder.lock()
	if err != nil {
		return err
	}
	defer func() { _ = locked.Close() }() // nothing is written there any more
	if o.fresh {
		if err := folder.forget(); err != nil {
			return err
		}
	}
	// A fault that no change of a Go file mends is found here.
	from, err := readSources(e, o.sources)
	if err != nil {
		return err
	}
	_, err = registerHandlers(e, from.set)
	if mixed, ok := errors.AsType[*mixedError](err); ok {
		return mixed
	}
	if _, err := folder.restore(pipeline.New(pipeline.Options{})); err != nil {
		return err
	}
	port, err := listen(ctx, o.addr)
	if err != nil {
		return err
	}
	defer func() { _ = port.Close() }()
	tcp, ok := port.(*net.TCPListener)
	if !ok {
		return fmt.Errorf("--watch needs a TCP port, not %s", port.Addr().Network())
	}
	watcher := &reload.Watcher{
		Module: root, Package: "./functions/hookctl", Folder: string(folder), Args: childArgs(flags), Port: tcp,
		Files: append(o.files(), filepath.Join(root, cli.SettingsFile)), Lock: locked,
		Stdout: e.Out.Stream(), // it is this program, which escapes what it prints itself
		Stderr: e.Err,          // except for the value of a panic that ends it
		Tell:   tellTo(e.Out),
	}
	if o.sources == ask {
		watcher.Stdin = from.doc // the program cannot ask: it reads the answers there
	}
	if err := watcher.Run(ctx); err != nil {
		return err
	}
	e.Out.Text("\nStopped. %s", keptText(folder))
	return nil
}

// tellTo returns a function that prints what a person should know.
func tellTo(out *cli.Writer) func(text string, failed bool) {
	return func(text string, failed bool) {
		if failed {
			text = out.Bad(text)
		} else {
			text = out.Dim(text)
		}
		out.Text("%s", text)
	}
}

// files lists the files beside the code that a run reads when it starts.
func (o options) files() []string {
	var files []string
	for _, path := range []string{o.sources, o.envFile} {
		if path != "" && path != ask {
			files = append(files, path)
		}
	}
	return files
}

// childArgs returns the command line of the program that a watcher runs.
func childArgs(flags *pflag.FlagSet) []string {
	args := []string{"run"}
	flags.Visit(func(f *pflag.Flag) {
		if f.Name != "watch" && f.Name != "fresh" { // a restart goes on
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

// keptText says what happens to queue and ledger at the end.
func keptText(folder data) string {
	if folder == "" {
		return "Queue and ledger were in memory and are gone."
	}
	return "Queue and ledger are kept for the next run; --fresh begins again."
}
