import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'
import { parse } from 'yaml'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Nouns and words: every folder may import them. */
const EVERYWHERE = ['verify/model/', 'verify/text/']
/** What a test may import besides what its folder may. */
const TESTS = ['node:', 'testing/', 'fast-check', 'yaml', 'oxc-parser']

interface Row {
  folder: string
  /** Folders (with a slash at their end), files, or packages; a folder's own files are always allowed. */
  may: readonly string[]
  /** What its tests may import besides. */
  tests?: readonly string[]
}

/**
 * What each folder may import. The longest prefix that fits counts, for tests as well; a folder without a row fails. To allow something
 * new, change the row and say why in the commit; docs/architecture.md draws the same picture.
 */
const TABLE: readonly Row[] = [
  // The ground: types, and what each stage needs to speak of them.
  { folder: 'verify/model/', may: [] },
  { folder: 'verify/text/', may: ['fastest-levenshtein', 're2js'] },
  {
    folder: 'verify/promql/',
    may: ['@prometheus-io/lezer-promql', '@lezer/common'],
    tests: ['verify/recordings/', '@prometheus-io/lezer-promql'],
  },
  { folder: 'verify/routing/', may: ['re2js', 'node:crypto', 'verify/promql/labels.ts'], tests: ['verify/config/yaml/cursor.ts'] },
  { folder: 'verify/trace/', may: [], tests: ['re2js'] },
  { folder: 'verify/logs/', may: ['re2js', 'verify/config/yaml/cursor.ts'] },
  { folder: 'verify/grafana/', may: ['re2js', 'verify/promql/'] },
  // Which files there are and what each is; then a room for each program that reads them.
  { folder: 'verify/config/', may: ['node:fs', 'node:path', 'ignore'] },
  { folder: 'verify/config/yaml/', may: ['yaml', 'verify/promql/duration.ts'], tests: ['verify/config/kinds.ts'] },
  // A template's query() holds PromQL.
  { folder: 'verify/config/templates/', may: ['verify/promql/parse-promql.ts', 'verify/config/yaml/cursor.ts'] },
  {
    folder: 'verify/config/alerting/',
    may: ['verify/config/configuration.ts', 'verify/config/yaml/', 'verify/promql/', 'verify/routing/'],
  },
  {
    folder: 'verify/config/deployment/',
    // The Prometheus operator keeps routes in a manifest.
    may: ['node:path', 'verify/config/configuration.ts', 'verify/config/yaml/', 'verify/config/alerting/operator-routing.ts'],
  },
  { folder: 'verify/config/grafana/', may: ['verify/config/configuration.ts', 'verify/config/yaml/', 'verify/grafana/'] },
  {
    folder: 'verify/config/loki/',
    // Of several Loki, which one a Promtail's host runs.
    may: ['verify/config/configuration.ts', 'verify/config/yaml/', 'verify/config/deployment/container-files.ts'],
  },
  { folder: 'verify/recordings/', may: ['node:'] },
  // Where the tool's own files are, in a checkout and in a package.
  { folder: 'verify/tool/', may: ['node:'], tests: ['esbuild'] },

  // The straight line: spec -> plan -> run -> judge -> report.
  {
    folder: 'verify/spec/',
    // A route's matchers and time intervals are written, and read, as Alertmanager does.
    may: [
      'yaml',
      'node:',
      'verify/promql/',
      'verify/routing/route-matchers.ts',
      'verify/routing/time-spans.ts',
      'verify/config/yaml/yaml-text.ts',
      'verify/tool/',
    ],
    tests: ['verify/drill/read-spec.ts', 'verify/routing/tree.ts', 'verify/routing/inhibition.ts'],
  },
  // Which folder is the platform, and what its firedrill.yaml says: read as a specification is.
  { folder: 'verify/platform/', may: ['node:', 'verify/spec/', 'verify/tool/', 'scenarios/generic/generic-scenarios.ts'] },
  { folder: 'verify/compress/', may: ['yaml', 'verify/promql/', 'verify/config/'] },
  {
    folder: 'verify/plan/',
    may: ['verify/config/yaml/cursor.ts', 'verify/promql/', 'verify/routing/'],
    tests: ['verify/spec/', 'verify/compress/'],
  },
  {
    folder: 'verify/run/',
    may: ['node:crypto', 'verify/promql/', 'verify/routing/', 'verify/grafana/', 'verify/trace/', 'verify/logs/'],
    tests: ['verify/spec/', 'verify/plan/', 'verify/compress/', 'verify/judge/', 'verify/drivers/k6.ts'],
  },
  {
    folder: 'verify/judge/',
    may: ['verify/promql/', 'verify/routing/', 'verify/grafana/', 'verify/trace/'],
    tests: ['verify/report/'],
  },
  {
    folder: 'verify/report/',
    // A panel's numbers in the unit of its objective, as the judge reads them; the halves of an `or`.
    may: ['junit-report-builder', 'picocolors', 'verify/promql/', 'verify/grafana/threshold-colours.ts'],
    tests: ['verify/judge/'],
  },
  // What runs in the browser: it draws verify/model/page.ts and knows nothing of how that was made.
  {
    folder: 'verify/page/',
    may: [
      'preact',
      'uplot',
      'd3-scale',
      'd3-selection',
      'd3-zoom',
      'verify/report/time.ts',
      'verify/report/subject-reports.ts',
      'verify/report/trends.ts',
      'verify/report/moment.ts',
      'verify/report/rung-status.ts',
      'verify/report/reproduce.ts',
      'verify/report/causes.ts',
      'verify/report/next-step.ts',
    ],
    // A game day is played from it with the real session.
    tests: ['playwright-core', 'verify/drill/', 'verify/judge/', 'verify/report/', 'chaos/fault-registry.ts'],
  },

  // The plan in the words of others; a scenario's parameters have one spelling.
  {
    folder: 'verify/export/',
    may: ['yaml', 'verify/drivers/k6.ts'],
    tests: ['ajv', 'verify/spec/', 'verify/plan/', 'verify/compress/', 'verify/drill/'],
  },

  // The world: what the ports of verify/run/ports.ts are in earnest.
  {
    folder: 'verify/collect/',
    may: ['undici', 'node:', 'verify/run/ports.ts', 'verify/backtest/history-port.ts', 'verify/promql/', 'verify/trace/'],
    tests: ['verify/run/signals/', 'verify/drivers/', 'verify/backtest/'],
  },
  // (path): a scenario is k6's program, which this type-check leaves out.
  { folder: 'verify/drivers/', may: ['node:', '@opentelemetry/', 'verify/run/ports.ts'], tests: ['(path)', 'lab/tools/tools.ts'] },
  {
    folder: 'verify/targets/',
    may: [
      'verify/tool/',
      'node:',
      'yaml',
      'zod',
      'verify/config/yaml/cursor.ts',
      // Grafana's provisioning, read for a drill as lint reads it.
      'verify/config/grafana/datasources.ts',
      // A .env file's variables are replaced as those of docker-compose.yaml.
      'verify/config/deployment/workloads.ts',
      'chaos/',
      'lab/',
      'verify/platform/',
      'verify/run/',
      'verify/drivers/redact.ts',
      'verify/grafana/',
    ],
    tests: ['verify/cli.ts'],
  },

  // Proof without a platform.
  {
    folder: 'verify/lint/',
    // The vendored schema of compose is data: what `docker compose` itself checks a file by.
    may: [
      'verify/config/',
      'verify/logs/',
      'verify/promql/',
      'verify/routing/',
      'verify/grafana/',
      'verify/recordings/',
      'monitoring/vendor/',
    ],
    // (path): the deep run takes all tests of the checks.
    tests: ['(path)', 'verify/drill/version.ts', 'verify/report/findings-text.ts', 'verify/commands/', 'verify/spec/', 'qa/fuzz/'],
  },
  {
    folder: 'verify/simulate/',
    may: ['node:', 'yaml', 'verify/config/', 'verify/promql/', 'verify/recordings/', 'verify/routing/'],
    // The real promtool, where it is installed.
    tests: ['verify/spec/', 'lab/tools/tools.ts'],
  },
  // A look back at a Prometheus's history, through the judge of a drill; the history is a port.
  {
    folder: 'verify/backtest/',
    may: ['verify/judge/', 'verify/promql/', 'verify/spec/promql.ts', 'verify/report/'],
    // Histories of known truth in the real Prometheus, and the journal of a drill.
    tests: ['verify/collect/'],
  },
  { folder: 'verify/coverage/', may: ['verify/promql/', 'verify/report/'] },
  // What is deployed in the words of a specification; what it writes, the specification's own reader must take.
  {
    folder: 'verify/init/',
    may: [
      'yaml',
      'node:crypto',
      'verify/config/',
      'verify/promql/',
      'verify/recordings/',
      'verify/report/',
      'verify/routing/',
      'verify/spec/',
    ],
    tests: ['verify/drill/read-spec.ts', 'verify/lint/', 'scenarios/generic/generic-scenarios.ts'],
  },

  // The top: drill/ wires the stages of a drill to the world; a command parses its flags, calls one of these, and prints.
  {
    folder: 'verify/drill/',
    may: [
      'node:',
      'commander',
      'esbuild',
      'log-update',
      'chaos/',
      'lab/stack.ts',
      'lab/lab-target.ts',
      'lab/context.ts',
      'lab/tools/tools.ts',
      'verify/promql/',
      // Rules of files, for a look back.
      'verify/config/',
      'verify/backtest/',
      'verify/coverage/',
      // A first specification.
      'verify/init/',
      'verify/recordings/',
      'verify/spec/',
      'verify/compress/',
      'verify/plan/',
      'verify/run/',
      'verify/judge/',
      'verify/report/',
      'verify/collect/',
      'verify/drivers/',
      'verify/platform/',
      'verify/targets/',
      'verify/tool/',
    ],
  },
  {
    folder: 'verify/commands/',
    may: [
      'node:',
      'commander',
      'chaos/controller.ts',
      // A process that another has started becomes a part that faults may touch.
      'chaos/drivers/adopt-process.ts',
      'chaos/drivers/process.ts',
      'chaos/fault-registry.ts',
      'verify/backtest/',
      'verify/coverage/',
      'verify/promql/duration.ts',
      'lab/stack.ts',
      'lab/lab-target.ts',
      'lab/tools/',
      'verify/config/',
      'verify/drill/',
      'verify/export/',
      'verify/init/',
      'verify/judge/drill-check.ts',
      'verify/judge/drill-checks.ts',
      'verify/lint/',
      'verify/plan/table.ts',
      'verify/platform/',
      'verify/recordings/',
      'verify/report/',
      'verify/simulate/',
      'verify/spec/',
      'verify/targets/',
      'qa/mutate/',
    ],
    // A platform that is not this one, from its files to its report.
    tests: ['verify/cli.ts', 'verify/judge/', 'verify/run/'],
  },
  { folder: 'verify/cli.ts', may: ['node:', 'commander', 'verify/commands/', 'verify/drill/version.ts', 'verify/tool/'] },
  { folder: 'verify/cli.test.ts', may: ['verify/', 'chaos/'] },
  { folder: 'verify/architecture.test.ts', may: [] },

  // Faults know nothing of the verifier but its errors and what a target is.
  { folder: 'chaos/', may: ['node:', 'undici', 'ioredis', 'mysql2', 'dockerode', '@kubernetes/client-node', 'verify/tool/tool-files.ts'] },
  { folder: 'scenarios/', may: ['k6'] },
  {
    folder: 'lab/',
    may: [
      'node:',
      'yaml',
      'mysql2',
      'log-update',
      'proper-lockfile',
      'chaos/',
      'verify/compress/',
      'verify/tool/',
      // docker-compose.yaml: read and interpolated as lint does it.
      'verify/config/',
      'verify/promql/',
    ],
  },
  { folder: 'monitoring/', may: [], tests: ['lab/', 'verify/compress/', 'ajv', 're2js'] },

  // What `npm pack` takes.
  {
    folder: 'package/',
    may: ['node:', 'esbuild', 'verify/drill/bundle-page.ts', 'verify/tool/'],
    // A process that its drill kills is one of theirs.
    tests: ['testing/', 'lab/tools/tools.ts', 'chaos/drivers/process.ts'],
  },

  // How firedrill itself is proven, and what its tests share. The product imports neither (but `mutate`, which is a command).
  // A load from pods is placed by the controller, as a drill does it.
  { folder: 'qa/', may: ['node:', 'yaml', 'chaos/controller.ts', 'verify/', 'lab/', 'testing/'] },
  { folder: 'testing/runner/', may: ['node:'] },
  { folder: 'testing/machine/', may: ['node:', 'playwright-core', 'lab/tools/'] },
  {
    folder: 'testing/package/',
    // A small platform that an installed package drills: real processes with records.
    may: ['node:', 'lab/tools/cache.ts', 'verify/tool/', 'chaos/drivers/process.ts', 'testing/chaos/processes.ts'],
  },
  { folder: 'testing/random/', may: ['fast-check'] },
  { folder: 'testing/spec/', may: ['node:', 'fast-check', 'testing/virtual/', 'verify/platform/', 'verify/spec/'] },
  {
    folder: 'testing/lint/',
    may: ['node:', 'yaml', 'testing/random/', 'testing/spec/', 'verify/config/', 'verify/lint/', 'verify/recordings/', 'verify/spec/'],
  },
  { folder: 'testing/backtest/', may: ['node:', 'testing/random/', 'lab/tools/tools.ts', 'verify/backtest/', 'verify/promql/'] },
  { folder: 'testing/report/', may: [] },
  { folder: 'testing/init/', may: ['node:', 'lab/tools/tools.ts'] },
  { folder: 'testing/simulate/', may: ['node:', 'lab/tools/tools.ts', 'testing/lint/', 'verify/simulate/'] },
  { folder: 'testing/chaos/', may: ['node:', 'chaos/', '@kubernetes/client-node', 'yaml'] },
  {
    folder: 'testing/virtual/',
    may: [
      'node:assert',
      'node:test',
      'testing/random/',
      'verify/grafana/',
      'verify/judge/',
      'verify/plan/',
      'verify/promql/',
      'verify/routing/',
      'verify/run/',
    ],
  },
  {
    folder: 'testing/journals/',
    may: ['node:', 'testing/machine/', 'testing/random/', 'testing/tampering/', 'testing/virtual/', 'verify/judge/'],
  },
  { folder: 'testing/tampering/', may: ['node:', 'testing/journals/', 'testing/random/', 'verify/judge/', 'verify/report/'] },
  {
    folder: 'docs/',
    // The schema of report.json is read from its types; the tutorial is followed with the real programs.
    may: [
      'node:',
      'yaml',
      'typescript',
      'playwright-core',
      'testing/',
      'chaos/',
      'scenarios/',
      'lab/compose/differences.ts',
      'lab/engine/images.ts',
      'verify/',
    ],
    tests: ['ajv', 'lab/tools/tools.ts'],
  },
]

