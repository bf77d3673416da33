// Lists what the programs around an aggregated API say when something fails: the formats of their errors, answers, conditions, events
// and log lines, read from the source of their modules. Facts only: package, kind, the call, the format, what fills it, and the
// versions that have it.
//
//	go run . FOLDER
//
// writes one file per program into FOLDER: its modules and versions in the first line, then one format a line. Modules come from
// the module proxy (GOPROXY) or its cache.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// Spoken is one format, and where it was found.
type Spoken struct {
	// Which of the modules in the first line; absent: the first.
	Module  int    `json:"module,omitempty"`
	Package string `json:"package"`
	Kind    string `json:"kind"`
	By      string `json:"by"`
	// Of HTTP or gRPC, where it is an answer.
	Code   string `json:"code,omitempty"`
	Format string `json:"format"`
	// What fills the verbs; of a structured line its keys.
	Args       []string `json:"args,omitempty"`
	Structured bool     `json:"structured,omitempty"`
	// Absent: all of its module's versions.
	Versions []string `json:"versions,omitempty"`
}

// Module heads a program's file.
type Module struct {
	Module   string   `json:"module"`
	Versions []string `json:"versions"`
}

type key struct {
	module, pkg, kind, format string
	structured                bool
}

// finding is where a text was found. The call and the arguments are those of the newest version: they are renamed while a text stays.
type finding struct {
	by, code string
	args     []string
	versions map[string]bool
}

type listing map[key]*finding

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . FOLDER")
		os.Exit(2)
	}
	programs := map[string][]source{}
	for _, source := range sources {
		programs[source.program] = append(programs[source.program], source)
	}
	for program, sources := range programs {
		if err := write(filepath.Join(os.Args[1], program+".jsonl"), sources); err != nil {
			fmt.Fprintf(os.Stderr, "spoken-errors: %s: %v\n", program, err)
			os.Exit(1)
		}
	}
}

func write(file string, sources []source) error {
	found := listing{}
	modules := []Module{}
	versions := map[string][]string{}
	for _, source := range sources {
		short := make([]string, 0, len(source.versions))
		for _, version := range source.versions {
			folder, err := download(source.module, version)
			if err != nil {
				return fmt.Errorf("%s@%s: %w", source.module, version, err)
			}
			short = append(short, named(version))
			reader{source, folder, named(version), found, map[string]map[string]string{}}.read()
		}
		modules = append(modules, Module{source.module, short})
		versions[source.module] = short
	}
	return print(file, modules, versions, found)
}

// named is a version as people say it: of a toolchain the Go that it holds.
func named(version string) string {
	return strings.TrimSuffix(strings.TrimPrefix(version, "v0.0.1-"), ".linux-amd64")
}

// download returns the folder of a module's source in the module cache.
func download(module, version string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", module+"@"+version).Output()
	var answer struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil {
		return "", fmt.Errorf("go mod download: %w", err)
	}
	if answer.Error != "" {
		return "", fmt.Errorf("go mod download: %s", answer.Error)
	}
	return answer.Dir, nil
}

func print(file string, modules []Module, versions map[string][]string, found listing) error {
	rows := make([]Spoken, 0, len(found))
	for key, in := range found {
		row := Spoken{Package: key.pkg, Kind: key.kind, By: in.by, Code: in.code, Format: key.format, Args: in.args, Structured: key.structured}
		for i, module := range modules {
			if module.Module == key.module {
				row.Module = i
			}
		}
		if len(in.versions) < len(versions[key.module]) {
			for _, version := range versions[key.module] {
				if in.versions[version] {
					row.Versions = append(row.Versions, version)
				}
			}
		}
		rows = append(rows, row)
	}
	sortKey := func(row Spoken) string {
		return fmt.Sprintf("%d\x00%s\x00%s\x00%s\x00%v", row.Module, row.Package, row.Kind, row.Format, row.Structured)
	}
	sort.Slice(rows, func(i, j int) bool { return sortKey(rows[i]) < sortKey(rows[j]) })
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]any{"modules": modules}); err != nil {
		return err
	}
	for _, row := range rows {
		if err := encoder.Encode(row); err != nil {
			return err
		}
	}
	return out.Close()
}

// reader reads the folders of one version of a module.
type reader struct {
	source    source
	folder    string
	version   string
	found     listing
	constants map[string]map[string]string
}

func (r reader) read() {
	for _, folder := range r.source.folders {
		_ = filepath.WalkDir(filepath.Join(r.folder, folder), func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if entry.IsDir() {
				return r.passBy(file, folder)
			}
			r.file(file)
			return nil
		})
	}
}

func (r reader) passBy(folder, from string) error {
	inside := filepath.ToSlash(relative(r.folder, folder))
	for _, without := range r.source.without {
		if inside == without {
			return fs.SkipDir
		}
	}
	if from == "." && inside != "." {
		return fs.SkipDir
	}
	switch filepath.Base(folder) {
	case "testdata", "testing", "vendor", "fuzzer", "testutil", "testserver", "integration":
		return fs.SkipDir
	}
	return nil
}

var linux = func() build.Context {
	context := build.Default
	context.GOOS, context.GOARCH, context.CgoEnabled = "linux", "amd64", false
	return context
}()

// isRead: it is built for Linux, and people wrote it, for something else than tests.
func isRead(file string) bool {
	name := filepath.Base(file)
	if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".pb.go") || strings.HasSuffix(name, ".pb.gw.go") || strings.HasPrefix(name, "generated.") || strings.HasPrefix(name, "zz_generated.") {
		return false
	}
	matches, err := linux.MatchFile(filepath.Dir(file), name)
	return err == nil && matches
}

func (r reader) file(file string) {
	if !isRead(file) {
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	pkg := strings.TrimPrefix(filepath.ToSlash(relative(r.folder, filepath.Dir(file))), "src/")
	known := texts{own: r.constantsIn(filepath.Dir(file)), imported: map[string]map[string]string{}}
	for name, importPath := range importedBy(parsed) {
		if inside, ok := strings.CutPrefix(importPath, r.source.module+"/"); ok {
			known.imported[name] = r.constantsIn(filepath.Join(r.folder, inside))
		}
	}
	collector{known, r.source.tables, r.source.frames, func(said said) {
		if len(said.text.format) > longestFormat {
			return
		}
		key := key{r.source.module, pkg, said.kind, said.text.format, said.structured}
		if r.found[key] == nil {
			r.found[key] = &finding{versions: map[string]bool{}}
		}
		r.found[key].by, r.found[key].code, r.found[key].args = said.by, said.code, said.text.args
		r.found[key].versions[r.version] = true
	}, map[ast.Node]bool{}}.file(parsed)
}

// constantsIn are the constants of the package in a folder, read once.
func (r reader) constantsIn(folder string) map[string]string {
	if known, ok := r.constants[folder]; ok {
		return known
	}
	found := map[string]string{}
	r.constants[folder] = found
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		file := filepath.Join(folder, entry.Name())
		if entry.IsDir() || !isRead(file) {
			continue
		}
		if parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution); err == nil {
			constantsOf(parsed, found)
		}
	}
	return found
}

func relative(base, path string) string {
	rel, err := filepath.Rel(base, path)
	if err != nil {
		return path
	}
	return rel
}
