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
import { runGameday } from './gameday.ts'

const ANSWERS: Record<string, unknown> = {
  '/api/v1/status/config': { yaml: 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n' },
  '/api/v1/status/flags': {},
  '/api/v1/status/buildinfo': { version: '2.48.0' },
  '/api/v1/rules': { groups: [] },
  '/api/v1/alerts': { alerts: [] },
  '/api/v1/targets': { activeTargets: [] },
  '/api/v1/query': { resultType: 'vector', result: [] },
  '/api/v1/query_range': { resultType: 'matrix', result: [] },
}

/** Prometheus and Alertmanager that have nothing to say. */
async function silentSources(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
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
}

/** A game day on a target file whose one part is a process of this machine. */
async function game(t: TestContext): Promise<Game> {
  const folder = await temporaryDirectory(t)
  const { file: recordFile } = await tcpServerRecord(t)
  await startProcess(recordFile)
  const base = await silentSources(t)
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
  const ended = runGameday({ target, out, yes: true, undoAfter: 900_000 }, io)
  t.after(() => stdin.end())
  return {
    type: (line) => void stdin.write(`${line}\n`),
    said: () => said,
    says: (text) => waitUntil(() => text.test(said)),
    ended,
    io,
    out,
    recordFile,
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
