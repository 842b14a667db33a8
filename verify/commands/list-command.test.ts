import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { checkPages, pageText } from './check-page.ts'
import { explainCommand } from './explain-command.ts'
import type { CommandIo } from '../model/command-io.ts'
import { listCommand } from './list-command.ts'

async function run(make: (io: CommandIo) => Command, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const out = { code: 0, stdout: '', stderr: '' }
  const io: CommandIo = {
    stdout: (text) => {
      out.stdout += text
    },
    stderr: (text) => {
      out.stderr += text
    },
    env: {},
    cwd: process.cwd(),
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  await make(io).exitOverride().parseAsync(argv, { from: 'user' })
  return { ...out, code: io.exitCode }
}

test('list shows each kind, as text and as JSON', async () => {
  const all = JSON.parse((await run(listCommand, '--format', 'json')).stdout) as { id: string; kind: string; title: string }[]
  for (const [kind, id] of [
    ['check', 'rule-exists'],
    ['check', 'route-delivers'],
    ['check', 'oracle-replay'],
    ['rule', 'ServiceDown'],
    ['fault', 'kill-process'],
    ['scenario', 'steady'],
  ])
    assert.ok(
      all.some((entry) => entry.kind === kind && entry.id === id && entry.title !== ''),
      id,
    )
  assert.match((await run(listCommand, 'rules')).stdout, /ServiceDown +critical +up == 0/)
})

test('explain prints one of each kind, and suggests for a slip of the pen', async () => {
  const all = JSON.parse((await run(listCommand, '--format', 'json')).stdout) as { id: string; kind: string }[]
  const kinds = Map.groupBy(all, ({ kind }) => kind)
  assert.ok(kinds.size >= 5)
  for (const [kind, [first]] of kinds) {
    const { code, stdout } = await run(explainCommand, first!.id)
    assert.equal(code, 0, kind)
    assert.ok(stdout.includes(first!.id), kind)
  }
  const result = await run(explainCommand, 'rule-exist')
  assert.equal(result.code, 2)
  assert.match(result.stderr, /did you mean rule-exists/)
})

test('explain says of each parameter of a fault what it is by default and what it may be', async () => {
  const { stdout } = await run(explainCommand, 'add-latency')
  assert.match(stdout, /latencyMs: delay added .* \(default 1000; may be: whole, 1 to 60000\)/)
  assert.match(stdout, /stream: .* \(default downstream; may be: downstream, upstream\)/)
})

test('no line of a list is wider than the terminal', async () => {
  for (const line of (await run(listCommand)).stdout.split('\n')) assert.ok(line.length <= 100, line)
})

test('explain says which experiments of a rule take turns, and with which', async () => {
  const { stdout } = await run(explainCommand, 'JVMHeapHigh')
  assert.match(stdout, /^ {2}heap-pressure-fluxpay: .* In turn, in the place of heap-pressure\.$/m)
  assert.doesNotMatch(stdout, /^ {2}heap-pressure: .*In turn/m)
})

test('explain prints the page of docs/checks, and each page has all its parts', async () => {
  const pages = await checkPages()
  assert.ok(pages.length > 100)
  for (const page of pages) {
    const { id, why, mend, example } = page.meta
    const text = pageText(page)
    for (const part of [why, mend, example]) assert.ok(part.length > 5 && text.includes(part), id)
    assert.match(mend, /\.$/, `${id}: mend is a sentence`)
    if (/\nDrill: /.test(text)) assert.match(text, /becomes unknown \(`machine-starved`\)|A slow machine is no excuse/, id)
    assert.equal(readFileSync(new URL(`../../docs/checks/${id}.md`, import.meta.url), 'utf8'), text, `${id}: npm run docs`)
  }
  assert.equal((await run(explainCommand, 'alert-fired')).stdout, pageText(pages.find(({ meta }) => meta.id === 'alert-fired')!))
})
