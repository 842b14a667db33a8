import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { after, test, type TestContext } from 'node:test'
import { processState, waitHealthy } from '../chaos/drivers/process.ts'
import { findTool } from '../lab/tools/tools.ts'
import { installPackage, type InstalledPackage } from '../testing/package/installed-package.ts'
import { startSmallShop, type SmallShop } from '../testing/package/small-shop.ts'
import type { JournalEntry } from '../verify/model/journal.ts'
import type { UnknownCause, Verdict } from '../verify/model/verdict.ts'

const [prometheus, alertmanager, k6] = [findTool('prometheus'), findTool('alertmanager'), findTool('k6')]
const skip = prometheus === undefined || alertmanager === undefined || k6 === undefined ? 'needs prometheus, alertmanager and k6' : false
const installed: InstalledPackage | undefined = skip === false ? installPackage() : undefined
after(() => installed?.remove())

const OF_THE_MACHINE: readonly UnknownCause[] = [
  'load-short',
  'scrape-gap',
  'missed-evaluations',
  'verifier-stalled',
  'machine-starved',
  'not-injected',
]

/** The shop, and a platform of it that the packed tool made itself, with the causes that it proposes let loose. */
async function drilledShop(t: TestContext, receiverPath?: string) {
  assert.ok(installed !== undefined && prometheus !== undefined && alertmanager !== undefined && k6 !== undefined)
  const folder = mkdtempSync(join(installed.folder, 'drill '))
  const shop = await startSmallShop(t, join(folder, 'stack'), { prometheus, alertmanager }, receiverPath)
  const work = join(folder, 'work')
  mkdirSync(work)
  const env = { FIREDRILL_TOOL_K6: k6, XDG_STATE_HOME: join(folder, 'state') }
  const run = (argv: string[], more: Record<string, string> = {}) => installed.run(argv, process.execPath, { ...env, ...more }, work)
  // A target that was not scraped yet is in no answer.
  for (let scraped = false; !scraped; await delay(50)) scraped = await isScraped(shop)
  const init = await run(['init', '--prometheus', shop.prometheus, '--alertmanager', shop.alertmanager])
  assert.equal(init.code, 0, init.err)
  const change = (file: string, edit: (text: string) => string): void => {
    const before = readFileSync(join(work, file), 'utf8')
    const edited = edit(before)
    assert.notEqual(edited, before, file)
    writeFileSync(join(work, file), edited)
  }
  for (const rule of readdirSync(join(work, 'spec/rules')))
    change(`spec/rules/${rule}`, (text) =>
      text
        .replace(/^# experiments:\n(?:#.*\n?)+/m, (comment) => comment.replaceAll(/^# /gm, ''))
        .replaceAll('/path-that-fails, faultExpect: "4xx,5xx"', '/fail'),
    )
  change('targets/deployed.yaml', (text) =>
    text
      .replace('port: 9199', `port: ${shop.receiverPort}${receiverPath === undefined ? '' : ', pathEnv: RECEIVER_PATH'}`)
      .replace(/^# Parts that faults may touch[^]*/m, `parts:\n  shop: { process: { recordFile: ${JSON.stringify(shop.recordFile)} } }\n`),
  )
  return { shop, work, env, run }
}

async function isScraped({ prometheus }: SmallShop): Promise<boolean> {
  const answer = (await (await fetch(`${prometheus}/api/v1/query?query=up`)).json()) as { data: { result: { value: [number, string] }[] } }
  return answer.data.result.filter(({ value }) => value[1] === '1').length === 2
}

function journalIn(work: string): JournalEntry[] {
  const lines = readFileSync(join(work, 'reports/latest/journal.ndjson'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as JournalEntry)
}

test(
  'the packed tool kills a process of a platform that is not ours, sends load, undoes both and decides both alerts',
  { skip },
  async (t) => {
    const { shop, work, run } = await drilledShop(t)
    const { code, out, err } = await run(['run', '--target', 'deployed'])
    const verdicts = JSON.parse(readFileSync(join(work, 'reports/latest/verdicts.json'), 'utf8')) as Verdict[]
    const open = verdicts.filter(({ status }) => status === 'fail' || status === 'unknown')
    // A machine that kept the drill waiting leaves an outcome open, and the tool says so: nothing else may.
    assert.deepEqual(
      open.filter(({ status, cause }) => status === 'fail' || cause === undefined || !OF_THE_MACHINE.includes(cause)),
      [],
      `${out}${err}`,
    )
    assert.equal(code, open.length === 0 ? 0 : 3, `${out}${err}`)
    for (const { subject, check, observed } of open) t.diagnostic(`could not tell: ${subject} ${check}: ${observed}`)
    if (code === 0) assert.match(out, /^The promises were kept\./m)
    const entries = journalIn(work)
    const faults = entries.flatMap((entry) => (entry.kind === 'fault' ? [`${entry.fault} ${entry.phase} ${entry.ok}`] : []))
    assert.deepEqual(
      [...new Set(faults)].filter((fault) => /inject|undo/.test(fault)),
      ['kill-process inject true', 'kill-process undo true'],
    )
    const failures = entries.flatMap((entry) => (entry.kind === 'load' ? (entry.summary?.statuses['500'] ?? []) : []))
    assert.ok(failures.length > 0, 'k6 was answered with 500')
    const notified = entries.flatMap((entry) => (entry.kind === 'notification' ? [JSON.stringify(entry)] : []))
    for (const [receiver, alert] of [
      ['pager', 'ShopDown'],
      ['chat', 'ShopErrors'],
    ] as const)
      assert.ok(
        notified.some((text) => text.includes(receiver) && text.includes(alert)),
        `${alert} at ${receiver}`,
      )
    assert.equal(await processState(shop.recordFile), 'running')
  },
)

test('a packed tool that is killed in the middle of a fault leaves it to its watchdog', { skip }, async (t) => {
  const { shop, work, env, run } = await drilledShop(t)
  assert.ok(installed !== undefined)
  const tool = spawn(join(installed.folder, 'node_modules/.bin/firedrill'), ['run', '--target', 'deployed', '--only', 'ShopDown'], {
    cwd: work,
    stdio: 'ignore',
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: installed.folder, ...env },
  })
  const ended = once(tool, 'exit')
  t.after(() => tool.kill('SIGKILL'))
  // Stopped, it can undo nothing itself.
  for (let isDead = false; !isDead; await delay(5)) {
    assert.equal(tool.exitCode, null, 'the drill ended before its fault')
    if ((await processState(shop.recordFile)) !== 'dead') continue
    tool.kill('SIGSTOP')
    isDead = (await processState(shop.recordFile)) === 'dead'
    if (!isDead) tool.kill('SIGCONT')
  }
  tool.kill('SIGKILL')
  assert.deepEqual(await ended, [null, 'SIGKILL'])
  while ((await processState(shop.recordFile)) !== 'running') await delay(20)
  await waitHealthy(shop.recordFile)
  const undo = await run(['undo'])
  assert.equal(undo.code, 0, `${undo.out}${undo.err}`)
  assert.doesNotMatch(`${undo.out}${undo.err}`, /kill-process/, 'nothing is left to be undone')
})

test(
  'a target whose receiver hears below a secret path alone: what Alertmanager posts there is heard, what others post is not',
  { skip },
  async (t) => {
    const RECEIVER_PATH = randomBytes(16).toString('hex')
    const { shop, work, run } = await drilledShop(t, RECEIVER_PATH)
    const unset = await run(['run', '--target', 'deployed', '--only', 'ShopDown'])
    assert.deepEqual([unset.code, /RECEIVER_PATH \(endpoints\.receiver\) is not set/.test(unset.err)], [2, true], unset.err)
    let ended = false
    const drill = run(['run', '--target', 'deployed', '--only', 'ShopDown'], { RECEIVER_PATH }).finally(() => (ended = true))
    // As Alertmanager posts it, by one who knows host, port and receiver.
    const labels = { alertname: 'ShopDown', job: 'shop', severity: 'critical', forged: 'yes' }
    const alert = { status: 'firing', labels, annotations: {}, startsAt: new Date().toISOString(), fingerprint: 'f' }
    const body = JSON.stringify({ version: '4', status: 'firing', receiver: 'pager', groupLabels: {}, alerts: [alert] })
    const statuses = new Set<number>()
    for (; !ended; await delay(200))
      for (const path of ['pager', `${'0'.repeat(32)}/pager`])
        await fetch(`http://127.0.0.1:${shop.receiverPort}/${path}`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json' },
        }).then(
          ({ status }) => statuses.add(status),
          // Before the drill listens, and after it.
          () => statuses,
        )
    const { code, out, err } = await drill
    assert.deepEqual([...statuses], [404])
    const entries = journalIn(work)
    const notified = entries.flatMap((entry) => (entry.kind === 'notification' ? [JSON.stringify(entry)] : []))
    assert.ok(
      notified.some((text) => text.includes('pager') && text.includes('ShopDown')),
      `${out}${err}`,
    )
    assert.ok(!notified.some((text) => text.includes('forged')))
    const verdicts = JSON.parse(readFileSync(join(work, 'reports/latest/verdicts.json'), 'utf8')) as Verdict[]
    const delivered = verdicts.filter(({ check }) => check === 'notification-delivered')
    assert.deepEqual(
      delivered.filter(({ status }) => status !== 'pass'),
      [],
      `${out}${err}`,
    )
    assert.ok(delivered.length > 0 && code !== 1, `${code}: ${out}${err}`)
    // It is a secret.
    const written = readdirSync(join(work, 'reports/latest/'), { recursive: true, encoding: 'utf8', withFileTypes: true })
    for (const file of written)
      if (file.isFile()) assert.ok(!readFileSync(join(file.parentPath, file.name), 'utf8').includes(RECEIVER_PATH), file.name)
    assert.ok(!`${out}${err}`.includes(RECEIVER_PATH))
  },
)
