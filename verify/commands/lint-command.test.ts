import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { lintCommand } from './lint-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-lint-command-'))
after(() => {
  rmSync(folder, { recursive: true })
})
const rules = (name: string, expr: string): void => {
  writeFileSync(
    join(folder, name),
    `groups:\n  - name: g\n    rules:\n      - { alert: Odd, expr: '${expr}', for: 5m, labels: { severity: page } }\n`,
  )
}
rules('fine.yml', 'checkout_queue_length > 100')
rules('odd.yml', 'count by (service) (checkout_up) == 0')

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const io: CommandIo = {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    env: {},
    cwd: folder,
    isTTY: false,
    color: false,
    exitCode: 0,
    signal: new AbortController().signal,
  }
  try {
    await new Command('firedrill').addCommand(lintCommand(io)).parseAsync(['lint', ...args], { from: 'user' })
    return { code: io.exitCode, out, err }
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    return { code: error.exitCode, out, err: `${error.code} ${error.message}` }
  }
}

test('--traps needs no specification: metrics and alerts that it does not know are no finding, what never fires is', async () => {
  const fine = await run('--traps', 'fine.yml')
  assert.equal(fine.code, 0, fine.out)
  assert.match(fine.out, /^0 errors, 0 warnings, 0 notes in 1 file/)
  const odd = await run('--traps', 'odd.yml', '--format', 'json')
  assert.equal(odd.code, 1)
  assert.deepEqual(
    (JSON.parse(odd.out) as { findings: { id: string; line: number }[] }).findings.map(({ id, line }) => [id, line]),
    [['rule-threshold-is-reachable', 4]],
  )
})

test('--traps with a specification, and a check that needs one, are refused', async () => {
  assert.deepEqual(await run('--traps', '--spec', 'spec', 'fine.yml'), {
    code: 2,
    out: '',
    err: 'LINT_TRAPS --traps judges without a specification',
  })
  assert.match((await run('fine.yml', '--traps', '--only', 'rule-exists')).err, /LINT_TRAPS rule-exists compares with a specification/)
  assert.match((await run('fine.yml', '--traps', '--only', 'rule-exsts')).err, /UNKNOWN_CHECK/)
  assert.equal((await run('odd.yml', '--traps', '--only', 'rule-compares')).code, 0)
})
