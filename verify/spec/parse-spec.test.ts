import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { known } from '../../testing/spec/known-faults.ts'
import { readsDamaged } from '../../testing/spec/damaged-spec.ts'
import { formatError } from '../text/error-text.ts'
import { inhibitsAsSpecified } from '../routing/inhibition.ts'
import { promisedReceivers } from '../routing/tree.ts'
import { parseSpec } from './parse-spec.ts'
import { comparisonOf } from './promql.ts'
import type { SpecFile } from './parse-spec.ts'
import { MAX_CHARACTERS } from './reader.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const RULE = 'rules/queue-stuck.yaml'

/** Another team's specification, with one file replaced (or added, or left out when the text is undefined). */
function team(replaced: Record<string, string | undefined> = {}): SpecFile[] {
  const files: Record<string, string | undefined> = {
    'platform.yaml': read('fixtures/team/platform.yaml'),
    'routing.yaml': read('fixtures/team/routing.yaml'),
    [RULE]: read('fixtures/team/rules/queue-stuck.yaml'),
    ...replaced,
  }
  return Object.entries(files).flatMap(([file, text]) => (text === undefined ? [] : [{ file, text }]))
}

function problemsOf(files: SpecFile[]): string[] {
  const { spec, problems } = parseSpec(files, known)
  assert.equal(spec === undefined, problems.length > 0, 'either a specification or problems')
  return problems.map(
    ({ code, place, next }) => `${code} ${place?.line ?? '-'}:${place?.column ?? '-'}${next === undefined ? '' : ` ${next}`}`,
  )
}

test('a specification of other rules, without traces, logs and SLO, is read as it stands', () => {
  const { spec, problems } = parseSpec(team(), known)
  assert.deepEqual(problems, [])
  assert.equal(spec?.rules[0]?.alert, 'QueueStuck')
  assert.equal(spec.rules[0]?.condition.windowMs, 600_000)
  assert.deepEqual([spec.traces, spec.logs, spec.slo.panels], [[], [], []])
})

test('a threshold may be written as a product; a target may be a URL that is probed, over https, with a token', () => {
  const text = read('fixtures/team/rules/queue-stuck.yaml')
    .replace(/^condition:.*$/m, 'condition: { kind: gauge, expr: time() - orders_last_taken > 2 * 60 }')
    .replace(/^experiments:[\s\S]*/m, '')
  const platform = read('fixtures/team/platform.yaml').replace(
    /^targets:\n.*$/m,
    "targets:\n  - { job: shop, address: 'https://shop.example/health', scheme: https, auth: bearer }",
  )
  const { spec, problems } = parseSpec(team({ [RULE]: text, 'platform.yaml': platform }), known)
  assert.deepEqual(problems, [])
  assert.deepEqual([spec?.rules[0]?.condition.threshold, spec?.rules[0]?.condition.comparator], [120, '>'])
  assert.deepEqual(spec?.platform.targets[0], { job: 'shop', address: 'https://shop.example/health', scheme: 'https', auth: 'bearer' })
})

test('a rule that is copied and not read says so; without a word it is reviewed', () => {
  const text = read('fixtures/team/rules/queue-stuck.yaml')
  assert.equal(parseSpec(team({ [RULE]: `${text}reviewed: false\n` }), known).spec?.rules[0]?.reviewed, false)
  assert.equal(parseSpec(team(), known).spec?.rules[0]?.reviewed, undefined)
  assert.match(problemsOf(team({ [RULE]: `${text}reviewed: no-one\n` })).join(), /^SPEC_TYPE/)
})

test('a rule without an experiment, with a template of any kind, is for lint and simulate alone', () => {
  const text = read('fixtures/team/rules/queue-stuck.yaml')
  const rule = `${text.slice(0, text.indexOf('experiments:')).replace(/annotations:.*\n(?: .*\n)*/, '')}annotations: { summary: '{{ $value | humanize }} of {{ $labels.job }} are stuck' }\n`
  const { spec, problems } = parseSpec(team({ [RULE]: rule }), known)
  assert.deepEqual(problems, [])
  assert.deepEqual(spec?.rules[0]?.experiments, [])
  assert.equal(spec.rules[0]?.annotations['summary'], '{{ $value | humanize }} of {{ $labels.job }} are stuck')
})

