import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fakeDeployment, group, shopAnswers, success } from '../../testing/init/fake-deployment.ts'
import { FOREIGN_ROUTES, FOREIGN_RULES } from '../../testing/init/foreign-rules.ts'
import { pairPrograms, realPair } from '../../testing/init/real-pair.ts'
import { main } from '../cli.ts'
import type { CommandIo } from '../model/command-io.ts'
import { loadSpec } from '../spec/load.ts'

const programs = pairPrograms()
const skip = programs === undefined && 'prometheus and alertmanager are not installed'
const delivered = (file: string): string => readFileSync(fileURLToPath(new URL(`../../monitoring/${file}`, import.meta.url)), 'utf8')

interface Ran {
  code: number
  out: string
  err: string
}

async function firedrill(cwd: string, ...args: string[]): Promise<Ran> {
  let [out, err] = ['', '']
  const io: CommandIo = {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    env: { PATH: process.env['PATH'] },
    cwd,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  return { code: await main(args, io), out, err }
}

interface Found {
  id: string
  subject: string
  severity: string
}

/** What the traps of lint say of a rule file holds with and without a specification; the rest is drift. */
async function drift(folder: string): Promise<string[]> {
  const [all, traps] = await Promise.all([
    firedrill(folder, 'lint', '--format', 'json'),
    firedrill(folder, 'lint', '--traps', 'monitoring', '--catalogue', 'recordings/targets', '--format', 'json'),
  ])
  const found = ({ out, err }: Ran): Found[] => {
    assert.notEqual(out, '', err)
    return (JSON.parse(out) as { findings: Found[] }).findings.filter(({ severity }) => severity !== 'note')
  }
  const inItself = new Set(found(traps).map(({ id, subject }) => `${id} ${subject}`))
  return found(all)
    .map(({ id, subject }) => `${id} ${subject}`)
    .filter((each) => !inItself.has(each))
}

for (const [what, rules] of [
  ['the delivered rules', { 'platform.yml': delivered('alert-rules.yml') }],
  ['rules of other platforms', { 'foreign.yml': FOREIGN_RULES }],
] as const)
  test(
    `a real Prometheus and Alertmanager with ${what}: what init writes has no drift, and a second run changes nothing`,
    { skip },
    async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'firedrill-init-deep-'))
      assert.ok(programs !== undefined)
      const pair = await realPair(programs, join(folder, 'stack'), { rules, routes: FOREIGN_ROUTES })
      t.after(async () => {
        await pair.stop()
        rmSync(folder, { recursive: true })
      })
      const scraped = async (): Promise<boolean> => {
        const answer = await fetch(`${pair.prometheus}/api/v1/query?query=up`)
        return /"value":\[[^\]]*"1"/.test(await answer.text())
      }
      // The first scrape comes within an interval of a second.
      while (!(await scraped())) await wait(100)
      const args = ['init', '--prometheus', pair.prometheus, '--alertmanager', pair.alertmanager, '--out', 'made', '--format', 'json']
      const first = await firedrill(folder, ...args)
      assert.equal(first.code, 0, first.err)
      const { rows } = JSON.parse(first.out) as { rows: { alert: string; file?: string; reasons: string[] }[] }
      assert.deepEqual(
        rows.filter(({ file }) => file === undefined),
        [],
      )
      const made = join(folder, 'made')
      const { spec, problems } = await loadSpec(join(made, 'spec'))
      assert.deepEqual(problems, [])
      assert.equal(spec?.rules.length, rows.length)
      // A warning about the port that the kernel chose: Alertmanager's is 9093.
      assert.deepEqual(await drift(made), ['prometheus-finds-alertmanager alerting'])
      const again = JSON.parse((await firedrill(folder, ...args)).out) as { changes: { what: string; path: string }[] }
      assert.deepEqual(
        again.changes.filter((change) => change.what !== 'unchanged' && !change.path.startsWith('recordings/')),
        [],
      )
    },
  )

test('5,000 rules, with names that stand twice and characters of all kinds', async (t) => {
  const rules = Array.from({ length: 5_000 }, (_, index) => ({
    name: index % 1_000 === 999 ? 'Again' : `Rule${index}`,
    query: `metric_${index}{a="\ufffd\u2028 \\n"} > ${index}`,
    duration: 60,
    annotations: { summary: 'a\ttab, \u0007 a bell: "quotes" \ud83d\ude00 # no comment' },
  }))
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-init-deep-'))
  const fake = await fakeDeployment({ ...shopAnswers(), '/api/v1/rules': success({ groups: [group('many', rules)] }) })
  t.after(async () => {
    await fake.close()
    rmSync(folder, { recursive: true })
  })
  const { code, out, err } = await firedrill(folder, 'init', '--prometheus', fake.url, '--no-record', '--format', 'json')
  assert.equal(code, 0, err)
  const { rows } = JSON.parse(out) as { rows: { alert: string; file?: string }[] }
  assert.deepEqual([...new Set(rows.filter(({ file }) => file === undefined).map(({ alert }) => alert))], ['Again'])
  const { spec, problems } = await loadSpec(join(folder, 'spec'))
  assert.deepEqual(problems, [])
  assert.equal(spec?.rules.length, 4_995)
  assert.equal(spec.rules[0]?.annotations['summary'], rules[0]?.annotations.summary)
})
