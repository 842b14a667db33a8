// Reads the structs that programs read their configuration to as Go's own type checker sees them: aliases, embedded structs, generics
// (configoptional.Optional[T]) and types of other packages are what they are, and no text of Go is matched by a pattern.
//
// Nothing is compiled: building every component of the collector takes hours, and the checker needs no bodies of functions but those of
// the component's own package, where the type is that createDefaultConfig returns. Packages outside the modules that are listed here are
// empty, and what has their types is not looked into (null).
//
// MODULE@VERSION is a component of the collector, MODULE@VERSION#PACKAGE.TYPE a type with tags for JSON, as Kubernetes has them.
//
// Usage: go run main.go MODULE@VERSION[#PACKAGE.TYPE]... > keys.json
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

// Modules whose types are looked into.
var ours = []string{
	"go.opentelemetry.io/collector",
	"github.com/open-telemetry/opentelemetry-collector-contrib/",
	"github.com/prometheus-operator/prometheus-operator/",
	"k8s.io/api",
	"k8s.io/apimachinery",
}

type module struct {
	Path, Version, Dir, Sum, Error string
}

// What is printed of a component.
type component struct {
	Kind  string   `json:"kind"`
	Types []string `json:"types"`
	// Of a mapping "$" is the Go type, and "$ TYPE" holds the keys of a struct that is part of it (squash).
	Keys any `json:"keys"`
	// Its own reader takes a key that it does not know without a word: confmap.WithIgnoreUnused.
	Ignores bool `json:"ignores"`
	// Structs that read their mapping by themselves (confmap.Unmarshaler): what they accept beyond their fields is for a person to say.
	Own []string `json:"own"`
}

var (
	std       types.Importer
	fset      = token.NewFileSet()
	parsed    = map[string][]*ast.File{}
	dirs      = map[string]module{} // by MODULE@VERSION
	read      = map[string]bool{}   // MODULE@VERSION
	linux     = build.Default
	typeLine  = regexp.MustCompile(`(?m)^(?:deprecated_)?type: *"?([\w]+)`)
	goRequire = regexp.MustCompile(`(?m)^\s*(?:require )?([\w./-]+\.[\w./-]+) (v[\w.+-]+)`)
)