test('receivers of any kind; routes by pattern, to several receivers, and with times', () => {
  const routing = `because: b
group-by: [alertname]
group-wait: 30s
group-interval: 5m
repeat-interval: 4h
receivers:
  - { name: pager, kind: pagerduty }
  - { name: mail, kind: email, send-resolved: false }
  - { name: 'null', kind: none }
routes:
  - { matchers: ['severity =~ "page|critical"', 'team != "db"'], receiver: pager, continue: true }
  - { match: { severity: page }, receiver: mail, mute-times: [nights] }
  - { receiver: 'null' }
`
  const { spec, problems } = parseSpec(team({ 'routing.yaml': routing }), known)
  assert.deepEqual(problems, [])
  const to = (labels: Record<string, string>): string[] => promisedReceivers(spec!.routing, labels)
  assert.deepEqual(to({ severity: 'page' }), ['pager', 'mail'])
  assert.deepEqual(to({ severity: 'critical' }), ['pager'])
  assert.deepEqual(to({ severity: 'critical', team: 'db' }), ['null'])
  assert.deepEqual(spec?.routing.routes[1]?.muteTimes, ['nights'])
  const timed = (times: string): SpecFile[] => team({ 'routing.yaml': `${routing}times: { ${times} }\n` })
  const nights =
    "nights: [{ times: ['22:00-24:00', '00:00 - 06:00'], weekdays: ['monday:friday', sunday], days-of-month: ['-3:-1'], months: [dec, 12], years: ['2027:2028'], location: Asia/Seoul }]"
  assert.deepEqual(parseSpec(timed(nights.replace('[dec, 12]', "['december', '1:2']")), known).spec?.routing.times, {
    nights: [
      {
        minutes: [
          [1320, 1440],
          [0, 360],
        ],
        weekdays: [
          [1, 5],
          [0, 0],
        ],
        daysOfMonth: [[-3, -1]],
        months: [
          [12, 12],
          [1, 2],
        ],
        years: [[2027, 2028]],
        location: 'Asia/Seoul',
      },
    ],
  })
  for (const wrong of ['times: [22:00-06:00]', 'times: [9-17]', 'times: [09:60-10:00]', 'weekdays: [mon]', "weekdays: ['friday:monday']"])
    assert.match(problemsOf(timed(`nights: [{ ${wrong} }]`)).join(), /^SPEC_TIME_INTERVAL/, wrong)
  for (const wrong of [
    "days-of-month: ['0']",
    "days-of-month: ['1:32']",
    "months: ['13']",
    "years: ['27']",
    "weekdays: ['monday:friday:1']",
  ])
    assert.match(problemsOf(timed(`nights: [{ ${wrong} }]`)).join(), /^SPEC_TIME_INTERVAL/, wrong)
  assert.match(problemsOf(timed("nigths: [{ weekdays: ['sunday'] }]")).join(), /^SPEC_UNKNOWN_TIME_INTERVAL .*nights/)
  assert.deepEqual(problemsOf(team({ 'routing.yaml': routing.replace(`'team != "db"'`, 'team') })), [
    'SPEC_MATCHER 11:49 Write LABEL OPERATOR "VALUE", with =, !=, =~ or !~.',
  ])
})

test('inhibitions by pattern and by what they must not be; each side says something', () => {
  const inhibitions = (more: string): string => `${routing}inhibitions:\n  - { because: b, equal: [job], ${more} }\n`
  const { spec, problems } = parseSpec(
    team({
      'routing.yaml': inhibitions(`source-matchers: ['alertname =~ "NodeDown|RackDown"'], target-matchers: ['severity != "critical"']`),
    }),
    known,
  )
  assert.deepEqual(problems, [])
  assert.ok(inhibitsAsSpecified(spec!.routing, { alertname: 'RackDown' }, { alertname: 'Slow', severity: 'info' }))
  assert.ok(!inhibitsAsSpecified(spec!.routing, { alertname: 'RackDown' }, { alertname: 'Slow', severity: 'critical' }))
  assert.match(problemsOf(team({ 'routing.yaml': inhibitions(`source: { alertname: NodeDown }`) })).join(), /^SPEC_MISSING_KEY .*target/)
  assert.match(problemsOf(team({ 'routing.yaml': inhibitions(`target: { severity: [info] }`) })).join(), /^SPEC_MISSING_KEY .*source/)
})