interface Import {
  file: string
  to: string
  line: number
}

function files(): string[] {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(ROOT, file)))
}

/** Import and export declarations, `import('...')` and `import type` alike; relative specifiers as paths from the root. */
function importsIn(file: string, text: string): Import[] {
  const parsed = parseSync(file, text)
  assert.deepEqual(parsed.errors, [], file)
  const { staticImports, staticExports } = parsed.module
  const found = staticImports.map(({ moduleRequest, start }) => ({ name: moduleRequest.value, start }))
  for (const { entries, start } of staticExports) {
    const from = entries[0]?.moduleRequest
    if (from) found.push({ name: from.value, start })
  }
  // What the parser lists of a module lacks these; its syntax tree costs more, so only where it is needed.
  if (/\bimport\s*\(|\bexport\s*\{\s*\}\s*from\b/.test(text)) {
    const add = ({ start }: { start: number }, source: { value?: unknown; start: number; end: number }): void => {
      // An import that is computed could be of anything.
      found.push({ name: typeof source.value === 'string' ? source.value : `(${text.slice(source.start, source.end)})`, start })
    }
    new Visitor({
      ImportExpression: (node) => add(node, node.source),
      TSImportType: (node) => add(node, node.source),
      ExportNamedDeclaration: (node) => node.source !== null && node.specifiers.length === 0 && add(node, node.source),
    }).visit(parsed.program)
  }
  return found.map(({ name, start }) => ({
    file,
    to: name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), name)) : name,
    line: text.slice(0, start).split('\n').length,
  }))
}

