import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { known } from '../../testing/spec/known-faults.ts'
import { parseSpec } from './parse-spec.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const GOOD = [
  '- id: store-stopped',
  '  title: the store is stopped',
  '  because: it is restarted now and then',
  '  fault: { id: kill-process, target: store }',
  '  hold: 6s',
  "  request: { service: shop, method: GET, path: '/health?{stamp}', expect-status: 200 }",
  '  rate: 5',
  '  lines: kept',
  '  recovers-within: 10s',
  '  named: log-store',
  '  effects: [logs]',
  '  observes: [logs]',
  '',
].join('\n')

function outages(text: string) {
  return parseSpec(
    [
      { file: 'platform.yaml', text: read('fixtures/team/platform.yaml') },
      { file: 'routing.yaml', text: read('fixtures/team/routing.yaml') },
      { file: 'rules/queue-stuck.yaml', text: read('fixtures/team/rules/queue-stuck.yaml') },
      { file: 'outages.yaml', text },
    ],
    known,
  )
}
const codes = (text: string): string[] => outages(text).problems.map(({ code, place }) => `${code} ${place?.line ?? '-'}`)

test('an outage is read; the lines are those of the service that is asked, unless said otherwise', () => {
  const { spec, problems } = outages(GOOD)
  assert.deepEqual(problems, [])
  const [first] = spec?.outages ?? []
  assert.deepEqual([first?.service, first?.holdMs, first?.answers, first?.spans, first?.lines], ['shop', 6_000, true, undefined, 'kept'])
})

const wrong: { says: string; text: string; code: string }[] = [
  { says: 'neither a fault nor an experiment', text: GOOD.replace(/ {2}fault:.*\n {2}hold:.*\n/, ''), code: 'SPEC_NO_CAUSE 1' },
  { says: 'both of them', text: GOOD.replace('  rate:', '  during: consumer-paused\n  rate:'), code: 'SPEC_NO_CAUSE 1' },
  { says: 'a fault that is held for no time', text: GOOD.replace('  hold: 6s\n', ''), code: 'SPEC_MISSING_KEY 1' },
  { says: 'nothing to look at', text: GOOD.replace('  lines: kept\n', ''), code: 'SPEC_MISSING_KEY 1' },
  { says: 'a fate that does not exist', text: GOOD.replace('lines: kept', 'lines: keept'), code: 'SPEC_UNKNOWN_VALUE 8' },
  { says: 'a fault that does not exist', text: GOOD.replace('kill-process', 'kill-proces'), code: 'SPEC_UNKNOWN_FAULT 4' },
  { says: 'a part that is none', text: GOOD.replace('named: log-store', 'named: loki'), code: 'SPEC_UNKNOWN_VALUE 10' },
  {
    says: 'an experiment that does not exist',
    text: GOOD.replace(/ {2}fault:.*\n {2}hold:.*\n/, '  during: nothing-such\n'),
    code: 'SPEC_UNKNOWN_EXPERIMENT 4',
  },
  { says: 'a service that does not exist', text: GOOD.replace('service: shop', 'service: shp'), code: 'SPEC_UNKNOWN_SERVICE 6' },
  { says: 'the name of an experiment', text: GOOD.replace('id: store-stopped', 'id: consumer-paused'), code: 'SPEC_DUPLICATE 1' },
  { says: 'one name twice', text: GOOD + GOOD, code: 'SPEC_DUPLICATE 13' },
]
for (const { says, text, code } of wrong)
  test(`${says} is a problem at its place`, () => {
    assert.notEqual(text, GOOD)
    assert.deepEqual(codes(text), [code])
  })
