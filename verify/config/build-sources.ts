import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ConfigText } from './yaml/cursor.ts'

const SOURCE = /\.(?:rs|java|kt|ts|js|mjs|cjs|py|go|ya?ml|properties)$|^Dockerfile/
/** What is made by a build, or tests it. */
const PASSED_OVER = /^(?:node_modules|target|dist|build|out|vendor|venv|__pycache__|tests?|testdata|\..*)$|[._-](?:test|spec)\.\w+$/
const MOST_FILES = 400
const MOST_BYTES = 200_000
const MOST_DEPTH = 12

/**
 * The sources of what an image is built from, by the folder of its build context (named as texts are). Nothing where the folder is not
 * there or holds more than a service of its own does.
 */
export function buildSources(cwd: string): (folder: string) => readonly ConfigText[] {
  const known = new Map<string, readonly ConfigText[]>()
  return (folder) => {
    const found = known.get(folder) ?? readFolder(path.resolve(cwd, folder), folder, 0, [])
    known.set(folder, found)
    return found.length > MOST_FILES ? [] : found
  }
}

function readFolder(absolute: string, name: string, depth: number, found: ConfigText[]): ConfigText[] {
  try {
    for (const entry of readdirSync(absolute, { withFileTypes: true })) {
      if (found.length > MOST_FILES) break
      const below = path.join(absolute, entry.name)
      const file = path.posix.join(name, entry.name)
      if (PASSED_OVER.test(entry.name)) continue
      if (entry.isDirectory() && depth < MOST_DEPTH) readFolder(below, file, depth + 1, found)
      else if (entry.isFile() && SOURCE.test(entry.name) && statSync(below).size <= MOST_BYTES)
        found.push({ file, path: file, text: readFileSync(below, 'utf8'), lineOffset: 0, columnOffset: 0 })
    }
  } catch (error) {
    // A context that is not there, or may not be read, says nothing.
    if (!(error instanceof Error && 'code' in error)) throw error
  }
  return found
}
