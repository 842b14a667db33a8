import { fileURLToPath } from 'node:url'
import type { Catalogue } from './exposition.ts'
import { readCatalogue, readLogLines } from '../config/files.ts'

/** What was recorded from the real targets and services. */
export interface Knowledge {
  catalogue: Catalogue
  logLines: Record<string, string[]>
}

export const CATALOGUE_FOLDER = fileURLToPath(new URL('./targets', import.meta.url))
export const LOG_LINES_FOLDER = fileURLToPath(new URL('./lines', import.meta.url))

export async function readKnowledge(folders: { catalogue?: string; logLines?: string } = {}): Promise<Knowledge> {
  const [catalogue, logLines] = await Promise.all([
    readCatalogue(folders.catalogue ?? CATALOGUE_FOLDER),
    readLogLines(folders.logLines ?? LOG_LINES_FOLDER),
  ])
  return { catalogue, logLines }
}
