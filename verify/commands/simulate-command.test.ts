import assert from 'node:assert/strict'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { simulateCommand } from './simulate-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-simulate-command-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'empty'))
mkdirSync(join(folder, 'others'))
writeFileSync(join(folder, 'others', 'app.txt'), 'app_up 1\n')
writeFileSync(join(folder, 'app.prom'), 'app_up 1\n')
const HOST = fileURLToPath(new URL('../../examples/host', import.meta.url))

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const io: CommandIo = {
    stdout: (each) => void (text += each),
    stderr: (each) => void (text += each),
    env: {},
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
    platform: HOST,
  }
  try {
    await new Command('firedrill').addCommand(simulateCommand(io)).parseAsync(['simulate', ...args], { from: 'user' })
    return { code: io.exitCode, text }
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    return { code: error.exitCode, text: `${error.code} ${error.message}` }
  }
}

for (const [what, catalogue] of [
  ['that is not there', 'nowhere'],
  ['without a file', 'empty'],
  ['with files of another name', 'others'],
  ['that is a file', 'app.prom'],
] as const)
  test(`simulate: a catalogue ${what} is refused, as lint refuses it`, async () => {
    const { code, text } = await run('--catalogue', catalogue)
    assert.equal(code, 2, text)
    assert.match(text, /^CATALOGUE_UNREADABLE /)
  })