test('absent() has the labels that its selector fixes, and no others', () => {
  const text = read('fixtures/team/rules/queue-stuck.yaml')
  const [, subject = ''] = /subject: (\{.*?\})/.exec(text) ?? []
  const of = (expr: string): string =>
    text
      .replace(/condition: .*\n/, `condition: { kind: gauge, expr: '${expr}' }\n`)
      .replace(subject, '{ job: shop }')
      .replace(/kind: level, level/, 'kind: short, level')
  assert.deepEqual(problemsOf(team({ [RULE]: of('absent(up{job="shop"})') })), [])
  assert.match(problemsOf(team({ [RULE]: of('absent(up{name="shop"})') })).join(), /^SPEC_SUBJECT/)
})

/** Fixture in fixtures/broken-rules/, named for its defect -> each problem's code, place, and what to do. */
const broken: Record<string, string[]> = {
  'alias-to-an-anchor': [
    'SPEC_ALIAS 22:19 Remove the anchor.',
    'SPEC_ALIAS 23:15 Write the value out: a reader sees at once what is promised.',
  ],
  'annotation-not-closed': ['SPEC_TEMPLATE 12:25 Close the action, or write {{ "{{" }} for the text itself.'],
  'billion-laughs': [
    'SPEC_ALIAS 11:16 Remove the anchor.',
    'SPEC_ALIAS 11:25 Remove the anchor.',
    'SPEC_ALIAS 11:61 Remove the anchor.',
    'SPEC_TYPE 11:101',
  ],
  'comparator-that-does-not-exist': ['SPEC_UNKNOWN_VALUE 8:15 Known: >, >=, <, <=, ==, !=.'],
  'cyclic-anchor': ['SPEC_ALIAS 11:12 Remove the anchor.'],
  'duration-with-a-space': ['SPEC_DURATION 10:6 Write it as Prometheus does: 500ms, 30s, 5m, 1h30m.'],
  'ends-with-undo-of-no-effect': ['SPEC_UNKNOWN_VALUE 24:21 Effects: shop.'],
  'fault-misspelt': ['SPEC_UNKNOWN_FAULT 20:36 Did you mean "pause-process"?'],
  'file-of-another-alert': ['SPEC_FILE_NAME 1:8 Rename the file, or correct the name of the alert.'],
  'gauge-with-a-window': ['SPEC_UNKNOWN_KEY 5:11'],
  'id-in-camel-case': ['SPEC_NAME 15:9 Write it as "consumer-paused".'],
  'job-that-is-no-target': ['SPEC_UNKNOWN_JOB 13:20 Did you mean "shop"?'],
  'key-given-twice': ['SPEC_YAML 11:1 Correct the YAML; nothing else of this file was read.'],
  'kind-misspelt': ['SPEC_UNKNOWN_VALUE 4:9 Did you mean "rate"?'],
  'leg-without-a-cause': ['SPEC_NO_CAUSE 20:11'],
  'list-where-a-mapping-belongs': ['SPEC_TYPE 11:9'],
  'may-names-an-unknown-alert': ['SPEC_UNKNOWN_ALERT 22:20 Did you mean "QueueStuck"?'],
  'missing-because': ['SPEC_MISSING_KEY 1:1'],
  'nothing-at-all': ['SPEC_TYPE 1:1'],
  'number-in-quotes': ['SPEC_TYPE 9:14'],
  'promql-with-an-open-bracket': ['SPEC_PROMQL 7:10'],
  'rate-of-an-instant': ['SPEC_NO_RANGE 6:9'],
  'ratio-of-two-windows': ['SPEC_MISSING_KEY 4:3'],
  'scenario-misspelt': ['SPEC_UNKNOWN_SCENARIO 19:55 Did you mean "orders"?'],
  'severity-that-yaml-reads-as-a-number': ["SPEC_TYPE 11:21 Put it in quotes: '1'."],
  'subject-not-promised': ['SPEC_UNKNOWN_JOB 18:21 Known: shop.'],
  'three-problems-at-once': [
    'SPEC_UNKNOWN_KEY 9:3 Did you mean "threshold"?',
    'SPEC_DURATION 10:6 Write it as Prometheus does: 500ms, 30s, 5m, 1h30m.',
    'SPEC_UNKNOWN_SCENARIO 19:55 Did you mean "orders"?',
  ],
  'two-documents': ['SPEC_YAML 11:1 Put the second one into a file of its own.'],
  'unknown-key': ['SPEC_UNKNOWN_KEY 9:3 Did you mean "threshold"?'],
  'yaml-with-a-tab': ['SPEC_YAML 4:1 Correct the YAML; nothing else of this file was read.'],
}

