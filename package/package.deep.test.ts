import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, test } from 'node:test'
import { findTool } from '../lab/tools/tools.ts'
import { randomRule } from '../testing/backtest/random-rule.ts'
import { RecordedWorld } from '../testing/backtest/recorded-world.ts'
import { serveWorld } from '../testing/backtest/serve-world.ts'
import { loadedGroup, selfSeries, simulate } from '../testing/backtest/simulated-rule.ts'
import { fakeDeployment, shopAnswers } from '../testing/init/fake-deployment.ts'
import { installPackage, nodeProgram } from '../testing/package/installed-package.ts'
import { toolFile } from '../verify/tool/tool-files.ts'

const installed = installPackage()
after(() => installed.remove())

cpSync(toolFile('testing/package/host'), installed.folder, { recursive: true })
mkdirSync(join(installed.folder, 'rules'))
writeFileSync(
  join(installed.folder, 'rules/a.yml'),
  'groups:\n  - name: a\n    rules:\n      - alert: Constant\n        expr: vector(1) > 2\n      - alert: Down\n        expr: up == 0\n        for: 1m\n',
)
test('the package holds what is compiled, documents and scenarios, nothing of the lab and no source; it is small', () => {
  const folders = new Set(installed.files.map(({ path }) => path.split('/')[0]))
  assert.deepEqual([...folders].sort(), ['CHANGELOG.md', 'README.ko.md', 'README.md', 'bin', 'dist', 'docs', 'package.json', 'scenarios'])
  assert.deepEqual(
    installed.files.filter(
      ({ path }) => /\.test\.|(?:^|\/)(?:lab|qa|testing|monitoring)\/|\.tsx?$/.test(path) && !path.startsWith('scenarios/'),
    ),
    [],
  )
  const manifest = JSON.parse(readFileSync(join(installed.root, 'package.json'), 'utf8')) as Record<string, unknown>
  assert.equal(manifest['dependencies'], undefined, 'all of them are compiled in')
  assert.deepEqual(
    readdirSync(join(installed.folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['firedrill'],
  )
  const bytes = installed.files.reduce((sum, file) => sum + file.bytes, 0)
  assert.ok(installed.tarballBytes < 4_500_000, `the tarball has ${installed.tarballBytes} bytes`)
  assert.ok(bytes < 24_000_000, `the package has ${bytes} bytes`)
})

for (const major of [20, 22, 24] as const)
  describe(`on Node ${major}`, () => {
    const node = major === 24 ? process.execPath : nodeProgram(major)
    const run = (argv: string[], env?: Record<string, string>) => installed.run(argv, node, env)

    test('it is that Node', () => {
      assert.match(execFileSync(node, ['--version'], { encoding: 'utf8' }), new RegExp(`^v${major}\\.`))
    })

    test('every part that is compiled can be loaded', () => {
      const chunks = installed.files.map(({ path }) => path).filter((path) => /^dist\/chunks\/.*\.mjs$/.test(path))
      assert.ok(chunks.length > 50)
      const program = `for (const path of ${JSON.stringify(chunks)}) await import(new URL(path, ${JSON.stringify(`file://${encodeURI(installed.root)}/`)}))`
      execFileSync(node, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    })

    test('version, help, list and explain', async () => {
      const { version } = JSON.parse(readFileSync(toolFile('package.json'), 'utf8')) as { version: string }
      assert.deepEqual(await run(['--version']), { code: 0, out: `${version}\n`, err: '' })
      const help = await run(['--help'])
      assert.equal(help.code, 0)
      for (const command of ['lint', 'simulate', 'backtest', 'plan', 'run', 'judge', 'report', 'gameday', 'undo'])
        assert.match(help.out, new RegExp(`^ +${command}\\b`, 'm'))
      assert.doesNotMatch(help.out, /^ +(?:lab|setup|start)\b/m)
      assert.match((await run(['list', 'checks'])).out, /^ +rule-exists +lint /m)
      assert.match((await run(['explain', 'rule-exists'])).out, /^# rule-exists\n[\s\S]*## What to change/)
    })

    test('lint --traps finds the trap at its place, and nothing in a sound file', async () => {
      const found = await run(['lint', '--traps', 'rules'])
      assert.equal(found.code, 1, found.err)
      assert.match(found.out, /^rules\/a\.yml:5:15: error: Constant: .*\[rule-compares\]/m)
      assert.equal((await run(['lint', '--traps', '--disable', 'rule-compares', '--', 'rules'])).code, 0)
    })

    test('lint and plan of a platform that is data alone', async () => {
      const lint = await run(['lint', '--format', 'json'])
      const { findings, summary } = JSON.parse(lint.out) as { findings: unknown[]; summary: { files: number; checks: number } }
      assert.deepEqual(findings, [], lint.err)
      assert.ok(summary.files === 3 && summary.checks > 50)
      const plan = await run(['plan', '--format', 'json'])
      assert.equal(plan.code, 0, plan.err)
      assert.deepEqual(
        (JSON.parse(plan.out) as { experiments: { id: string }[] }).experiments.map(({ id }) => id),
        ['errors'],
      )
    })

    test('simulate names the programs that it needs, and how to give them', async () => {
      const { code, err } = await run(['simulate'], { FIREDRILL_SYSTEM_TOOLS: 'never' })
      assert.equal(code, 3, err)
      assert.match(err, /^not tested: rules: promtool is not installed$/m)
      assert.match(err, /^Put promtool \(2\.42 or newer\).* on the PATH, or name the file: .*FIREDRILL_TOOL_PROMTOOL=FILE/m)
    })

    const programs = ['promtool', 'amtool', 'alertmanager'] as const
    const named = programs.flatMap((name) => {
      const file = findTool(name)
      return file === undefined ? [] : [[`FIREDRILL_TOOL_${name.toUpperCase()}`, file]]
    })
    const skip = named.length < programs.length ? `needs ${programs.join(', ')}` : false
    test('simulate proves the rules and routes with the programs that it is given', { skip }, async () => {
      const { code, out, err } = await run(['simulate'], Object.fromEntries(named))
      assert.equal(code, 0, `${out}${err}`)
      assert.match(out, /^as specified: \d{2,} tests of rules and routing/m)
      assert.doesNotMatch(err, /Warning/)
    })

    test('init makes a platform from files, and one from a Prometheus and an Alertmanager; lint finds no drift in either', async (t) => {
      const made = mkdtempSync(join(installed.folder, 'made-'))
      const init = (folder: string, ...argv: string[]) => {
        mkdirSync(join(made, folder), { recursive: true })
        return installed.run(['init', ...argv], node, {}, join(made, folder))
      }
      cpSync(toolFile('testing/package/host/monitoring'), join(made, 'files/deploy'), { recursive: true })
      const files = await init('files', 'deploy')
      assert.equal(files.code, 0, files.err)
      assert.match(files.out, /2 of 2 alerting rules of deploy are specified/)

      const fake = await fakeDeployment(shopAnswers())
      t.after(() => fake.close())
      const running = await init('running', '--prometheus', fake.url, '--alertmanager', fake.url)
      assert.equal(running.code, 0, running.err)
      assert.match(running.out.replace(/\s+/g, ' '), /3 of 3 alerting rules of http.* are specified; for 3 a cause is proposed/)

      for (const folder of ['files', 'running']) {
        const lint = await installed.run(['lint', '--format', 'json'], node, {}, join(made, folder))
        assert.equal(lint.code, 0, lint.out)
        const { summary } = JSON.parse(lint.out) as { summary: { errors: number; files: number } }
        assert.deepEqual([summary.errors, summary.files], [0, 3], folder)
      }
    })

    test('without a platform each command says how to make one', async () => {
      const folder = join(installed.folder, '..')
      for (const command of ['lint', 'simulate', 'plan', 'run']) {
        const { code, err } = await installed.run([command], node, {}, folder)
        assert.equal(code, 2)
        assert.match(err, /\[PLATFORM_MISSING\]/)
      }
    })

    test('backtest reads a history and judges it', async (t) => {
      const from = 1_795_700_000_000
      const until = from + 3_600_000
      const { rule } = randomRule(1, 11, from, until, ['honest'])
      const world = new RecordedWorld([...simulate(rule, from, until).series, ...selfSeries([], from, until)], [loadedGroup(rule)])
      const served = await serveWorld(world)
      t.after(() => served.close())
      const time = ['--from', new Date(from).toISOString(), '--until', new Date(until).toISOString()]
      const { code, out, err } = await run(['backtest', '--prometheus', served.url, ...time])
      assert.equal(code, 0, err)
      assert.match(out, /Alert1 +as recorded/)
    })

    test('run --target FILE says that nothing answers, with nothing touched; what needs the lab says so', async () => {
      const { code, err } = await run(['run', '--target', 'targets/nowhere.yaml'])
      assert.equal(code, 3, err)
      assert.match(err, /\[TARGET_UNREACHABLE\][\s\S]*Nothing was touched/)
      for (const command of ['start', 'setup', 'lab']) {
        const answer = await run([command])
        assert.equal(answer.code, 2)
        assert.match(answer.err, /\[PACKAGE_HAS_NO_LAB\]\n.*run --target FILE/)
      }
    })

    test('a recorded drill is judged, and its page is whole', async () => {
      const drill = join(installed.folder, `drill-${major}`)
      cpSync(toolFile('reports/sample'), drill, { recursive: true })
      assert.equal((await run(['judge', drill])).code, 0)
      const { out } = await run(['report', drill, '--format', 'html'])
      assert.match(out, /<script[^>]*>[\s\S]{50000,}<\/script>/)
      assert.equal((await run(['report', drill, '--format', 'sarif'])).code, 0)
    })

    test('the watchdog starts and ends; the process that observes waits for a CPU writes its samples', async () => {
      const watchdog = spawn(node, [join(installed.root, 'dist/chaos/watchdog.mjs'), join(installed.folder, `none-${major}`), '60000'])
      const [ready] = (await once(watchdog.stdout, 'data')) as [Buffer]
      assert.equal(ready.toString(), 'ready\n')
      watchdog.stdin.end('done\n')
      assert.deepEqual(await once(watchdog, 'exit'), [0, null])
      const places = JSON.stringify({ self: String(process.pid) })
      const observer = spawn(node, [join(installed.root, 'dist/verify/targets/cpu-wait-process.mjs'), places])
      const [line] = (await once(createInterface({ input: observer.stdout }), 'line')) as [string]
      assert.equal(typeof (JSON.parse(line) as { waitedMs: unknown }).waitedMs, 'object')
      observer.stdin.end()
      await once(observer, 'exit')
    })
  })

test('an internal error names lines of the sources', async () => {
  const page = join(installed.root, 'dist/page.json')
  const whole = readFileSync(page)
  writeFileSync(page, '{')
  const drill = join(installed.folder, 'drill-broken')
  cpSync(toolFile('reports/sample'), drill, { recursive: true })
  const { code, err } = await installed.run(['report', drill, '--format', 'html'], process.execPath)
  writeFileSync(page, whole)
  assert.equal(code, 3)
  const line = Number(/ (?:\()?verify\/drill\/bundle-page\.ts:(\d+):\d+/.exec(err)?.[1])
  assert.match(readFileSync(toolFile('verify/drill/bundle-page.ts'), 'utf8').split('\n')[line - 1] ?? '', /JSON\.parse/, err)
})
