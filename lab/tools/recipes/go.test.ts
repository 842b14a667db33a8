import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { runCommand, type Command } from '../child.ts'
import { CHECKOUT, surroundings } from '../cache.ts'
import { partOf } from '../parts.ts'
import { partSteps } from './part-steps.ts'

test('a module that lacks what it embeds is built from a copy that has it', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-go-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const [source, work, out] = ['source', 'work', 'out'].map((name) => path.join(folder, name)) as [string, string, string]
  const { signal } = new AbortController()
  await runCommand({ program: 'mkdir', args: [source, work, out] }, path.join(folder, 'log'), signal)
  writeFileSync(path.join(source, 'web.go'), 'package ui\n')
  // As in Go's module cache.
  chmodSync(path.join(source, 'web.go'), 0o444)
  chmodSync(source, 0o555)
  const ran: Command[] = []
  const run = (command: Command): Promise<string> => {
    ran.push(command)
    if (command.args[0] === 'build') return Promise.resolve('')
    if (command.args.includes('{{.Dir}}')) return Promise.resolve(`${source}\n`)
    return command.args.includes('-deps') ? Promise.resolve('') : runCommand(command, path.join(folder, 'log'), signal)
  }
  for (const step of partSteps(partOf('alertmanager-current'))) await step.run({ around: surroundings(), work, out, run, signal })

  assert.ok(existsSync(path.join(work, 'module/ui/app/dist/empty')))
  assert.equal(readFileSync(path.join(work, 'module/web.go'), 'utf8'), 'package ui\n')
  assert.match(readFileSync(path.join(work, 'go.mod'), 'utf8'), new RegExp(`replace github.com/prometheus/alertmanager => ${work}/module`))
  assert.ok(ran.find(({ args }) => args.includes('-deps'))?.args.includes('-e'), 'the missing file is no error of the download')
  assert.ok(ran.at(-1)?.args.includes(`-modfile=${work}/go.mod`))
  // The committed module names the release itself.
  assert.doesNotMatch(readFileSync(path.join(CHECKOUT, 'lab/tools/go/alertmanager-current/go.mod'), 'utf8'), /replace/)
})