test('every broken fixture has its expectation', () => {
  assert.deepEqual(
    readdirSync(new URL('./fixtures/broken-rules', import.meta.url))
      .map((name) => name.replace('.yaml', ''))
      .sort(),
    Object.keys(broken).sort(),
  )
})

test('a route may be promised a grouping and clocks of its own', () => {
  const routes =
    "routes:\n  - { match: { severity: page }, receiver: pager, group-by: ['...'], group-wait: 0s, repeat-interval: 1h }\n  - { receiver: pager }\n"
  const { spec, problems } = parseSpec(team({ 'routing.yaml': routing.replace(/routes:[\s\S]*$/, routes) }))
  assert.deepEqual(problems, [])
  assert.deepEqual(spec?.routing.routes, [
    { match: { severity: 'page' }, receiver: 'pager', groupBy: ['...'], groupWaitMs: 0, repeatIntervalMs: 3_600_000 },
    { match: {}, receiver: 'pager' },
  ])
})

for (const [defect, expected] of Object.entries(broken)) {
  test(`a rule file with ${defect.replaceAll('-', ' ')} names the place and what to do`, () => {
    assert.deepEqual(problemsOf(team({ [RULE]: read(`fixtures/broken-rules/${defect}.yaml`) })), expected)
  })
}

const routing = read('fixtures/team/routing.yaml')
const platform = read('fixtures/team/platform.yaml')
const whole: { story: string; files: SpecFile[]; expected: string[] }[] = [
  {
    story: 'no routing',
    files: team({ 'routing.yaml': undefined }),
    expected: ['SPEC_MISSING_FILE -:- A specification needs platform.yaml, routing.yaml and at least one file in rules/.'],
  },
  { story: 'no rule', files: team({ [RULE]: undefined }), expected: ['SPEC_MISSING_FILE -:- Add one YAML file for each alert rule.'] },
  {
    story: 'a file that belongs nowhere',
    files: team({ 'platfrom.yaml': platform }),
    expected: ['SPEC_UNKNOWN_FILE -:- Did you mean "platform"? Alert rules belong in the folder rules/.'],
  },
  {
    story: 'a route to a receiver that is not there',
    files: team({ 'routing.yaml': routing.replace('receiver: pager', 'receiver: pagre') }),
    expected: ['SPEC_UNKNOWN_RECEIVER 9:17 Did you mean "pager"?'],
  },
  {
    story: 'no default route',
    files: team({ 'routing.yaml': routing.replace('{ receiver', '{ match: { severity: page }, receiver') }),
    expected: ['SPEC_NO_DEFAULT_ROUTE 9:3 Add a last entry with a receiver and no match.'],
  },
  {
    story: 'a timeout longer than its interval',
    files: team({ 'platform.yaml': platform.replace('timeout: 10s', 'timeout: 31s') }),
    expected: ['SPEC_RANGE 3:17'],
  },
  {
    story: 'an address without a port',
    files: team({ 'platform.yaml': platform.replace('shop:8080', 'shop') }),
    expected: ['SPEC_ADDRESS 7:27'],
  },
  {
    story: 'a reference to an alert whose own file is broken',
    files: team({
      'rules/shop-down.yaml': 'alert: ShopDown',
      [RULE]: read('fixtures/broken-rules/may-names-an-unknown-alert.yaml').replace('QueueStcuk', 'ShopDown'),
    }),
    expected: Array.from({ length: 5 }, () => 'SPEC_MISSING_KEY 1:1'),
  },
  {
    story: 'a subject that the condition sums away',
    files: team({
      [RULE]: read('fixtures/team/rules/queue-stuck.yaml').replaceAll('sum by (job)', 'sum'),
    }),
    expected: ['SPEC_SUBJECT 11:21 Leave job out of the subject, or aggregate by it.'],
  },
  {
    story: 'the same alert in two files',
    files: team({ 'rules/queuestuck.yaml': read('fixtures/team/rules/queue-stuck.yaml') }),
    expected: ['SPEC_DUPLICATE 1:8', 'SPEC_DUPLICATE 8:9'],
  },
  {
    story: 'a log line that any request would leave',
    files: team({
      'logs.yaml':
        "- { service: shop, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, contains: 'done', labels: {}, format: json, max-delay: 5s }",
    }),
    expected: ['SPEC_NO_STAMP 1:112'],
  },
  {
    story: 'a record of several lines that no request makes',
    files: team({
      'logs.yaml':
        "- { service: shop, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, contains: '{stamp}', labels: {}, format: json, max-delay: 5s, multiline: { contains: '{stamp}', lines: 3 } }",
    }),
    expected: ['SPEC_ONE_OF 1:187'],
  },
  {
    story: 'a record of several lines that two requests make',
    files: team({
      'logs.yaml':
        "- { service: shop, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, contains: '{stamp}', labels: {}, format: json, max-delay: 5s, multiline: { trace: path-x, request: { service: shop, method: GET, path: /, expect-status: 400 }, contains: '{stamp}', lines: 3 } }",
    }),
    expected: ['SPEC_ONE_OF 1:184'],
  },
  {
    story: 'a record of several lines that an unknown path makes',
    files: team({
      'logs.yaml':
        "- { service: shop, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, contains: '{stamp}', labels: {}, format: json, max-delay: 5s, multiline: { trace: path-x, contains: '{stamp}', lines: 3 } }",
    }),
    expected: ['SPEC_UNKNOWN_TRACE 1:184 None is known.'],
  },
  {
    story: 'a record of several lines that an unknown service writes',
    files: team({
      'logs.yaml':
        "- { service: shop, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, contains: '{stamp}', labels: {}, format: json, max-delay: 5s, multiline: { request: { service: shopp, method: GET, path: /, expect-status: 400 }, contains: '{stamp}', lines: 3 } }",
    }),
    expected: ['SPEC_UNKNOWN_SERVICE 1:197 Did you mean "shop"?'],
  },
  {
    story: 'a record of several lines that is one line of anybody',
    files: team({
      'logs.yaml':
        "- { service: shop, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, contains: '{stamp}', labels: {}, format: json, max-delay: 5s, multiline: { request: { service: shop, method: GET, path: /, expect-status: 400 }, contains: 'done', lines: 1 } }",
    }),
    expected: ['SPEC_NO_STAMP 1:257', 'SPEC_RANGE 1:272'],
  },
  {
    story: 'a look-ahead, which RE2 has not',
    files: team({
      'traces.yaml':
        "- { id: t, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, tree: { service: shop, kind: server, operation: '(?=x)' }, max-delay: 5s }",
    }),
    expected: ['SPEC_REGEX 1:142'],
  },
  {
    story: 'a span of an unknown service deep in a tree',
    files: team({
      'traces.yaml':
        '- { id: t, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, tree: { service: shop, kind: server, children: [{ service: sohp, kind: client }] }, max-delay: 5s }',
    }),
    expected: ['SPEC_UNKNOWN_SERVICE 1:153 Did you mean "shop"?'],
  },
  {
    story: 'a service that must and must not be in a trace',
    files: team({
      'traces.yaml':
        '- { id: t, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, tree: { service: shop, kind: server }, absent: [shop], max-delay: 5s }',
    }),
    expected: ['SPEC_CONTRADICTION 1:142 Leave it out of absent, or out of the tree.'],
  },
  {
    story: 'a first span that is linked to nothing',
    files: team({
      'traces.yaml':
        '- { id: t, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, tree: { service: shop, kind: server, edge: link }, max-delay: 5s }',
    }),
    expected: ['SPEC_ROOT_EDGE 1:137 The first span hangs below the request itself: leave edge out.'],
  },
  {
    story: 'an attribute that has no name',
    files: team({
      'traces.yaml':
        "- { id: t, because: b, request: { service: shop, method: GET, path: /, expect-status: 200 }, tree: { service: shop, kind: server, attributes: { 'a||b': x } }, max-delay: 5s }",
    }),
    expected: ['SPEC_NAME 1:153'],
  },
  {
    story: 'a body that is no JSON',
    files: team({
      'traces.yaml':
        "- { id: t, because: b, request: { service: shop, method: POST, path: /, body: '{', expect-status: 200 }, tree: { service: shop, kind: server }, max-delay: 5s }",
    }),
    expected: ['SPEC_JSON 1:79'],
  },
  {
    story: 'a file too large to be a specification',
    files: team({ [RULE]: `# ${'x'.repeat(MAX_CHARACTERS)}` }),
    expected: ['SPEC_TOO_LARGE -:- Split it, or remove what is no specification from the folder.'],
  },
  { story: 'brackets nested beyond all depth', files: team({ [RULE]: '['.repeat(20_000) }), expected: ['SPEC_TOO_DEEP -:-'] },
]
for (const { story, files, expected } of whole)
  test(`a specification with ${story} is refused`, () => assert.deepEqual(problemsOf(files), expected))