function rowOf(file: string): Row | undefined {
  return TABLE.filter(({ folder }) => file === folder || (folder.endsWith('/') && file.startsWith(folder))).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0]
}

function violations(all: readonly Import[]): string[] {
  return all.flatMap(({ file, to, line }) => {
    const row = rowOf(file)
    if (row === undefined) return [`${file}:${line} stands in a folder without a row (table in verify/architecture.test.ts)`]
    const allowed = [row.folder, ...EVERYWHERE, ...row.may, ...(file.endsWith('.test.ts') ? [...TESTS, ...(row.tests ?? [])] : [])]
    const fits = allowed.some((name) => to === name || (/[/:]$/.test(name) ? to.startsWith(name) : to.startsWith(`${name}/`)))
    return fits ? [] : [`${file}:${line} imports ${to}, which ${row.folder} may not know (table in verify/architecture.test.ts)`]
  })
}

/** Files that import each other in a circle, types included: each such group is one thing that stands in several files. */
function circles(all: readonly Import[]): string[][] {
  const edges = new Map<string, string[]>()
  for (const { file, to } of all) edges.set(file, [...(edges.get(file) ?? []), to])
  const reached = new Map(
    [...edges.keys()].map((start) => {
      const seen = new Set<string>()
      const next = [...(edges.get(start) ?? [])]
      for (let file = next.pop(); file !== undefined; file = next.pop()) {
        if (seen.has(file)) continue
        seen.add(file)
        next.push(...(edges.get(file) ?? []))
      }
      return [start, seen]
    }),
  )
  const inOne = [...edges.keys()].filter((file) => reached.get(file)?.has(file) === true)
  return [
    ...new Set(
      inOne.map((file) =>
        inOne
          .filter((other) => reached.get(file)?.has(other) === true && reached.get(other)?.has(file) === true)
          .sort()
          .join(' '),
      ),
    ),
  ].map((group) => group.split(' '))
}

