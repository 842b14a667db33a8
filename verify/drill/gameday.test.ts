import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { processState, startProcess } from '../../chaos/drivers/process.ts'
import { freePort, tcpServerRecord, temporaryDirectory, waitUntil } from '../../testing/chaos/processes.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { JournalEntry } from '../model/journal.ts'
import type { Report } from '../model/report.ts'
import { reproductionsOf } from '../report/reproduce.ts'
import { loadSpec } from '../spec/load.ts'
import { runGameday } from './gameday.ts'
import { observeTarget } from './observe-target.ts'
import { requestFrom } from './request.ts'

/** Each has been scraped, or a game day waits for it: see gameday-play.test.ts. */
const activeTargets = ((await loadSpec()).spec?.platform.targets ?? []).map(({ job }) => ({
  labels: { job },
  health: 'up',
  lastError: '',
  scrapeUrl: '',
}))

const ANSWERS: Record<string, unknown> = {
  '/api/v1/status/config': { yaml: 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n' },
  '/api/v1/status/flags': {},
  '/api/v1/status/buildinfo': { version: '2.48.0' },
  '/api/v1/rules': { groups: [] },
  '/api/v1/alerts': { alerts: [] },
  '/api/v1/targets': { activeTargets },
  '/api/v1/query': { resultType: 'vector', result: [] },
  '/api/v1/query_range': { resultType: 'matrix', result: [] },
}

/** Prometheus and Alertmanager that have nothing to say; `asked` is given what they are asked. */
async function silentSources(t: TestContext, asked: string[] = []): Promise<string> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    asked.push(`${request.method} ${path}`)
    request.resume()
    response.setHeader('content-type', 'application/json')
    if (path.startsWith('/api/v2/status'))
      response.end(JSON.stringify({ versionInfo: { version: '0.27.0' }, config: { original: 'route: { receiver: critical }\n' } }))
    else if (path.startsWith('/api/v2/')) response.end('[]')
    else response.end(JSON.stringify({ status: 'success', data: ANSWERS[path] ?? {} }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

interface Game {
  type(line: string): void
  said(): string
  /** Awaits a text on standard output or error. */
  says(text: RegExp): Promise<void>
  ended: Promise<void>
  io: CommandIo
  out: string
  recordFile: string
  /** What the endpoints of the target were asked. */
  asked: string[]
  target: string
}

/** A game day on a target file whose one part is a process of this machine. */
async function game(t: TestContext, more: { observe?: true } = {}): Promise<Game> {
  const folder = await temporaryDirectory(t)
  const { file: recordFile } = await tcpServerRecord(t)
  await startProcess(recordFile)
  const asked: string[] = []
  const base = await silentSources(t, asked)
  const target = join(folder, 'target.yaml')
  writeFileSync(
    target,
    `name: here
speed: 15
endpoints: { prometheus: ${base}, alertmanager: ${base}, loki: ${base}, jaeger: ${base}, otlp: ${base}, receiver: { port: ${await freePort()} }, services: {} }
parts: { redis: { process: { recordFile: ${recordFile} } } }
`,
  )
  const stdin = new PassThrough()
  let said = ''
  const keep = (text: string): void => {
    said += text
  }
  const out = join(folder, 'run')
  const io: CommandIo = {
    stdout: keep,
    stderr: keep,
    stdin,
    env: { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: folder },
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  const ended = runGameday({ target, out, yes: true, undoAfter: 900_000, ...more }, io)
  t.after(() => stdin.end())
  return {
    type: (line) => void stdin.write(`${line}\n`),
    said: () => said,
    says: (text) => waitUntil(() => text.test(said)),
    ended,
    io,
    out,
    recordFile,
    asked,
    target,
  }
}

test('a game day on a real process: injected, undone, handed over, judged, all reports written', async (t) => {
  const { type, said, says, ended, io, out, recordFile } = await game(t)
  await says(/watch, inject and undo here or at http/)
  const address = /at (http:\S+)/.exec(said())?.[1] ?? ''
  assert.equal((await fetch(address)).status, 200)
  type('inject kill-process redis')
  await says(/^\d\d:\d\d:\d\d {2}1: /m)
  assert.equal(await processState(recordFile), 'dead')
  type('undo 1')
  await says(/^\d\d:\d\d:\d\d {2}1: .*\n[^]*^\d\d:\d\d:\d\d {2}1: /m)
  assert.equal(await processState(recordFile), 'running')
  type('hand-over Kim to Lee')
  await says(/the page of Lee: http/)
  const { origin } = new URL(address)
  const say = (to: string): Promise<number> =>
    fetch(`${to}say`, { method: 'POST', body: 'note from the page', headers: { origin } }).then(({ status }) => status)
  assert.equal(await say(address), 403)
  assert.equal(await say(/the page of Lee: (http:\S+)/.exec(said())?.[1] ?? ''), 202)
  await says(/^noted$/m)
  type('quit')
  await ended
  assert.deepEqual(readdirSync(out).sort(), ['journal.ndjson', 'junit.xml', 'report.html', 'report.json', 'report.md', 'verdicts.json'])
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report
  assert.equal(io.exitCode, report.exitCode)
  // This Prometheus has no rule loaded.
  assert.equal(report.exitCode, 1)
  assert.ok(report.causes.some(({ root }) => root.check === 'rule-as-specified' && root.subject === 'redis-killed--1'))
  const entries = readFileSync(join(out, 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry)
  const kinds = entries.flatMap((entry) =>
    entry.kind === 'leg' || entry.kind === 'fault' ? [`${entry.kind} ${entry.experiment} ${entry.leg} ${entry.phase}`] : [],
  )
  assert.deepEqual(kinds, [
    'leg redis-killed--1 fire begin',
    'fault redis-killed--1 fire inject',
    'fault redis-killed--1 fire undo',
    'leg redis-killed--1 fire end',
    'leg redis-killed--1 clear begin',
    'leg redis-killed--1 clear end',
  ])
  const notes = entries.flatMap((entry) => (entry.kind === 'note' ? [entry.message] : []))
  assert.deepEqual(notes.slice(0, 2), ['handed over from Kim to Lee', 'from the page'])
  assert.doesNotMatch(readFileSync(join(out, 'journal.ndjson'), 'utf8'), new RegExp(address.split('/').at(-2)!), 'no token in the journal')
})

/** Reading: the API of Prometheus takes a query by POST as well, because a long expression does not fit a URL. */
const READS = /^(GET \/api\/v[12]\/(status\S*|rules|alerts|targets)|POST \/api\/v1\/query(_range)?)$/

test('a game day that observes injects nothing, asks only what changes nothing, and judges every rule', async (t) => {
  const { type, says, said, ended, io, out, recordFile, asked } = await game(t, { observe: true })
  await says(/observing \d+ rules on here until you type quit: no fault, no load, no alert of the drill/)
  type('inject kill-process redis')
  await says(/this game day observes: nothing is injected/)
  type('note seen from afar')
  await says(/^noted$/m)
  assert.equal(await processState(recordFile), 'running')
  type('quit')
  await ended
  assert.deepEqual(
    asked.filter((each) => !READS.test(each)),
    [],
  )
  assert.ok(asked.includes('GET /api/v1/rules'))
  // This Prometheus has no rule loaded, and that needs no fault to be found.
  assert.equal(io.exitCode, 1, said())
  const entries = readFileSync(join(out, 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry)
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, index) => index),
  )
  assert.equal(entries.find((entry) => entry.kind === 'header')?.plan.observe, true)
  assert.ok(entries.some((entry) => entry.kind === 'note' && entry.message === 'seen from afar'))
  assert.deepEqual(
    entries.filter(({ kind }) => kind === 'fault' || kind === 'load'),
    [],
  )
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report
  assert.ok(
    report.causes.some(({ root, also, consequences }) =>
      [root, ...also, ...consequences].some(({ check }) => check === 'rule-as-specified'),
    ),
  )
})

test('run --observe: for so long, then judged and reported; the same again is said', async (t) => {
  const { io, type, ended, out, target, asked, recordFile, said } = await game(t, { observe: true })
  type('quit')
  await ended
  asked.length = 0
  const request = requestFrom({ target, observe: 500, out: `${out}-run`, only: ['HighLatency'] })
  assert.equal(await observeTarget(request, 500, io), 1)
  assert.deepEqual(
    asked.filter((each) => !READS.test(each)),
    [],
  )
  assert.equal(await processState(recordFile), 'running')
  const report = JSON.parse(readFileSync(join(`${out}-run`, 'report.json'), 'utf8')) as Report
  assert.deepEqual([report.observe, report.rules.map(({ alert }) => alert)], [true, ['HighLatency']])
  assert.match(said(), /observing 3 rules on here for \S+ min/)
  assert.equal(reproductionsOf(report)[0]?.command, `bin/firedrill run --observe ${500 / 60_000} --target FILE`)
  await assert.rejects(observeTarget(requestFrom({ target, observe: 1, only: ['redis-killed'] }), 1, io), {
    code: 'UNKNOWN_SELECTION',
    exitCode: 2,
  })
})

test('an observation starts no lab', async (t) => {
  const { io, type, ended } = await game(t, { observe: true })
  type('quit')
  await ended
  await assert.rejects(observeTarget(requestFrom({ observe: 1 }), 1, io), { code: 'NO_LAB', exitCode: 3 })
})
