import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(import.meta.url)

/** The folder of package.json. What is compiled no longer knows the folder of its source, so only this file asks where it is. */
export const TOOL_ROOT = rootAbove(dirname(HERE))

/** True: this is the package of `npm pack`, compiled into few files below dist/; false: a checkout with its sources. */
export const IS_PACKAGE = !existsSync(join(TOOL_ROOT, 'verify/cli.ts'))

/** A file that comes with the tool, by its path in the checkout; a package has it at the same place. */
export function toolFile(path: string): string {
  return join(TOOL_ROOT, path)
}

/** A program of the tool that runs as a process of its own, by the path of its source. */
export function toolProgram(source: string): string {
  return IS_PACKAGE ? join(TOOL_ROOT, 'dist', source.replace(/\.ts$/, '.mjs')) : toolFile(source)
}

function rootAbove(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, 'package.json'))) return at
  throw new Error(`no package.json above ${folder}`)
}
