import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../testing/chaos/processes.ts'
import { tarOf } from './tar.ts'

for (const size of [0, 1, 512, 70_001])
  test(`an archive of a file of ${size} bytes is what tar unpacks`, async (t) => {
    const folder = await temporaryDirectory(t)
    const content = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 256))
    writeFileSync(join(folder, 'a.tar'), tarOf('heap-agent.jar', content))
    execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    assert.deepEqual(readFileSync(join(folder, 'heap-agent.jar')), content)
  })

test('a name that does not fit is refused', () => {
  assert.throws(() => tarOf('x'.repeat(101), Buffer.alloc(1)), /too long/)
})