const RULE_TEXT = read('fixtures/team/rules/queue-stuck.yaml')
const CONDITION = /condition: .*/
/** What was once accepted in silence, in the words of a rule -> code, and what to do. */
const typos: { story: string; text: string; expected: string[] }[] = [
  {
    story: 'a fault in no part',
    text: RULE_TEXT.replace('target: shop', 'target: shopx'),
    expected: ['SPEC_UNKNOWN_PART Did you mean "shop"?'],
  },
  {
    story: 'a parameter that is no choice',
    text: RULE_TEXT.replace('{ id: pause-process, target: shop }', '{ id: kill-process, target: shop, params: { how: kil } }'),
    expected: ['SPEC_PARAM Did you mean "kill"?'],
  },
  {
    story: 'a parameter that the fault has not',
    text: RULE_TEXT.replace('{ id: pause-process, target: shop }', '{ id: kill-process, target: shop, params: { hw: kill } }'),
    expected: ['SPEC_UNKNOWN_PARAM Did you mean "how"?'],
  },
  {
    story: 'a parameter that the scenario has not',
    text: RULE_TEXT.replace('perMinute', 'perMinut'),
    expected: ['SPEC_UNKNOWN_PARAM Did you mean "perMinute"?'],
  },
  {
    story: 'a parameter out of bounds',
    text: RULE_TEXT.replace('perMinute: 6', 'perMinute: 600'),
    expected: ['SPEC_PARAM perMinute: orders a minute.'],
  },
  {
    story: 'a signal that is none',
    text: RULE_TEXT.replace('observes: [shop]', "observes: ['shop:up']"),
    expected: ['SPEC_UNKNOWN_SIGNAL Declare it in platform.yaml: shop, signals.'],
  },
  {
    story: 'a signal of a part that is none',
    text: RULE_TEXT.replace('observes: [shop]', "observes: ['shpo:up']"),
    expected: ['SPEC_UNKNOWN_SIGNAL Did you mean "shop"?'],
  },
  {
    story: 'an effect on no part',
    text: RULE_TEXT.replace('effects: [shop]', 'effects: [shp]'),
    expected: ['SPEC_UNKNOWN_SIGNAL Did you mean "shop"?'],
  },
  {
    story: 'another threshold',
    text: RULE_TEXT.replace('threshold: 30', 'threshold: 31'),
    expected: ['SPEC_DISAGREES Leave threshold out: it is derived from expr.'],
  },
  {
    story: 'another comparator',
    text: RULE_TEXT.replace("comparator: '<', threshold: 30", "comparator: '>', threshold: 30"),
    expected: ['SPEC_DISAGREES Leave comparator out: it is derived from expr.'],
  },
  {
    story: 'another window',
    text: RULE_TEXT.replace('window: 10m', 'window: 5m'),
    expected: ['SPEC_DISAGREES Leave window out: it is derived from expr.'],
  },
  {
    story: 'the value of another metric',
    text: RULE_TEXT.replace("value: 'sum by (job) (increase(orders_taken_total", "value: 'sum by (job) (increase(orders_seen_total"),
    expected: ['SPEC_DISAGREES Leave value out: it is derived from expr.'],
  },
  {
    story: 'a value without its factor',
    text: RULE_TEXT.replace(
      CONDITION,
      "condition: { kind: rate, expr: 'sum by (job) (rate(orders_total[10m])) * 60 < 30', value: 'sum by (job) (rate(orders_total[10m]))' }",
    ),
    expected: ['SPEC_DISAGREES Leave value out: it is derived from expr.'],
  },
  {
    story: 'two comparisons and no word which counts',
    text: RULE_TEXT.replace(CONDITION, "condition: { kind: gauge, expr: 'queue > 5 and queue_age > 3' }"),
    expected: Array.from({ length: 3 }, () => 'SPEC_MISSING_KEY Write expr as VALUE > NUMBER, or give value, comparator, threshold.'),
  },
  {
    story: 'a threshold of neither of two comparisons',
    text: RULE_TEXT.replace(
      CONDITION,
      "condition: { kind: gauge, expr: 'queue > 5 and queue_age > 3', value: queue, comparator: '>', threshold: 3 }",
    ),
    expected: ['SPEC_DISAGREES Leave threshold out: it is derived from expr.'],
  },
  {
    story: 'a value that neither of two comparisons has',
    text: RULE_TEXT.replace(
      CONDITION,
      "condition: { kind: gauge, expr: 'queue > 5 and queue_age > 3', value: queues, comparator: '>', threshold: 5 }",
    ),
    expected: ['SPEC_DISAGREES'],
  },
]
for (const { story, text, expected } of typos)
  test(`a rule with ${story} is refused before anything is touched`, () => {
    assert.notEqual(text, RULE_TEXT)
    const { spec, problems } = parseSpec(team({ [RULE]: text }), known)
    assert.equal(spec, undefined)
    assert.deepEqual(
      problems.map(({ code, next }) => [code, ...(next === undefined ? [] : [next])].join(' ')),
      expected,
    )
    assert.ok(problems.every(({ place }) => place?.line !== undefined && place.column !== undefined && place.length !== undefined))
  })

