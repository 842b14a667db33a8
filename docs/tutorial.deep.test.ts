import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findTool } from '../lab/tools/tools.ts'
import { installPackage } from '../testing/package/installed-package.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TUTORIAL = readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8')

/** What is typed, and lines that are then on the screen. */
interface Step {
  typed: string
  shown: string[]
}

const STEPS = [...TUTORIAL.matchAll(/```(sh|text)\n([\s\S]*?)```/g)].reduce<Step[]>((steps, [, kind, text = '']) => {
  if (kind === 'sh') return [...steps, { typed: text, shown: [] }]
  steps.at(-1)?.shown.push(...text.split('\n').filter((line) => line.trim() !== ''))
  return steps
}, [])

const tools = ['prometheus', 'promtool', 'alertmanager', 'amtool'].map((name) => findTool(name as 'prometheus'))
// Ports of its own: a lab may be up on this machine.
const alone = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0
const skip = tools.some((tool) => tool === undefined)
  ? 'prometheus, promtool, alertmanager and amtool are not installed'
  : !alone && 'no network namespace can be made, and its ports may be in use'

test('the tutorial can be followed line by line with the packed tool alone, from an empty folder to a live drill', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-tutorial-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [bin, work] = [join(folder, 'bin'), join(folder, 'work')]
  for (const each of [bin, work]) mkdirSync(each)
  const installed = installPackage()
  t.after(() => installed.remove())
  symlinkSync(join(installed.root, 'bin/firedrill'), join(bin, 'firedrill'))
  const script = STEPS.map(({ typed }, index) => `{\n${typed}\n} > ../shown-${index} 2>&1; echo $? > ../code-${index}`).join('\n')
  writeFileSync(join(folder, 'typed.sh'), `ip link set lo up\ncd ${work}\n${script}\n`)
  const paths = [bin, ...tools.map((tool) => dirname(tool ?? '')), process.env['PATH'] ?? '']
  // Ended with the shell: all of them are in its process group.
  const shell = spawn('unshare', ['-n', 'bash', join(folder, 'typed.sh')], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, PATH: paths.join(delimiter), XDG_STATE_HOME: join(folder, 'state'), NO_COLOR: '1' },
  })
  t.after(() => {
    if (shell.pid !== undefined) spawnSync('kill', ['-9', '--', `-${shell.pid}`])
  })
  await once(shell, 'exit')
  for (const [index, { typed, shown }] of STEPS.entries()) {
    const plain = (text: string): string => text.replace(/\s+/g, ' ').trim()
    const output = readFileSync(join(folder, `shown-${index}`), 'utf8')
    assert.equal(readFileSync(join(folder, `code-${index}`), 'utf8').trim(), '0', `${typed}\n${output}`)
    for (const line of shown) assert.ok(plain(output).includes(plain(line)), `${typed}\ndoes not show\n${line}\nbut\n${output}`)
  }
  assert.ok(STEPS.length >= 10 && STEPS.filter(({ shown }) => shown.length > 0).length >= 8)
})
