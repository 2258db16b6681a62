package locks

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the top of the checkout, seen from this package.
const root = "../../"

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each package is one version, with the hashes of its files.
func TestPython(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.txt")
	if err != nil || len(files) < 3 {
		t.Fatalf("lock files %q, %v; want those of sam, checkov and parliament", files, err)
	}
	requirement := regexp.MustCompile(`^[a-z0-9._-]+==[^ ]+( ; [^\\]+)? \\(\n +--hash=sha256:[0-9a-f]{64}( \\)?)+\n$`)
	for _, file := range files {
		for _, entry := range regexp.MustCompile(`(?m)^\S.*\n( +.*\n)*`).FindAllString(read(t, file), -1) {
			if !requirement.MatchString(entry) {
				t.Errorf("%s: not one version with its hashes:\n%s", file, entry)
			}
		}
	}
}

func TestNpm(t *testing.T) {
	t.Parallel()
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal([]byte(read(t, "package-lock.json")), &lock); err != nil {
		t.Fatal(err)
	}
	if len(lock.Packages) < 2 {
		t.Fatalf("%d packages locked", len(lock.Packages))
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Version == "" || !strings.HasPrefix(p.Integrity, "sha512-")) {
			t.Errorf("package-lock.json: %s has version %q and integrity %q", name, p.Version, p.Integrity)
		}
	}
}

// The engines are those of .ci/engines.sh, file by file.
func TestMaven(t *testing.T) {
	t.Parallel()
	lock := read(t, "engines.sha256")
	if !regexp.MustCompile(`^([0-9a-f]{64}  [\w.-]+/[\w.-]+\n)+$`).MatchString(lock) {
		t.Error("engines.sha256: want lines of a hash, two blanks and a file")
	}
	for _, found := range regexp.MustCompile(`(?m)^\w+=[\w.]+:([\w.-]+):([\w.-]+)$`).FindAllStringSubmatch(read(t, root+".ci/engines.sh"), -1) {
		if file := found[1] + "-" + found[2] + "/" + found[1] + "-" + found[2] + ".jar\n"; !strings.Contains(lock, file) {
			t.Errorf("engines.sha256 has no %s", file)
		}
	}
}

// A file that is another than the locked one is not run.
func TestEnginesAreVerified(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	jar := filepath.Join(cache, "DynamoDBLocal-3.1.0", "DynamoDBLocal-3.1.0.jar")
	if err := os.MkdirAll(filepath.Dir(jar), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(jar, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", root+".ci/engines.sh", "fetch")
	cmd.Env = append(os.Environ(), "WEBHOOK_CACHE="+cache)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "is not what .ci/locks/engines.sha256 says") {
		t.Errorf("engines.sh fetch: %v\n%s\nwant the file refused", err, out)
	}
}

// A lock holds wherever the packages come from, so it names no place.
func TestLocksNameNoHost(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".go") {
			continue
		}
		if strings.Contains(read(t, file), "://") {
			t.Errorf("%s has a URL", file)
		}
	}
}

// No script installs what no lock file names.
func TestScriptsInstallWhatIsLocked(t *testing.T) {
	t.Parallel()
	scripts := []string{root + "Makefile"}
	err := filepath.WalkDir(root+".ci", func(path string, entry os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".sh") && entry.Name() != "lock.sh" {
			scripts = append(scripts, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		for line := range strings.Lines(read(t, script)) {
			switch {
			case strings.HasPrefix(strings.TrimSpace(line), "#"):
			case strings.Contains(line, "pip\" install") || strings.Contains(line, "pip install"):
				if !strings.Contains(line, "--require-hashes") {
					t.Errorf("%s: without --require-hashes: %s", script, line)
				}
			case strings.Contains(line, "npm install") || strings.Contains(line, "npx "):
				t.Errorf("%s: want npm ci, which keeps to the lock: %s", script, line)
			}
		}
	}
}

// A tag of an action can be moved to other code, a commit cannot.
func TestWorkflowsPinActions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + ".github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("workflows %q, %v", files, err)
	}
	pinned := regexp.MustCompile(`^[\w-]+/[\w/-]+@[0-9a-f]{40} # v`)
	for _, file := range files {
		for _, found := range regexp.MustCompile(`uses: (.*)`).FindAllStringSubmatch(read(t, file), -1) {
			if !pinned.MatchString(found[1]) {
				t.Errorf("%s: %s: want the hash of a commit, and its version behind it", file, found[1])
			}
		}
	}
}

// Everybody builds with one toolchain, the tools too.
func TestToolchain(t *testing.T) {
	t.Parallel()
	toolchain := regexp.MustCompile(`(?m)^toolchain go(\S+)$`).FindStringSubmatch(read(t, root+"go.mod"))
	tools := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, root+".ci/tools/go.mod"))
	if toolchain == nil || tools == nil || toolchain[1] != tools[1] {
		t.Errorf("toolchain of go.mod %q, go of .ci/tools/go.mod %q; want the same version", toolchain, tools)
	}
}
