import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parseSpec } from '../../verify/spec/parse-spec.ts'

const FOLDER = new URL('../../verify/spec/', import.meta.url)
const NAMES = [
  'platform.yaml',
  'routing.yaml',
  'traces.yaml',
  'logs.yaml',
  'slo.yaml',
  ...readdirSync(new URL('rules', FOLDER)).map((name) => `rules/${name}`),
]

/** With any part of the project's own specification cut out or written over, the reader returns problems and never throws. */
export function readsDamaged(numRuns: number): void {
  const files = NAMES.map((file) => ({ file, text: readFileSync(new URL(file, FOLDER), 'utf8') }))
  fc.assert(
    fc.property(
      fc.nat(files.length - 1),
      fc.nat(8_000),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('', '&x ', '*x', '[', '\t', ': ', '\u0000', '- '),
      (which, at, length, put) => {
        const changed = files.map((each, index) => {
          if (index !== which) return each
          const { file, text } = each
          return { file, text: text.slice(0, at % text.length) + put + text.slice((at % text.length) + length) }
        })
        const { spec, problems } = parseSpec(changed)
        assert.equal(spec === undefined, problems.length > 0)
        for (const { place } of problems)
          assert.ok(place === undefined || place.line === undefined || (place.line >= 1 && (place.column ?? 0) >= 1))
      },
    ),
    { numRuns },
  )
}
