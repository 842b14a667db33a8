import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * A stack of the compiled package with the places of its sources. `node --enable-source-maps` would read every map at every start; this
 * reads them when there is a stack to print.
 */
export function atSources(stack: string, mapOf: (file: string) => SourceMapPayload | undefined = readMap): string {
  return stack.replace(/(?:file:\/\/)?(\/[^\s():]+\.mjs):(\d+):(\d+)/g, (place, path: string, line: string, column: string) => {
    const file = place.startsWith('file://') ? fileURLToPath(`file://${path}`) : path
    const map = mapOf(file)
    if (map === undefined) return place
    const found = new SourceMap(map).findEntry(Number(line) - 1, Number(column) - 1)
    if (!('originalSource' in found) || found.originalSource === '') return place
    return `${found.originalSource.replace(/^(?:\.\.\/)+/, '')}:${found.originalLine + 1}:${found.originalColumn + 1}`
  })
}

function readMap(file: string): SourceMapPayload | undefined {
  try {
    return JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload
  } catch {
    return undefined
  }
}
