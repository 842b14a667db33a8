import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { configure } from '../config/configuration.ts'
import { deployment } from '../../testing/lint/lint-files.ts'
import { simulate, type SimulateResult } from './simulate.ts'

/** The delivery part with an Alertmanager that is a shell script. */
async function withProgram(script: string): Promise<SimulateResult> {
  const {
    texts,
    options: { spec, catalogue },
  } = await deployment()
  const folder = await mkdtemp(path.join(tmpdir(), 'firedrill-simulate-test-'))
  try {
    const program = path.join(folder, 'alertmanager')
    await writeFile(program, `#!/bin/sh\n${script}\n`)
    await chmod(program, 0o755)
    return await simulate({
      spec,
      catalogue,
      config: configure(texts.filter(({ file }) => file.endsWith('alertmanager.yml'))),
      tools: { alertmanager: program },
      parts: ['delivery'],
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('an Alertmanager that starts with no configuration at all says nothing about this one', async () => {
  const { findings, untested } = await withProgram('echo \'level=error err="open default.tmpl: no such file"\' >&2; exit 1')
  assert.deepEqual(findings, [])
  assert.match(
    untested.join(),
    /^delivery: the installed alertmanager starts with no configuration at all: open default\.tmpl: no such file/,
  )
})