func main() {
	linux.GOOS, linux.CgoEnabled = "linux", false
	build.Default.CgoEnabled = false
	std = importer.ForCompiler(fset, "source", nil)
	asked := map[string]bool{}
	for _, argument := range os.Args[1:] {
		name, _, _ := strings.Cut(argument, "#")
		asked[name] = true
	}
	download(sorted(asked), true)
	needed := map[string]bool{}
	for name := range asked {
		for its, version := range requires(dirs[name].Dir) {
			if isOurs(its) {
				needed[its+"@"+version] = true
			}
		}
	}
	download(sorted(needed), false)
	found := map[string]component{}
	for _, argument := range os.Args[1:] {
		name, of, isType := strings.Cut(argument, "#")
		if isType {
			found[argument] = typeOf(dirs[name], of)
		} else {
			found[argument] = componentOf(dirs[name])
		}
	}
	sums := map[string]string{}
	for name := range read {
		sums[name] = dirs[name].Sum
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	if err := out.Encode(map[string]any{"sources": sums, "components": found}); err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

func isOurs(name string) bool {
	for _, prefix := range ours {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Modules to Go's module cache. One that is not to be had leaves what it holds unread, unless it was asked for.
func download(names []string, asked bool) {
	if len(names) == 0 {
		return
	}
	command := exec.Command("go", append([]string{"mod", "download", "-json"}, names...)...)
	command.Dir = os.TempDir()
	command.Stderr = os.Stderr
	answer, _ := command.Output() // Exit code 1 where one module was not to be had: each says so by itself.
	decoder := json.NewDecoder(strings.NewReader(string(answer)))
	for decoder.More() {
		var each module
		if err := decoder.Decode(&each); err != nil {
			fail("go mod download: " + err.Error())
		}
		if each.Error != "" {
			if asked {
				fail(each.Path + "@" + each.Version + ": " + each.Error)
			}
			continue
		}
		dirs[each.Path+"@"+each.Version] = each
	}
	for _, name := range names {
		if _, has := dirs[name]; asked && !has {
			fail(name + " cannot be had")
		}
	}
}

func requires(dir string) map[string]string {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		fail(err.Error())
	}
	versions := map[string]string{}
	for _, match := range goRequire.FindAllStringSubmatch(string(text), -1) {
		if _, has := versions[match[1]]; !has {
			versions[match[1]] = match[2]
		}
	}
	return versions
}

func sorted(set map[string]bool) []string {
	names := []string{}
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Packages as one component's go.mod chooses their versions.
type universe struct {
	versions map[string]string
	known    map[string]*types.Package
}

func (u *universe) Import(name string) (*types.Package, error) { return u.load(name, false, nil) }

// The module of a package, and its folder.
func (u *universe) folder(name string) (string, string) {
	for prefix := name; prefix != "."; prefix = path.Dir(prefix) {
		if version, has := u.versions[prefix]; has {
			its := dirs[prefix+"@"+version]
			if its.Dir == "" {
				return "", ""
			}
			return prefix + "@" + version, filepath.Join(its.Dir, strings.TrimPrefix(name, prefix))
		}
	}
	return "", ""
}

func (u *universe) load(name string, bodies bool, info *types.Info) (*types.Package, error) {
	if its := u.known[name]; its != nil {
		return its, nil
	}
	if !strings.Contains(strings.Split(name, "/")[0], ".") {
		its, err := std.Import(name)
		if err != nil {
			its = unread(name)
		}
		u.known[name] = its
		return its, nil
	}
	module, dir := u.folder(name)
	files := []*ast.File{}
	if isOurs(name) && dir != "" {
		files = filesOf(dir)
	}
	if len(files) == 0 {
		its := unread(name)
		u.known[name] = its
		return its, nil
	}
	read[module] = true
	settings := types.Config{Importer: u, IgnoreFuncBodies: !bodies, FakeImportC: true, Error: func(error) {}}
	its, _ := settings.Check(name, fset, files, info)
	its.MarkComplete()
	u.known[name] = its
	return its, nil
}

func unread(name string) *types.Package {
	base := path.Base(name)
	if regexp.MustCompile(`^v\d+$`).MatchString(base) {
		base = path.Base(path.Dir(name))
	}
	its := types.NewPackage(name, strings.TrimPrefix(base, "go-"))
	its.MarkComplete()
	return its
}

func filesOf(dir string) []*ast.File {
	if files, has := parsed[dir]; has {
		return files
	}
	files := []*ast.File{}
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		file := entry.Name()
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		if matches, err := linux.MatchFile(dir, file); err != nil || !matches {
			continue
		}
		tree, err := parser.ParseFile(fset, filepath.Join(dir, file), nil, parser.SkipObjectResolution)
		if err != nil {
			fail(err.Error())
		}
		files = append(files, tree)
	}
	parsed[dir] = files
	return files
}

func universeOf(its module) *universe {
	u := &universe{versions: requires(its.Dir), known: map[string]*types.Package{}}
	u.versions[its.Path] = its.Version
	return u
}

func typeOf(its module, name string) component {
	u := universeOf(its)
	folder, name, _ := strings.Cut(name, ".")
	in, _ := u.load(its.Path+"/"+folder, false, nil)
	object := in.Scope().Lookup(name)
	if object == nil {
		fail(fmt.Sprintf("%s@%s: no type %s in %s", its.Path, its.Version, name, folder))
	}
	w := &walk{u: u, tag: "json", own: map[string]bool{}}
	return component{Kind: folder, Types: []string{name}, Keys: w.keys(object.Type(), nil), Own: sorted(w.own)}
}

func componentOf(its module) component {
	u := universeOf(its)
	name := strings.TrimPrefix(strings.TrimPrefix(its.Path, ours[1]), ours[0]+"/")
	w := &walk{u: u, tag: "mapstructure", own: map[string]bool{}}
	answer := component{Kind: strings.Split(name, "/")[0], Types: typesOf(its.Dir), Keys: w.keys(configOf(u, its.Path, its.Path+"@"+its.Version), nil)}
	if keys, is := answer.Keys.(map[string]any); is && strings.Contains(its.Path, "/hostmetricsreceiver") {
		keys["scrapers"] = scrapers(w, its)
	}
	answer.Own = sorted(w.own)
	answer.Ignores = ignores(filesOf(its.Dir))
	return answer
}

// The names of a component in a configuration: https://github.com/open-telemetry/opentelemetry-collector/blob/main/cmd/mdatagen/metadata-schema.yaml
func typesOf(dir string) []string {
	names := []string{}
	text, err := os.ReadFile(filepath.Join(dir, "metadata.yaml"))
	if err != nil {
		fail(err.Error())
	}
	for _, match := range typeLine.FindAllStringSubmatch(string(text), -1) {
		names = append(names, match[1])
	}
	return names
}

// The type behind component.Config: what createDefaultConfig returns, whatever its name.
func configOf(u *universe, name, shown string) types.Type {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}
	its, _ := u.load(name, true, info)
	_, dir := u.folder(name)
	found := map[string]types.Type{}
	for _, file := range filesOf(dir) {
		ast.Inspect(file, func(node ast.Node) bool {
			var body *ast.BlockStmt
			var result types.Type
			switch function := node.(type) {
			case *ast.FuncDecl:
				body = function.Body
				if object := info.Defs[function.Name]; object != nil {
					result = soleResult(object.Type())
				}
			case *ast.FuncLit:
				body, result = function.Body, soleResult(info.Types[function].Type)
			}
			if body == nil || result == nil || !strings.HasSuffix(result.String(), "collector/component.Config") {
				return true
			}
			for _, statement := range body.List {
				if returned, is := statement.(*ast.ReturnStmt); is && len(returned.Results) == 1 {
					if struct_ := named(info.Types[returned.Results[0]].Type); struct_ != nil {
						found[struct_.String()] = struct_
					}
				}
			}
			return true
		})
	}
	if len(found) == 1 {
		for _, struct_ := range found {
			return struct_
		}
	}
	if object := its.Scope().Lookup("Config"); object != nil {
		return object.Type()
	}
	fail(fmt.Sprintf("%s: which type is its configuration? %v", shown, found))
	return nil
}

// Whether the component's Config reads itself (confmap.Unmarshaler) and lets unknown keys pass.
func ignores(files []*ast.File) bool {
	found := false
	for _, file := range files {
		for _, declaration := range file.Decls {
			function, is := declaration.(*ast.FuncDecl)
			if !is || function.Recv == nil || function.Name.Name != "Unmarshal" || receiver(function) != "Config" {
				continue
			}
			ast.Inspect(function.Body, func(node ast.Node) bool {
				name, is := node.(*ast.Ident)
				found = found || is && name.Name == "WithIgnoreUnused"
				return true
			})
		}
	}
	return found
}

func receiver(function *ast.FuncDecl) string {
	of := function.Recv.List[0].Type
	if pointer, is := of.(*ast.StarExpr); is {
		of = pointer.X
	}
	name, is := of.(*ast.Ident)
	if !is {
		return ""
	}
	return name.Name
}

func soleResult(of types.Type) types.Type {
	signature, is := of.(*types.Signature)
	if !is || signature.Results().Len() != 1 {
		return nil
	}
	return signature.Results().At(0).Type()
}

// A struct that has a name, or undefined.
func named(of types.Type) *types.Named {
	if of == nil {
		return nil
	}
	if pointer, is := types.Unalias(of).(*types.Pointer); is {
		of = pointer.Elem()
	}
	its, is := types.Unalias(of).(*types.Named)
	if !is {
		return nil
	}
	if _, isStruct := its.Underlying().(*types.Struct); !isStruct {
		return nil
	}
	return its
}

// The scrapers of hostmetrics are factories of their own, by name of their folder.
func scrapers(w *walk, its module) any {
	keys := map[string]any{}
	root := filepath.Join(its.Dir, "internal", "scraper")
	_ = filepath.WalkDir(root, func(dir string, entry fs.DirEntry, _ error) error {
		name := strings.TrimSuffix(filepath.Base(dir), "scraper")
		if entry != nil && entry.IsDir() && filepath.Dir(dir) == root && name != filepath.Base(dir) {
			under := its.Path + "/internal/scraper/" + filepath.Base(dir)
			keys[name] = w.keys(configOf(w.u, under, under), nil)
		}
		return nil
	})
	return keys
}

type walk struct {
	u *universe
	// The tag of fields that says their keys.
	tag string
	own map[string]bool
}

// What may stand below a value of this type: an object of keys, "#type" of a value, or null: not looked into.
func (w *walk) keys(of types.Type, above []string) any {
	switch its := types.Unalias(of).(type) {
	case *types.Pointer:
		return w.keys(its.Elem(), above)
	case *types.Slice:
		return w.below(its.Elem(), above)
	case *types.Array:
		return w.below(its.Elem(), above)
	case *types.Map:
		if below := w.keys(its.Elem(), above); below != nil {
			return map[string]any{"*": below}
		}
		return nil
	case *types.Basic:
		switch {
		case its.Info()&types.IsBoolean != 0:
			return "#bool"
		case its.Info()&types.IsUnsigned != 0:
			return "#uint"
		case its.Info()&types.IsInteger != 0:
			return "#int"
		case its.Info()&types.IsFloat != 0:
			return "#number"
		}
		return nil
	case *types.Struct:
		return w.fields(its, above)
	case *types.Named:
		name := its.Obj().Name()
		if its.Obj().Pkg() != nil {
			name = its.Obj().Pkg().Path() + "." + name
		}
		if name == "time.Duration" {
			return "#duration"
		}
		for _, each := range above {
			if each == its.String() {
				return nil
			}
		}
		above = append(above[:len(above):len(above)], its.String())
		if its.Obj().Name() == "Optional" && its.TypeArgs().Len() == 1 {
			below := w.keys(its.TypeArgs().At(0), above)
			// https://github.com/open-telemetry/opentelemetry-collector/blob/main/config/configoptional/optional.go
			if keys, is := below.(map[string]any); is {
				keys["enabled"] = "#bool"
			}
			return below
		}
		if basic, is := its.Underlying().(*types.Basic); has(its, "UnmarshalText") || is && basic.Info()&types.IsString != 0 {
			return "#" + path.Base(name)
		}
		// A quantity, a time, a number or a text (IntOrString): read from one value.
		if has(its, "UnmarshalJSON") && w.tag == "json" {
			return nil
		}
		if has(its, "Unmarshal") && w.tag == "mapstructure" {
			w.own[strings.TrimPrefix(strings.TrimPrefix(name, ours[0]+"/"), ours[1])] = true
		}
		below := w.keys(its.Underlying(), above)
		if keys, is := below.(map[string]any); is && keys["$"] == nil {
			keys["$"] = path.Base(its.Obj().Pkg().Path()) + "." + its.Obj().Name()
		}
		return below
	}
	return nil
}

func (w *walk) below(of types.Type, above []string) any {
	if keys, is := w.keys(of, above).(map[string]any); is {
		return keys
	}
	return nil
}

// The tags: https://pkg.go.dev/github.com/go-viper/mapstructure/v2#hdr-Field_Tags, https://pkg.go.dev/encoding/json#Marshal
func (w *walk) fields(of *types.Struct, above []string) any {
	keys := map[string]any{}
	tagged := false
	for i := range of.NumFields() {
		field := of.Field(i)
		tag, has := reflect.StructTag(of.Tag(i)).Lookup(w.tag)
		name, options, _ := strings.Cut(tag, ",")
		// An embedded struct is taken apart whether its type is exported or not.
		if !field.Exported() && !field.Embedded() || name == "-" {
			continue
		}
		tagged = tagged || has
		switch {
		case strings.Contains(options, "squash") || w.tag == "json" && field.Embedded() && name == "":
			below, is := w.keys(field.Type(), above).(map[string]any)
			if !is {
				below = map[string]any{"*": nil}
			}
			if name, is := below["$"].(string); is {
				keys["$ "+name] = below
			} else {
				maps.Copy(keys, below)
			}
		case strings.Contains(options, "remain"):
			keys["*"] = nil
		case name != "":
			keys[name] = w.keys(field.Type(), above)
		}
	}
	// One without tags is read in another way.
	if !tagged {
		return nil
	}
	return keys
}

func has(its *types.Named, method string) bool {
	for i := range its.NumMethods() {
		if its.Method(i).Name() == method {
			return true
		}
	}
	return false
}
