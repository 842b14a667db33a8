/**
 * Starts a checkout: `plan`, `list`, `explain` and `lint` from the bundle of package/bundle-checkout.ts while every file that it was made of is
 * still that file, all else from the sources. Plain JavaScript, so that Node loads no TypeScript for it.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BUNDLE = join(ROOT, 'node_modules/.cache/bundle')

/**
 * A file's size, inode and times. Whoever writes, replaces or renames it changes ctime, which no program can set back.
 * @param {string} path
 */
export function stateOf(path) {
  const { size, ino, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
  return `${size} ${ino} ${mtimeNs} ${ctimeNs}`
}

/** The bundle's program; undefined where there is none for this command, or one of its sources is not what it was. */
function bundled() {
  const asked = process.argv.slice(2).find((word) => !word.startsWith('-')) ?? ''
  try {
    /** @type {{ commands: string[], program: string, inputs: [string, string][] }} */
    const { commands, program, inputs } = JSON.parse(readFileSync(join(BUNDLE, 'inputs.json'), 'utf8'))
    if (commands.includes(asked) && inputs.every(([path, state]) => stateOf(join(ROOT, path)) === state)) return join(BUNDLE, program)
  } catch {
    // Not made yet, or a source is gone.
  }
  return undefined
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // What is started looks there for itself.
  process.argv[1] = bundled() ?? join(ROOT, 'verify/cli.ts')
  await import(pathToFileURL(process.argv[1]).href)
}
