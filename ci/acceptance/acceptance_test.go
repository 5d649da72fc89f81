// Package acceptance runs the built program as a user does: as one file, on a folder, judged by its exit
// code and by what it prints. It knows nothing of how the program is made, which is why it is not Rust:
// it cannot reach inside. PIPESPEC names the program.
package acceptance

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

type report struct {
	Version  any `json:"version"`
	Findings []struct {
		Rule  string `json:"rule"`
		Path  string `json:"path"`
		Start struct {
			Line   int `json:"line"`
			Column int `json:"column"`
		} `json:"start"`
	} `json:"findings"`
	Clauses []struct {
		ID      string `json:"id"`
		Verdict string `json:"verdict"`
	} `json:"clauses"`
}

func program(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PIPESPEC")
	if path == "" {
		t.Skip("PIPESPEC does not name the program to judge")
	}
	return path
}

// run starts the program in folder and gives its exit code and both its outputs.
func run(t *testing.T, folder string, arguments ...string) (code int, stdout, stderr []byte) {
	t.Helper()
	var out, err bytes.Buffer
	command := exec.Command(program(t), arguments...)
	command.Dir = folder
	command.Stdout, command.Stderr = &out, &err
	if failure := command.Run(); failure != nil {
		var exit *exec.ExitError
		if !errors.As(failure, &exit) {
			t.Fatal(failure)
		}
		return exit.ExitCode(), out.Bytes(), err.Bytes()
	}
	return 0, out.Bytes(), err.Bytes()
}

func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheProgramIsOneStaticFile(t *testing.T) {
	file, err := elf.Open(program(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	libraries, err := file.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	if len(libraries) > 0 {
		t.Errorf("needs %v at run time", libraries)
	}
}

func TestThisRepositoryHoldsToItsOwnSpec(t *testing.T) {
	if code, stdout, stderr := run(t, root(t), "check"); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

func TestEveryBadFixtureIsFoundOutAndTheGoodOneIsNot(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(root(t), "fixtures", "*", ".gitlab-ci.yml"))
	if err != nil || len(folders) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, file := range folders {
		folder := filepath.Dir(file)
		name := filepath.Base(folder)
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := run(t, root(t), "check", "--format", "json", folder)
			var said report
			if err := json.Unmarshal(stdout, &said); err != nil {
				t.Fatalf("no JSON: %v\n%s%s", err, stdout, stderr)
			}
			if name == "node-service" {
				t.Skip("its clauses are undefined; they have a test of their own")
			}
			good := name == "go-service"
			if good && (code != 0 || len(said.Findings) > 0) {
				t.Errorf("exit code %d, findings %+v", code, said.Findings)
			}
			if !good && (code != 1 || len(said.Findings) == 0) {
				t.Errorf("exit code %d and %d findings, of a repository that is wrong", code, len(said.Findings))
			}
			for _, finding := range said.Findings {
				if finding.Start.Line < 1 || finding.Start.Column < 1 {
					t.Errorf("%s is placed at %d:%d", finding.Rule, finding.Start.Line, finding.Start.Column)
				}
				if _, err := os.Stat(filepath.Join(folder, finding.Path)); err != nil {
					t.Errorf("%s is placed in %s, which is not there", finding.Rule, finding.Path)
				}
			}
		})
	}
}

func TestAClauseThatNoRuleKnowsIsUndefinedAndNotPassed(t *testing.T) {
	_, stdout, stderr := run(t, root(t), "check", "--format", "json", "fixtures/node-service")
	var said report
	if err := json.Unmarshal(stdout, &said); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, stderr)
	}
	for _, clause := range said.Clauses {
		if clause.Verdict == "undefined" {
			return
		}
	}
	t.Error("every clause of fixtures/node-service was judged")
}

func TestAnUnknownOptionIsAMistakeOfTheCaller(t *testing.T) {
	if code, _, _ := run(t, root(t), "check", "--no-such-option"); code != 2 {
		t.Errorf("exit code %d", code)
	}
}

func TestAnEmptyFolderHasNothingToJudge(t *testing.T) {
	if code, _, _ := run(t, t.TempDir(), "check"); code != 3 {
		t.Errorf("exit code %d", code)
	}
}