const derivations: [expr: string, value: string, comparator: string, threshold: number][] = [
  ['queue_state != 1', 'queue_state', '!=', 1],
  ['1 != queue_state', 'queue_state', '!=', 1],
  ['up == 0', 'up', '==', 0],
  ['5 < queue', 'queue', '>', 5],
  ['(queue / (queue_limit > 0)) > 0.8', 'queue / (queue_limit > 0)', '>', 0.8],
  ['sum(rate(a[5m])) >= -1', 'sum(rate(a[5m]))', '>=', -1],
  ['a > 2 or b > 2', 'a\nor\nb', '>', 2],
  ['absent(up{job="a"})', 'absent(up{job="a"})', '==', 1],
  ['absent_over_time(x[5m]) or absent(y)', 'absent_over_time(x[5m])\nor\nabsent(y)', '==', 1],
]
for (const [expr, value, comparator, threshold] of derivations)
  test(`value, comparator and threshold follow from ${expr}`, () => assert.deepEqual(comparisonOf(expr), { value, comparator, threshold }))

test('nothing is derived where a person has to say what counts', () => {
  for (const expr of ['a > 2 or b > 3', 'a > 2 and b > 2', 'a > b', 'a', 'a > bool 2', 'a >'])
    assert.equal(comparisonOf(expr), undefined, expr)
})

