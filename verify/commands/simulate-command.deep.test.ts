import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { missingTools } from '../../lab/tools/tools.ts'
import { toolFile } from '../tool/tool-files.ts'

const skip = missingTools(['promtool', 'amtool', 'alertmanager']).length > 0 && 'the tools of simulate'
const SPEC = toolFile('examples/host/spec')
const MONITORING = toolFile('examples/host/monitoring')

function simulate(...argv: string[]): { code: number | null; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-simulate-'))
  try {
    cpSync(MONITORING, join(folder, 'monitoring'), { recursive: true })
    const { status, stdout, stderr } = spawnSync(toolFile('bin/firedrill'), ['simulate', '--spec', SPEC, ...argv], {
      cwd: folder,
      encoding: 'utf8',
    })
    return { code: status, text: stdout + stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('simulate of a specification elsewhere takes the recordings that are named, and those of this repository never', { skip }, () => {
  const [withoutAny, withOwn] = [simulate(), simulate('--catalogue', toolFile('examples/host/recordings/targets'))]
  for (const { code, text } of [withoutAny, withOwn]) {
    assert.equal(code, 0, text)
    assert.match(text, /as specified: \d+ tests/)
  }
})
