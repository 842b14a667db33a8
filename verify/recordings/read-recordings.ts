import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { FiredrillError } from '../model/error.ts'
import { fileURLToPath } from 'node:url'
import { parseExposition } from './exposition.ts'
import type { Catalogue } from './exposition.ts'

/** What was recorded from the real targets and services. */
export interface Knowledge {
  catalogue: Catalogue
  logLines: Record<string, string[]>
}

export const CATALOGUE_FOLDER = fileURLToPath(new URL('./targets', import.meta.url))
const LOG_LINES_FOLDER = fileURLToPath(new URL('./lines', import.meta.url))

/**
 * What is known of the platform that a specification describes: the recordings of this project are of its own platform only, so another
 * specification without `catalogue` is judged without any. @throws FiredrillError CATALOGUE_UNREADABLE for a folder without recordings
 */
export async function knowledgeFor(isOwnSpec: boolean, catalogue: string | undefined): Promise<Knowledge> {
  if (catalogue === undefined) return isOwnSpec ? readKnowledge() : { catalogue: { targets: [] }, logLines: {} }
  const knowledge = await readKnowledge({ catalogue })
  if (knowledge.catalogue.targets.length === 0)
    throw new FiredrillError('CATALOGUE_UNREADABLE', 'the folder holds no recorded exposition', {
      place: { file: catalogue },
      next: 'Name a folder with a file <job>.prom for each scrape job: curl http://TARGET/metrics > JOB.prom',
    })
  return isOwnSpec ? knowledge : { ...knowledge, logLines: {} }
}

export async function readKnowledge(folders: { catalogue?: string; logLines?: string } = {}): Promise<Knowledge> {
  const [catalogue, logLines] = await Promise.all([
    readCatalogue(folders.catalogue ?? CATALOGUE_FOLDER),
    readLogLines(folders.logLines ?? LOG_LINES_FOLDER),
  ])
  return { catalogue, logLines }
}

/** <job>.prom: the exposition of each scrape target. */
async function readCatalogue(folder: string): Promise<Catalogue> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.prom')).sort()
  return {
    targets: await Promise.all(
      names.map(async (name) => parseExposition(name.replace(/\.prom$/, ''), await readFile(path.join(folder, name), 'utf8'))),
    ),
  }
}

/** <service>.log: recorded log lines, one a line; an indented line continues the record above. */
async function readLogLines(folder: string): Promise<Record<string, string[]>> {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.log')).sort()
  return Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) =>
          [
            name.replace(/\.log$/, ''),
            (await readFile(path.join(folder, name), 'utf8'))
              .split(/\n(?!\s)/)
              .map((line) => line.trimEnd())
              .filter((line) => line !== ''),
          ] as const,
      ),
    ),
  )
}