test('window and quantile follow from the expression; an explicit window picks one of several ranges', () => {
  const condition = (text: string) =>
    parseSpec(team({ [RULE]: RULE_TEXT.replace(CONDITION, `condition: ${text}`) }), known).spec?.rules[0]?.condition
  const found = condition("{ kind: quantile, expr: 'histogram_quantile(0.9, sum by (job, le) (rate(x_bucket[3m]))) > 1' }")
  assert.deepEqual([found?.windowMs, found?.quantile], [180_000, 0.9])
  const two = "expr: 'sum by (job) (rate(a[3m])) / sum by (job) (rate(b[5m])) > 1'"
  assert.equal(condition(`{ kind: ratio, ${two} }`), undefined)
  assert.equal(condition(`{ kind: ratio, ${two}, window: 5m }`)?.windowMs, 300_000)
  assert.equal(condition(`{ kind: ratio, ${two}, window: 4m }`), undefined)
})

test('a problem is shown with its line and a caret under the whole value', () => {
  const { problems } = parseSpec(team({ [RULE]: read('fixtures/broken-rules/fault-misspelt.yaml') }), known)
  assert.equal(
    formatError(problems[0]!),
    [
      'rules/queue-stuck.yaml:20:36: experiments[0].fire.fault.id: no fault is called "puase-process" [SPEC_UNKNOWN_FAULT]',
      '      fire: { level: 0, fault: { id: puase-process, target: shop } }',
      '                                     ^^^^^^^^^^^^^',
      '  Did you mean "pause-process"?',
    ].join('\n'),
  )
})

