/** The tables of docs/platform.md, from those that the reader itself reads by. */
import { PLATFORM, SCENARIOS } from '../verify/platform/platform-keys.ts'
import { yamlKey } from '../verify/spec/reader.ts'
import type { Key, Keys, Read } from '../verify/spec/reader.ts'

export function platformTables(): string {
  const scenario = SCENARIOS.inner?.keys
  const param = scenario?.['params']?.read.inner as Read<unknown> | undefined
  return [
    '## firedrill.yaml',
    '',
    ...rows(PLATFORM.keys),
    '',
    '## scenarios.yaml: NAME',
    '',
    ...rows(scenario),
    '',
    '### scenarios.yaml: NAME.params.NAME',
    '',
    ...rows(param?.keys),
  ].join('\n')
}

function rows(keys: Keys | undefined): string[] {
  if (keys === undefined) throw new Error('the reader has no such mapping')
  return [
    '| key | may be | meaning | example |',
    '|---|---|---|---|',
    ...Object.entries(keys).map(([name, key]) => {
      const { how, read, doc, example = '' } = key as Key
      const cells = [`\`${yamlKey(name, key)}\``, `${typeOf(read)}${how === 'needed' ? ' (needed)' : ''}`, doc, example && `\`${example}\``]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    }),
  ]
}

function typeOf({ type, inner }: Read<unknown>): string {
  return inner === undefined ? type : `${type} of ${typeOf(inner).replace(/^an? /, '')}`
}
