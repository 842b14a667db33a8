import assert from 'node:assert/strict'
import { cp, mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { FiredrillError } from '../model/error.ts'
import type { CommandIo } from '../model/command-io.ts'
import { runLint, type LintFlags } from '../commands/run-lint.ts'
import { benignVariants } from '../../testing/lint/benign-variants.ts'
import { toolVersion } from '../drill/version.ts'
import { findingsText } from '../report/findings-text.ts'
import { terminal } from '../text/printable.ts'
import { change, delivered, deployment, errorsIn, FIXTURE_SPEC, lintOf } from '../../testing/lint/lint-files.ts'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { lint } from './lint.ts'

/** For files of which nothing is judged: a specification of one rule, which is read in no time. */
const SMALL = { spec: path.resolve('verify/spec/fixtures/team') }

async function run(paths: string[], flags: LintFlags = {}, cwd = process.cwd()): Promise<{ code: number; stdout: string; stderr: string }> {
  const out = { code: 0, stdout: '', stderr: '' }
  const io: CommandIo = {
    stdout: (text) => {
      out.stdout += text
    },
    stderr: (text) => {
      out.stderr += text
    },
    env: {},
    cwd,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  const named = flags.spec !== undefined || flags.catalogue !== undefined
  await runLint(io, paths, named ? flags : { ...flags, spec: FIXTURE_SPEC })
  out.code = io.exitCode
  return out
}

async function folder(files: Record<string, string | Buffer>): Promise<string> {
  const where = await mkdtemp(path.join(tmpdir(), 'firedrill-lint-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(where, name)), { recursive: true })
    await writeFile(path.join(where, name), content)
  }
  return where
}

for (const [name, read] of [
  ['monitoring/ and docker-compose.yaml', delivered],
  ['testing/deployment', deployment],
] as const)
  test(`no error in ${name}`, async () => {
    const { texts, options } = await read()
    const { findings, problems } = lint(texts, options)
    assert.deepEqual(
      findings.filter((finding) => finding.severity === 'error'),
      [],
    )
    assert.deepEqual(problems, [])
  })

test('no error in a sample of the benign variants (all: benign-variants.deep.test.ts)', async () => {
  const { texts } = await deployment()
  const variants = benignVariants(texts, 60)
  for (let i = 0; i < variants.length; i += 12) {
    const { what, texts: changed } = variants[i]!
    assert.deepEqual(await errorsIn(changed), [], what)
  }
})

test('exit codes: 0, 1 with errors, 2 when there is nothing to judge, 3 when a file cannot be read', async () => {
  const { texts } = await deployment()
  const rules = texts.find((text) => text.file.endsWith('alert-rules.yml'))?.text ?? ''
  const recorded: LintFlags = { spec: FIXTURE_SPEC, catalogue: path.join(OWN_PLATFORM.recordings, 'targets') }
  const own: LintFlags = { spec: FIXTURE_SPEC }
  const cases: [string, Record<string, string | Buffer>, number, string, flags?: LintFlags][] = [
    ['a good rule file alone', { 'rules.yml': rules }, 0, '0 errors', recorded],
    ['a wrong threshold', { 'rules.yml': rules.replace('> 1000', '> 999') }, 1, 'rule-condition-matches', recorded],
    ['broken YAML', { 'rules.yml': 'groups: [' }, 3, 'CONFIG_YAML'],
    ['good and broken together', { 'rules.yml': rules, 'other.yml': 'a: b: c' }, 3, 'other.yml', own],
    ['wrong and unreadable', { 'rules.yml': rules.replace('> 1000', '> 999'), 'other.yml': 'a: b: c' }, 1, 'other.yml', own],
    ['an empty folder', { '.keep': '' }, 2, 'LINT_NO_CONFIG'],
    ['nothing of ours', { 'package.json': '{"name":"x"}' }, 2, 'LINT_NO_CONFIG'],
    ['an empty file', { 'rules.yml': '' }, 2, 'LINT_NO_CONFIG'],
    ['binary', { 'rules.yml': Buffer.from([0x7f, 0x45, 0xff, 0xfe, 0, 1]) }, 3, 'CONFIG_BINARY'],
    ['50 MB', { 'rules.yml': Buffer.alloc(50 * 1024 * 1024, 'a') }, 3, 'CONFIG_TOO_LARGE'],
    ['cyclic anchors', { 'rules.yml': 'groups: &a [*a]' }, 3, 'CONFIG_CYCLE'],
    [
      'a YAML bomb',
      {
        'rules.yml': [
          'a0: &a0 [x,x,x,x,x,x,x,x,x,x]',
          ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`),
        ].join('\n'),
      },
      3,
      'CONFIG_BOMB',
    ],
  ]
  for (const [what, files, code, text, flags = SMALL] of cases) {
    const where = await folder(files)
    try {
      const result = await run([where], flags)
      assert.equal(result.code, code, `${what}: ${result.stdout.slice(0, 500)}`)
      assert.ok(result.stdout.includes(text), `${what}: ${result.stdout.slice(0, 500)}`)
    } finally {
      await rm(where, { recursive: true })
    }
  }
  assert.equal((await run(['/no/such/place'], SMALL)).code, 2)
})

test('rules in the style of other projects: no error without a recording of their targets, and with one only what it rules out', async () => {
  const rules = `groups:
  - name: node
    rules:
      - alert: Watchdog
        expr: vector(1)
        labels: { severity: none }
      - alert: NodeFilesystemAlmostOutOfSpace
        expr: |
          (
            node_filesystem_avail_bytes{job="node",fstype!=""} / node_filesystem_size_bytes{job="node",fstype!=""} * 100 < 5
          and
            node_filesystem_readonly{job="node",fstype!=""} == 0
          )
        for: 30m
        labels: { severity: warning }
        annotations: { summary: '{{ $labels.device }} at {{ $labels.instance }} has {{ printf "%.2f" $value }}%.' }
      - alert: KubePodNotReady
        expr: |
          sum by (namespace, pod, cluster) (
            max by (namespace, pod, cluster) (kube_pod_status_phase{phase=~"Pending|Unknown|Failed"})
            * on (namespace, pod, cluster) group_left (owner_kind) topk by (namespace, pod, cluster) (
              1, max by (namespace, pod, owner_kind, cluster) (kube_pod_owner{owner_kind!="Job"})
            )
          ) > 0
        labels: { severity: warning }
      - alert: TargetDown
        expr: 100 * (count by (cluster, job, namespace) (up == 0) / count by (cluster, job, namespace) (up)) > 10
        labels: { severity: warning }
        annotations: { summary: '{{ printf "%.4g" $value }}% of {{ $labels.job }} in {{ $labels.namespace }} are down.' }
      - alert: PostgresqlTooManyConnections
        expr: sum by (instance, job, server) (pg_stat_activity_count) > min by (instance, job, server) (pg_settings_max_connections * 0.8)
        labels: { severity: '{{ if gt $value 500.0 }}critical{{ else }}warning{{ end }}' }
      - alert: InfoInhibitor
        expr: ALERTS{severity="info"} == 1 unless on (namespace) ALERTS{alertname!="InfoInhibitor",alertstate="firing"} == 1
        labels: { severity: none }
`
  const where = await folder({ 'rules.yml': rules, 'targets/node.prom': 'node_filesystem_avail_bytes 1\n' })
  const spec = path.resolve('verify/spec')
  const copy = path.join(where, 'spec')
  try {
    await cp(spec, copy, { recursive: true })
    const of = async (flags: LintFlags): Promise<string[]> => {
      const { stdout } = await run([path.join(where, 'rules.yml')], { ...flags, format: 'json' })
      const { findings } = JSON.parse(stdout) as { findings: { id: string; severity: string; subject: string }[] }
      // All six are read: each is outside of the specification.
      assert.equal(findings.filter(({ id }) => id === 'rule-is-known').length, 6, stdout)
      return findings.filter(({ id, severity }) => severity !== 'note' && id !== 'rule-exists').map(({ id, subject }) => `${id} ${subject}`)
    }
    assert.deepEqual(await of({ spec: copy }), [])
    const recorded = await of({ spec: copy, catalogue: path.join(where, 'targets') })
    assert.ok(recorded.includes('rule-metrics-exist KubePodNotReady'), recorded.join())
    await assert.rejects(run([where], { catalogue: '/no/such/folder' }), (error: unknown) => {
      return error instanceof FiredrillError && error.code === 'CATALOGUE_UNREADABLE'
    })
  } finally {
    await rm(where, { recursive: true })
  }
})

test('a patch of kustomize is not judged as a whole Deployment; a Deployment is', async () => {
  const deployment = (env: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: rate-limiter }\nspec:\n  template:\n    spec:\n      containers:\n        - name: rate-limiter\n          ${env}\n`
  const patch = deployment('resources: { limits: { memory: 512Mi } }')
  const kustomization = (patches: string): string => `kind: Kustomization\nresources: [base.yaml]\n${patches}\n`
  const errors = async (files: Record<string, string>): Promise<number> => {
    const where = await folder(files)
    try {
      const { stdout } = await run([where], { format: 'json' })
      const { findings } = JSON.parse(stdout) as { findings: { severity: string; file: string }[] }
      return findings.filter(({ severity, file }) => severity === 'error' && file.endsWith('memory.yaml')).length
    } finally {
      await rm(where, { recursive: true })
    }
  }
  assert.ok((await errors({ 'memory.yaml': patch })) > 0, 'a Deployment without an image and an agent')
  for (const patches of [
    'patches: [{ path: memory.yaml }]',
    'patchesStrategicMerge: [./memory.yaml]',
    'patches: [{ path: sub/../memory.yaml }]',
  ])
    assert.equal(await errors({ 'memory.yaml': patch, 'kustomization.yaml': kustomization(patches) }), 0, patches)
})

test('Helm templates are one problem; groups of something else are no rule file', async () => {
  const template = '{{- if .Values.enabled }}\nkind: ConfigMap\ndata: {{ toYaml .Values.data | nindent 2 }}\n{{- end }}\n'
  const where = await folder({
    'a.yaml': template,
    'b.yaml': template,
    'c.yaml': template,
    'users.yaml': 'groups:\n  - name: admins\n    users: [a]\n',
  })
  try {
    const result = await run([where], { ...SMALL, format: 'json' })
    assert.equal(result.code, 3)
    const { problems } = JSON.parse(result.stdout) as { problems?: { code: string }[] }
    const text = (await run([where], SMALL)).stdout
    assert.equal(text.split('Render it first').length, 2, text)
    assert.ok(problems === undefined || problems.length === 1)
    assert.ok(text.includes('2 further ones'), text)
    assert.equal((await run([path.join(where, 'users.yaml')], SMALL)).code, 2, 'nothing of ours')
  } finally {
    await rm(where, { recursive: true })
  }
})

test('a link to nothing is a file that cannot be read, the others are judged; folders left out by name are said', async () => {
  const { texts } = await deployment()
  const rules = texts.find((text) => text.file.endsWith('alert-rules.yml'))?.text ?? ''
  const where = await folder({ 'rules.yml': rules, 'vendor/rules.yml': rules, 'dist/schema.json': '{}' })
  try {
    await symlink('rules-of-yesterday.yml', path.join(where, 'linked.yml'))
    const result = await run([where], { format: 'json' })
    assert.equal(result.code, 3)
    const { problems, summary } = JSON.parse(result.stdout) as { problems?: { code: string; file: string }[]; summary: { files: number } }
    assert.deepEqual(
      problems?.map(({ code, file }) => [code, path.basename(file)]),
      [['LINT_UNREADABLE', 'linked.yml']],
    )
    assert.equal(summary.files, 1)
    assert.match(result.stderr, /not read: .*vendor\/, by its name/)
    assert.ok(!result.stderr.includes('dist'), 'no YAML there')
    assert.equal((await run([path.join(where, 'vendor')])).code, 0, 'read when it is named')
    assert.equal((await run([path.join(where, 'linked.yml')], SMALL)).code, 2, 'the command line names nothing')
  } finally {
    await rm(where, { recursive: true })
  }
})

for (const name of ['vendor', 'target', 'dist'])
  test(`a folder named ${name} that holds YAML is said to be left out, at any depth, and read when it is named`, async () => {
    const rules = 'groups:\n  - name: g\n    rules: [{ alert: Odd, expr: "count(app_up) == 0", labels: { severity: page } }]\n'
    const where = await folder({ 'rules.yml': rules, [`team/${name}/rules/a.yaml`]: rules, [`other/${name}/readme.txt`]: 'rules.yml' })
    try {
      const { stderr } = await run([where], SMALL)
      assert.deepEqual(stderr.split('\n').filter((line) => line.startsWith('not read: ')).length, 1, stderr)
      assert.ok(stderr.includes(`team/${name}/, by its name`), stderr)
      const named = await run([path.join(where, 'team', name)], { ...SMALL, format: 'json' })
      assert.ok(named.stdout.includes(`${name}/rules/a.yaml`) && !named.stderr.includes('not read'), named.stdout)
    } finally {
      await rm(where, { recursive: true })
    }
  })

for (const [what, text] of [
  ['groups of users', 'groups:\n  - name: admins\n    users: [a]\n'],
  ['groups that are texts', 'groups: [admins, guests]\n'],
  ['groups that are a mapping', 'groups:\n  admins: { users: [a] }\n'],
] as const)
  test(`${what} are no rule file`, async () => {
    const where = await folder({ 'groups.yml': text })
    try {
      const result = await run([where], SMALL)
      assert.equal(result.code, 2, result.stdout)
      assert.ok(result.stdout.includes('LINT_NO_CONFIG') || result.stderr.includes('LINT_NO_CONFIG'), result.stdout + result.stderr)
    } finally {
      await rm(where, { recursive: true })
    }
  })

test('links that go round in circles are not followed', async () => {
  const where = await folder({ 'a/rules.yml': 'groups: []' })
  try {
    await symlink(where, path.join(where, 'a', 'again'))
    const result = await run([where], SMALL)
    assert.equal(result.code, 1, 'the rules are missing, and it came to an end')
  } finally {
    await rm(where, { recursive: true })
  }
})

test('Kubernetes: a ConfigMap, a PrometheusRule and a Deployment are read, with places in the manifest', async () => {
  const { texts } = await deployment()
  const rules = texts.find((text) => text.file.endsWith('alert-rules.yml'))?.text ?? ''
  const indented = (text: string, by: string): string =>
    text
      .split('\n')
      .map((line) => (line === '' ? '' : by + line))
      .join('\n')
  const configMap = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rules}\ndata:\n  alert-rules.yml: |\n${indented(rules, '    ')}`
  const crd = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: rules}\nspec:\n${indented(rules.replace(/^#.*\n/gm, ''), '  ')}`
  for (const [name, manifest] of [
    ['ConfigMap', configMap],
    ['PrometheusRule', crd],
    ['List', `apiVersion: v1\nkind: List\nitems:\n  -\n${indented(configMap, '    ')}`],
  ] as const) {
    const good = await folder({ 'manifest.yaml': manifest })
    const bad = await folder({ 'manifest.yaml': manifest.replace('> 1000', '> 999') })
    try {
      assert.equal((await run([good])).code, 0, name)
      const result = await run([bad], { format: 'json' })
      assert.equal(result.code, 1, name)
      const { findings } = JSON.parse(result.stdout) as {
        findings: { id: string; line: number; column: number; expected: string; observed: string }[]
      }
      const finding = findings.find(({ id }) => id === 'rule-condition-matches')
      assert.equal(finding?.expected, '1000')
      assert.equal(finding.observed, '999')
      assert.ok((manifest.split('\n')[finding.line - 1] ?? '').includes('> 1000'), `${name}: line ${finding.line}`)
    } finally {
      await Promise.all([rm(good, { recursive: true }), rm(bad, { recursive: true })])
    }
  }
  const workload = (jar: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: rate-limiter}\nspec:\n  template:\n    spec:\n      volumes: [{name: otel, emptyDir: {}}]\n      containers:\n        - name: rate-limiter\n          image: x\n          env:\n            - {name: JAVA_TOOL_OPTIONS, value: "-javaagent:${jar}"}\n            - {name: OTEL_SERVICE_NAME, value: rate-limiter}\n            - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel-collector:4317"}\n          volumeMounts: [{name: otel, mountPath: /otel, readOnly: true}]\n`
  const where = await folder({ 'deployment.yaml': workload('/otel/opentelemetry-javaagent.jar') })
  try {
    const result = await run([where], { format: 'json' })
    const { findings } = JSON.parse(result.stdout) as { findings: { id: string; expected: string }[] }
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['agent-reaches-collector'],
      'http/protobuf on 4317',
    )
  } finally {
    await rm(where, { recursive: true })
  }
})

test('formats: JSON as documented, SARIF 2.1.0, JUnit that is XML', async () => {
  const { texts } = await deployment()
  const rules = texts.find((text) => text.file.endsWith('alert-rules.yml'))?.text ?? ''
  const where = await folder({ 'rules.yml': rules.replace('"Redis is not reachable"', `'<&"]]> gone'`) })
  try {
    const json = JSON.parse((await run([where], { format: 'json' })).stdout) as {
      findings: Record<string, unknown>[]
      summary: Record<string, number>
    }
    assert.deepEqual(Object.keys(json.findings[0] ?? {}), [
      'id',
      'severity',
      'subject',
      'file',
      'line',
      'column',
      'expected',
      'observed',
      'message',
    ])
    assert.equal(json.summary['errors'], json.findings.filter((finding) => finding['severity'] === 'error').length)
    const sarif = JSON.parse((await run([where], { format: 'sarif' })).stdout) as {
      version: string
      runs: { results: { ruleId: string; ruleIndex: number }[]; tool: { driver: { rules: { id: string }[] } } }[]
    }
    assert.equal(sarif.version, '2.1.0')
    const [first] = sarif.runs[0]?.results ?? []
    assert.equal(sarif.runs[0]?.tool.driver.rules[first?.ruleIndex ?? -1]?.id, first?.ruleId)
    const junit = (await run([where], { format: 'junit' })).stdout
    assert.match(junit, /<testsuite name="firedrill lint" tests="\d+" failures="1" errors="0" skipped="0">/)
    assert.ok(!junit.includes('<&"'), 'escaped')
    const text = (await run([where])).stdout
    assert.match(text, /\^\^\^/)
  } finally {
    await rm(where, { recursive: true })
  }
})

test('a file that cannot be read is a result of its own in every format, with its place', async () => {
  const where = await folder({ 'broken.yml': 'groups: [\n' })
  try {
    const { code, stdout } = await run([where], { ...SMALL, format: 'sarif' })
    assert.equal(code, 3)
    const sarif = JSON.parse(stdout) as {
      runs: {
        results: {
          ruleId: string
          ruleIndex: number
          level: string
          locations: { physicalLocation: { artifactLocation: { uri: string } } }[]
        }[]
        tool: { driver: { semanticVersion: string; rules: { id: string }[] } }
        invocations: { executionSuccessful: boolean }[]
      }[]
    }
    const [result] = sarif.runs[0]?.results ?? []
    assert.equal(result?.level, 'error')
    assert.match(result.locations[0]?.physicalLocation.artifactLocation.uri ?? '', /broken\.yml$/)
    assert.equal(sarif.runs[0]?.tool.driver.rules[result.ruleIndex]?.id, result.ruleId)
    assert.equal(sarif.runs[0]?.invocations[0]?.executionSuccessful, false)
    assert.equal(sarif.runs[0]?.tool.driver.semanticVersion, toolVersion())
    const junit = (await run([where], { ...SMALL, format: 'junit' })).stdout
    assert.match(junit, new RegExp(`errors="1"[\\s\\S]*broken\\.yml can be read[\\s\\S]*<error message="[^"]+" type="${result.ruleId}"`))
  } finally {
    await rm(where, { recursive: true })
  }
})

test('aliases that multiply, and circles of them, end no lint', async () => {
  const { texts } = await deployment()
  const ten = (name: string): string => `[${Array(10).fill(`*${name}`).join(', ')}]`
  const bombs = [
    `a: &a [${Array(10).fill(1).join(', ')}]\nb: &b ${ten('a')}\nc: &c ${ten('b')}\npanels: ${ten('c')}\n`,
    'title: x\npanels: &a [*a]\n',
    'panels: [{ title: x, type: stat, fieldConfig: &b { defaults: *b } }]\n',
  ]
  for (const text of bombs)
    await assert.doesNotReject(
      lintOf([...texts, { file: 'bomb.yaml', path: 'bomb.yaml', text, lineOffset: 0, columnOffset: 0 }]),
      text.slice(0, 40),
    )
})

test('control characters of a hostile file do not reach the terminal', () => {
  const hostile = 'x\u001b[31m\r'
  const finding = { id: 'rule-exists', severity: 'error' as const, line: 1, column: 3, length: 2, source: hostile }
  const text = findingsText(
    {
      rung: 'lint',
      version: '',
      findings: [{ ...finding, subject: hostile, file: hostile, expected: hostile, observed: hostile, message: hostile }],
      summary: { errors: 1, warnings: 0, notes: 0, files: 1, checks: 1 },
      problems: [new FiredrillError('CODE', hostile, { place: { file: hostile, line: 1, column: 2, source: hostile }, next: hostile })],
      metas: [],
    },
    { color: false },
  )
  assert.doesNotMatch(text, /[\u001b\r]/)
  assert.equal(terminal('a\u001b[31mb\u0007\u009b'), 'a\\x1b[31mb\\x07\\x9b')
})

test('splitting a rule into two of the same name is the same rule', async () => {
  const { texts } = await deployment()
  const [, first, second] =
    /expr: \|-\n(\s+histogram_quantile\(0\.95, sum by \(job, le\) \(rate\(axum.*)\n\s+or\n(\s+histogram_quantile.*)\n/.exec(
      texts.find((text) => text.file.endsWith('alert-rules.yml'))?.text ?? '',
    ) ?? []
  assert.ok(first !== undefined && second !== undefined)
  const changed = change(
    texts,
    'alert-rules.yml',
    /( {6}- alert: HighLatency\n)( +)expr: \|-\n.*\n +or\n.*\n((?: {8}.*\n)+)/,
    (_all: string, head: string, pad: string, rest: string) =>
      `${head}${pad}expr: ${JSON.stringify(first.trim())}\n${rest}${head}${pad}expr: ${JSON.stringify(second.trim())}\n${rest}`,
  )
  const { findings } = await lintOf(changed)
  assert.deepEqual(
    findings.filter((finding) => finding.severity === 'error'),
    [],
  )
})
