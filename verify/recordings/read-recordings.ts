import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { FiredrillError } from '../model/error.ts'
import { parseExposition } from './exposition.ts'
import type { Catalogue } from './exposition.ts'

/** What was recorded from the real targets and services. */
export interface Knowledge {
  catalogue: Catalogue
  logLines: Record<string, string[]>
}

/** In a platform's folder of recordings. */
const [TARGETS, LINES] = ['targets', 'lines']

/**
 * What is known of the platform that a specification describes. `recordings`: the folder of the platform that it is of; absent for another
 * specification, which without `catalogue` is judged without any. @throws FiredrillError CATALOGUE_UNREADABLE for a folder that holds none
 */
export async function knowledgeFor(recordings: string | undefined, catalogue: string | undefined): Promise<Knowledge> {
  if (catalogue === undefined && recordings === undefined) return { catalogue: { targets: [] }, logLines: {} }
  if (catalogue === undefined) return readKnowledge(recordings)
  const knowledge = await readKnowledge(recordings, catalogue)
  if (knowledge.catalogue.targets.length === 0)
    throw new FiredrillError('CATALOGUE_UNREADABLE', 'the folder holds no recorded exposition', {
      place: { file: catalogue },
      next: 'Name a folder with a file <job>.prom for each scrape job: curl http://TARGET/metrics > JOB.prom',
    })
  return recordings !== undefined ? knowledge : { ...knowledge, logLines: {} }
}

/** `targets`: another folder of expositions than that of the recordings. */
export async function readKnowledge(recordings = '', targets = path.join(recordings, TARGETS)): Promise<Knowledge> {
  const [catalogue, logLines] = await Promise.all([readCatalogue(targets), readLogLines(path.join(recordings, LINES))])
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