const SOURCES = files()
const TEXTS = new Map(SOURCES.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const IMPORTS = SOURCES.flatMap((file) => importsIn(file, TEXTS.get(file)!))

test('every import keeps to the table, and every folder has a row', () => {
  assert.ok(IMPORTS.length > 2000, 'the walk found the sources')
  assert.deepEqual(
    SOURCES.filter((file) => rowOf(file) === undefined),
    [],
    'files in a folder without a row',
  )
  assert.deepEqual(violations(IMPORTS), [])
})

test('no row is without files, and nothing is allowed that no file uses', () => {
  const idle = TABLE.flatMap(({ folder, may, tests = [] }) => {
    const own = IMPORTS.filter(({ file }) => rowOf(file)?.folder === folder)
    if (!SOURCES.some((file) => rowOf(file)?.folder === folder)) return [folder]
    return [...may, ...tests]
      .filter((name) => !own.some(({ to }) => to === name || to.startsWith(/[/:]$/.test(name) ? name : `${name}/`)))
      .map((name) => `${folder} may import ${name}`)
  })
  assert.deepEqual(idle, [])
})

const usesTwice = (text: string, name: string): boolean => [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length > 1

/** What is exported and no other file imports, as file and name; of types, what its own file does not use either. k6 calls scenarios. */
function unused(texts: ReadonlyMap<string, string>): string[] {
  const taken = new Set<string>()
  const offered: { file: string; name: string }[] = []
  for (const [file, text] of texts) {
    const { staticImports, staticExports } = parseSync(file, text).module
    const from = (name: string): string => relative(ROOT, resolve(ROOT, dirname(file), name))
    for (const { moduleRequest, entries } of staticImports)
      for (const { importName } of entries) taken.add(`${from(moduleRequest.value)} ${importName.name ?? '*'}`)
    for (const { exportName, importName, moduleRequest, isType } of staticExports.flatMap(({ entries }) => entries))
      if (moduleRequest !== null) taken.add(`${from(moduleRequest.value)} ${importName.name ?? '*'}`)
      else if (exportName.name !== null && !file.startsWith('scenarios/') && !(isType && usesTwice(text, exportName.name)))
        offered.push({ file, name: exportName.name })
    // What is imported as it is needed is destructured, or asked for by its name, somewhere in the file.
    for (const [, module = ''] of text.matchAll(/\bimport\('(\.[^']+)'\)/g))
      for (const [name] of text.matchAll(/\b[A-Za-z_]\w*\b/g)) taken.add(`${from(module)} ${name}`)
  }
  return offered.flatMap(({ file, name }) => (taken.has(`${file} ${name}`) || taken.has(`${file} *`) ? [] : [`${file} ${name}`]))
}

test('what is exported is imported somewhere', () => {
  assert.deepEqual(unused(TEXTS), [], 'take `export` away, or the whole of it')
})

test('an export that no file imports is named; one that is imported as it is needed, by a test or by all names is not', () => {
  const found = unused(
    new Map([
      [
        'verify/a.ts',
        'export const one = 1\nexport function two() {}\nexport interface Three {}\nexport interface Seven {}\nlet seven: Seven\nexport class Four {}\nexport const five = one',
      ],
      ['verify/b.ts', "const { two } = await import('./a.ts')\nexport * from './c.ts'"],
      ['verify/c.ts', 'export const six = 6'],
      ['verify/a.test.ts', "import { Four } from './a.ts'"],
    ]),
  )
  assert.deepEqual(found, ['verify/a.ts one', 'verify/a.ts Three', 'verify/a.ts five'])
})

test('no files import each other in a circle', () => {
  assert.deepEqual(circles(IMPORTS), [])
})

test('an import against the table is named with its place; a computed one and a folder without a row are none of the table', () => {
  const found = violations([
    ...importsIn('verify/judge/judge.ts', "import type { A } from '../model/spec.ts'\n\nimport { readFileSync } from 'node:fs'"),
    ...importsIn('chaos/faults/kill-process.ts', "const run = await import('../../verify/run/run.ts')"),
    ...importsIn('verify/plan/make-plan.ts', 'const any = await import(name)'),
    ...importsIn('verify/collect/http.ts', "type A = import('../judge/judge.ts').A"),
    ...importsIn('newcomer/a.ts', "export * from './b.ts'"),
    ...importsIn('chaos/socket-lock.ts', "export {} from '../verify/plan/make-plan.ts'"),
  ])
  assert.deepEqual(found, [
    'verify/judge/judge.ts:3 imports node:fs, which verify/judge/ may not know (table in verify/architecture.test.ts)',
    'chaos/faults/kill-process.ts:1 imports verify/run/run.ts, which chaos/ may not know (table in verify/architecture.test.ts)',
    'verify/plan/make-plan.ts:1 imports (name), which verify/plan/ may not know (table in verify/architecture.test.ts)',
    'verify/collect/http.ts:1 imports verify/judge/judge.ts, which verify/collect/ may not know (table in verify/architecture.test.ts)',
    'newcomer/a.ts:1 stands in a folder without a row (table in verify/architecture.test.ts)',
    'chaos/socket-lock.ts:1 imports verify/plan/make-plan.ts, which chaos/ may not know (table in verify/architecture.test.ts)',
  ])
})

test('a circle is found, of types as well', () => {
  const found = circles([
    ...importsIn('a.ts', "import type { B } from './b.ts'"),
    ...importsIn('b.ts', "export * from './c.ts'"),
    ...importsIn('c.ts', "import './a.ts'\nimport './d.ts'"),
    ...importsIn('d.ts', ''),
  ])
  assert.deepEqual(found, [['a.ts', 'b.ts', 'c.ts']])
})

/** file:line of comment lines that reach beyond column 140; an address cannot be broken. */
function longComments(file: string, text: string): string[] {
  if (!/^.{141}/m.test(text)) return []
  return parseSync(file, text).comments.flatMap(({ start, end }) => {
    const from = text.lastIndexOf('\n', start) + 1
    const before = text.slice(0, from).split('\n').length
    return text
      .slice(from, end)
      .split('\n')
      .flatMap((line, index) => (line.length > 140 && !line.includes('://') ? [`${file}:${before + index}`] : []))
  })
}

test('a comment keeps within 140 columns: the formatter breaks code, not comments', () => {
  assert.deepEqual(
    SOURCES.flatMap((file) => longComments(file, TEXTS.get(file)!)),
    [],
  )
  const x = 'x'.repeat(140)
  assert.deepEqual(longComments('a.ts', `const a = '${x}'\nlet b // ${x}\n/**\n * ${x}\n * https://${x}\n */\n// ${x.slice(3)}\n`), [
    'a.ts:2',
    'a.ts:4',
  ])
})

/** Names that stand in two rooms for one job: a generator of inputs, and the test that is made of them. */
const IN_TWO_ROOMS = ['benign-variants', 'broken-files', 'damaged-journals', 'damaged-spec']

/** Each name (of a unit with its tests) that stands in several folders, with these folders. */
function namesakes(sources: readonly string[]): Record<string, string[]> {
  const rooms = new Map<string, Set<string>>()
  for (const file of sources) {
    const name = basename(file).replace(/(?:\.deep)?(?:\.test)?(?:\.d)?\.tsx?$/, '')
    rooms.set(name, (rooms.get(name) ?? new Set()).add(dirname(file)))
  }
  return Object.fromEntries([...rooms].filter(([, folders]) => folders.size > 1).map(([name, folders]) => [name, [...folders].sort()]))
}

test("a file's name says its job without its folder: no name stands in two rooms", () => {
  const found = namesakes(SOURCES)
  assert.deepEqual(Object.keys(found).sort(), IN_TWO_ROOMS, JSON.stringify(found, null, 1))
  assert.deepEqual(namesakes(['a/one.ts', 'a/one.test.ts', 'a/one.deep.test.ts', 'b/two.ts', 'c/two.test.ts']), { two: ['b', 'c'] })
})

test('no file hides behind an empty name', () => {
  assert.deepEqual(
    SOURCES.filter((file) => /(^|\/)(utils?|helpers?|manager|common)(\/|\.ts$)/.test(file)),
    [],
  )
})

/** What names the platform of this repository: its own services, their containers, ports and variables, as its files have them. */
function ownNames(platform: string, compose: string): string[] {
  const { services } = parse(platform) as { services: { name: string; container: string; runtime: string }[] }
  const deployed = parse(compose) as { name: string; services: Record<string, { ports?: string[] }> }
  // Redis, Kafka or Jaeger are names of programs that any platform may have.
  const own = services.filter(({ runtime }) => runtime === 'jvm' || runtime === 'rust')
  const ports = own.flatMap(({ name }) => (deployed.services[name]?.ports ?? []).flatMap((text) => text.match(/\b\d{4,5}\b/g) ?? []))
  const words = [deployed.name, ...own.map(({ name }) => name.split('-')[0] ?? '')].filter((word) => word.length > 4)
  const variables = [...compose.matchAll(/\$\{(\w+)/g)].flatMap(([, name = '']) =>
    words.some((word) => name.startsWith(word.toUpperCase())) ? [name] : [],
  )
  return [...new Set([deployed.name, ...own.flatMap(({ name, container }) => [name, container]), ...ports, ...variables])].sort()
}

/** file:line of what is named in a text, as a word. */
function namedIn(file: string, text: string, names: readonly string[]): string[] {
  const pattern = new RegExp(`(?<![\\w.-])(?:${names.map((name) => name.replace(/[^\w-]/g, '\\$&')).join('|')})(?![\\w-])|MOALOG_`)
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 80)}`] : []))
}

test('the platform of this repository has no privilege: the product knows none of its names, ports and variables', () => {
  const names = ownNames(
    readFileSync(join(ROOT, 'verify/spec/platform.yaml'), 'utf8'),
    readFileSync(join(ROOT, 'docker-compose.yaml'), 'utf8'),
  )
  assert.ok(names.length > 8 && names.some((name) => /^\d+$/.test(name)) && names.some((name) => name.endsWith('_PORT')), names.join(' '))
  const product = SOURCES.filter(
    (file) => /^(?:verify|chaos|scenarios\/lib|scenarios\/generic)\//.test(file) && !/\.test\.tsx?$|\/fixtures\//.test(file),
  )
  assert.ok(product.length > 500, 'the walk found the sources')
  assert.deepEqual(
    product.flatMap((file) => namedIn(file, TEXTS.get(file)!, names)),
    [],
    'take it from the specification, the target or firedrill.yaml; an example may name a shop',
  )
})

test('a name, a port and a variable of the platform are found; words that hold one are not', () => {
  const platform = 'services: [{ name: web-shop, container: shop-1, runtime: jvm }, { name: redis, container: r, runtime: redis }]\n'
  const compose = "name: acmeshop\nservices: { web-shop: { ports: ['${ACMESHOP_PORT:-8085}:8080'] }, redis: { ports: ['6379:6379'] } }\n"
  const names = ownNames(platform, compose)
  assert.deepEqual(names, ['8080', '8085', 'ACMESHOP_PORT', 'acmeshop', 'shop-1', 'web-shop'])
  const text = "a = 'web-shop'\nb = 'my-web-shop', web-shops\nc = http://x:8085/\nd = 18085\ne = env['ACMESHOP_PORT']\nf = redis 6379\n"
  assert.deepEqual(namedIn('a.ts', text, names), ["a.ts:1 a = 'web-shop'", 'a.ts:3 c = http://x:8085/', "a.ts:5 e = env['ACMESHOP_PORT']"])
})

/** What `oxlint` finds with the repository's configuration, as file:line rule. */
function linted(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-oxlint-'))
  try {
    for (const [file, text] of Object.entries({ ...files, '.oxlintrc.json': readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8') })) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/oxlint'), ['--format', 'json'], { cwd: folder, encoding: 'utf8' })
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[]
    }
    return diagnostics.map(({ code, filename, labels }) => `${filename}:${labels[0]?.span.line ?? 0} ${code}`).sort()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('the linter finds the world in a pure folder, and only there; a shell string; an import of a type; what is unused', () => {
  const world = "export const a = Date.now()\nexport const b = Math.random()\nexport const c = process.env['A']\n"
  const found = linted({
    'verify/judge/a.ts': world,
    'verify/judge/a.test.ts': world,
    'verify/run/a.ts': world,
    'lab/b.ts':
      "import { exec } from 'node:child_process'\nimport { A } from './c.ts'\nexport const b = (a: A, c: A): void => exec(a)\nlet d = 1 == 2\n",
  })
  assert.deepEqual(found, [
    'lab/b.ts:1 eslint(no-restricted-imports)',
    'lab/b.ts:2 typescript(consistent-type-imports)',
    'lab/b.ts:3 eslint(no-unused-vars)',
    'lab/b.ts:4 eslint(eqeqeq)',
    'lab/b.ts:4 eslint(no-unused-vars)',
    'lab/b.ts:4 eslint(prefer-const)',
    'verify/judge/a.ts:1 eslint(no-restricted-globals)',
    'verify/judge/a.ts:2 eslint(no-restricted-properties)',
    'verify/judge/a.ts:3 eslint(no-restricted-globals)',
  ])
})

for (const folder of ['verify/judge/checks', 'verify/lint/checks', 'chaos/faults']) {
  test(`each unit of ${folder} has its test beside it, and a name of its own`, () => {
    const units = SOURCES.filter((file) => file.startsWith(`${folder}/`) && !file.endsWith('.test.ts'))
    assert.ok(units.length > 0, `${folder} holds units`)
    assert.deepEqual(
      units.filter((file) => !existsSync(join(ROOT, file.replace(/\.ts$/, '.test.ts')))),
      [],
      'units without a test',
    )
    assert.equal(new Set(units.map((file) => basename(file))).size, units.length, 'an id is a file name')
  })
}

interface Locked {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  engines?: { node?: string }
  deprecated?: string
}

test('every dependency is pinned, allows Node 20 and is not deprecated, so that `npm ci` prints no warning', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
  const { '': own, ...installed } = packages
  const allowsNode20 = (range: string): boolean => range.split('||').some((part) => /^\s*(?:\*|>=?\s*(?:\d|1\d|20)\b|\^?20\b)/.test(part))
  assert.ok(Object.keys(installed).length > 100, 'the lock file lists the packages')
  assert.ok(allowsNode20('^18.19.0 || >=20.6.0') && !allowsNode20('>=22.12.0') && !allowsNode20('^18 || ^22'))
  assert.deepEqual(
    Object.entries({ ...own?.dependencies, ...own?.devDependencies }).filter(([, version]) => !/^(?:npm:.+@)?\d+\.\d+\.\d+$/.test(version)),
    [],
  )
  assert.deepEqual(
    Object.entries(installed).filter(([, { engines, deprecated }]) => deprecated !== undefined || !allowsNode20(engines?.node ?? '*')),
    [],
  )
})
