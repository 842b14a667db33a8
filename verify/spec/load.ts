import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { FiredrillError } from '../model/error.ts'
import type { Spec } from '../model/spec.ts'
import { toolFile } from '../tool/tool-files.ts'
import { parseSpec } from './parse-spec.ts'
import type { Known, SpecFile } from './parse-spec.ts'
import { MAX_CHARACTERS } from './reader.ts'

/** The specification that comes with the project. */
export const DEFAULT_SPEC_FOLDER = toolFile('verify/spec')

/** Reads DIR/*.yaml and DIR/rules/*.yaml. Problems of reading and of parsing together; never throws for what is in the folder. */
export async function loadSpec(
  folder: string = DEFAULT_SPEC_FOLDER,
  known: Known = {},
): Promise<{ spec?: Spec; problems: FiredrillError[]; files: string[] }> {
  const problems: FiredrillError[] = []
  const paths = [...(await yamlFiles(folder, problems, true)), ...(await yamlFiles(join(folder, 'rules'), problems, false))]
  const files: SpecFile[] = []
  let unreadable = false
  for (const path of paths) {
    const shown = shorten(path)
    const text = await readText(path, shown, problems)
    if (text === undefined) unreadable = true
    else files.push({ file: shown, text })
  }
  if (problems.length > 0 && !unreadable) return { problems, files: [] }
  const parsed = parseSpec(files, known)
  // A file that could not be read is not also "missing".
  const rest = parsed.problems.filter(({ code }) => !(unreadable && code === 'SPEC_MISSING_FILE'))
  const all = [...problems, ...rest]
  return {
    ...(parsed.spec !== undefined && all.length === 0 ? { spec: parsed.spec } : {}),
    problems: all,
    files: files.map(({ file }) => file),
  }
}

async function yamlFiles(folder: string, problems: FiredrillError[], needed: boolean): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch (error) {
    if (needed)
      problems.push(
        new FiredrillError('SPEC_FOLDER', `the specification folder ${shorten(folder)} cannot be read: ${reason(error)}`, {
          next: 'Give a folder with platform.yaml, routing.yaml and rules/ by --spec DIR, or make one by `firedrill init`.',
          cause: error,
        }),
      )
    return []
  }
}

async function readText(path: string, shown: string, problems: FiredrillError[]): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    // Looked at before it is read: a file of gigabytes must not fill the memory first. Four bytes are the longest character.
    if (size > MAX_CHARACTERS * 4)
      throw new FiredrillError('SPEC_TOO_LARGE', `the file has ${size} bytes; a specification file may have ${MAX_CHARACTERS} characters`, {
        place: { file: shown },
      })
    const bytes = await readFile(path)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (error) {
      throw new FiredrillError('SPEC_NOT_UTF8', 'the file is not UTF-8 text', {
        place: { file: shown },
        next: 'Save it as UTF-8.',
        cause: error,
      })
    }
  } catch (error) {
    problems.push(
      error instanceof FiredrillError
        ? error
        : new FiredrillError('SPEC_UNREADABLE', `cannot be read: ${reason(error)}`, { place: { file: shown }, cause: error }),
    )
    return undefined
  }
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function shorten(path: string): string {
  const here = relative('', path)
  return here === '' ? '.' : here.startsWith('..') ? path : here
}