test('Windows line ends change no place', () => {
  const text = read('fixtures/broken-rules/fault-misspelt.yaml').replaceAll('\n', '\r\n')
  assert.deepEqual(problemsOf(team({ [RULE]: text })), broken['fault-misspelt'])
})

test("with any part cut out of the project's own specification, the reader returns problems and never throws (1,000 parts: damaged-spec.deep.test.ts)", () => {
  readsDamaged(10)
})

test('what takes turns names experiments that are always drilled, and leaves every rule one', () => {
  const rule = read('fixtures/team/rules/queue-stuck.yaml')
  const [head = '', experiment = ''] = rule.split(/^experiments:\n/m)
  const more = (id: string, turn: string): string =>
    `${experiment.trimEnd().replace(/id: \S+/, `id: ${id}`)}\n    in-turn-with: [${turn}]\n`
  const id = /id: (\S+)/.exec(experiment)?.[1] ?? ''
  const of = (...experiments: string[]): string[] =>
    parseSpec(team({ [RULE]: `${head}experiments:\n${experiments.join('')}` }), known).problems.map(({ message }) => message)
  assert.deepEqual(of(`${experiment.trimEnd()}\n`, more('second', id)), [])
  assert.deepEqual(of(`${experiment.trimEnd()}\n`, more('second', 'fist')), [
    'experiments[1].in-turn-with[0]: no experiment that is always drilled is called "fist"',
  ])
  assert.deepEqual(of(`${experiment.trimEnd()}\n`, more('second', id), more('third', 'second')), [
    'experiments[2].in-turn-with[0]: no experiment that is always drilled is called "second"',
  ])
  assert.deepEqual(of(more('second', id)), [
    'experiments: every experiment takes turns, so most drills would have none of this rule',
    `experiments[0].in-turn-with[0]: no experiment that is always drilled is called "${id}"`,
  ])
})

test('in its turn an experiment leaves the other rules theirs', () => {
  const rule = read('fixtures/team/rules/queue-stuck.yaml')
  const other = rule
    .replaceAll('QueueStuck', 'QueueSlow')
    .replace(/id: \S+/, 'id: queue-slow')
    .trimEnd()
  const id = /id: (\S+)/.exec(rule)?.[1] ?? ''
  const second = rule.split(/^experiments:\n/m)[1] ?? ''
  const turning = `${rule.trimEnd()}\n${second.trimEnd().replace(/id: \S+/, 'id: second')}\n    in-turn-with: [${id}, queue-slow]\n`
  assert.deepEqual(
    parseSpec(team({ [RULE]: turning, 'rules/queue-slow.yaml': `${other}\n` }), known).problems.map(({ message }) => message),
    ['experiments[1].in-turn-with: in its turn no experiment of QueueSlow is left'],
  )
})
