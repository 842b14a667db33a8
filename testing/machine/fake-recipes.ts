import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Surroundings } from '../../lab/tools/cache.ts'

/** A checkout, a cache and a search path of their own, gone when the test is. */
export function makeSurroundings(context: TestContext): Surroundings {
  const root = mkdtempSync(path.join(os.tmpdir(), 'firedrill-tools-'))
  // Open to all: closed, root would look for PostgreSQL where the machine's own lab has it.
  chmodSync(root, 0o755)
  context.after(() => {
    rmSync(root, { recursive: true, force: true })
  })
  const bin = path.join(root, 'bin')
  mkdirSync(bin)
  return {
    checkout: path.join(root, 'checkout'),
    cacheRoot: path.join(root, 'cache'),
    searchPath: [bin],
    useInstalled: true,
    platform: 'linux-x64-debian12',
    env: {},
  }
}

export function writeFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** A program that prints `says` for any arguments. */
export function writeProgram(file: string, says: string): void {
  writeFile(file, `#!/bin/sh\ncat <<'END'\n${says}\nEND\n`)
  chmodSync(file, 0o755)
}
