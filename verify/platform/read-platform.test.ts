import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { OWN_PLATFORM } from '../../testing/spec/own-platform.ts'
import { FiredrillError } from '../model/error.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import { formatError } from '../text/error-text.ts'
import { deployedForm, findPlatform, readPlatform } from './read-platform.ts'

const root = mkdtempSync(join(tmpdir(), 'firedrill-platform-'))
after(() => rmSync(root, { recursive: true }))

let made = 0
/** A folder with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  made += 1
  const where = join(root, `shop${made}`)
  mkdirSync(where)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(where, name)), { recursive: true })
    writeFileSync(join(where, name), text)
  }
  return where
}

function read(cwd: string, platform?: string): { platform?: PlatformFolder; said: string; code?: string; exitCode?: number } {
  let said = ''
  const io = { cwd, stderr: (text: string) => (said += text), ...(platform === undefined ? {} : { platform }) }
  try {
    return { platform: readPlatform(io), said }
  } catch (error) {
    assert.ok(error instanceof FiredrillError, String(error))
    return { said: `${said}${formatError(error)}`, code: error.code, exitCode: error.exitCode }
  }
}

test('an empty firedrill.yaml is a platform with every default, found from a folder below', () => {
  const where = folder({ 'firedrill.yaml': '', 'deep/er/x': '', 'targets/staging.yaml': '' })
  const { platform, said } = read(join(where, 'deep/er'))
  assert.equal(said, '')
  assert.deepEqual(platform, {
    file: join(where, 'firedrill.yaml'),
    folder: where,
    name: 'shop1',
    isFound: true,
    specification: join(where, 'spec'),
    monitoring: [join(where, 'monitoring')],
    recordings: join(where, 'recordings'),
    scenarios: join(where, 'scenarios'),
    targets: join(where, 'targets'),
    target: 'staging',
    reports: join(where, 'reports'),
    scripts: platform?.scripts,
  })
  assert.deepEqual(Object.keys(platform?.scripts ?? {}), ['answers', 'requests'])
})

test('every path is relative to firedrill.yaml, and so is what --platform names to the working folder', () => {
  const where = folder({
    'firedrill.yaml':
      'name: shop\nspecification: a/spec\nmonitoring: [prom, am.yml]\ncompose: c.yaml\nreports: out\ninstrumented-by: SHOP_OTEL\nbackground: { scenario: requests, params: { service: web } }\n',
    'a/spec/x': '',
    'prom/x': '',
    'am.yml': '',
    'c.yaml': '',
  })
  for (const named of [where, join(where, 'firedrill.yaml'), join('..', 'shop2')]) {
    const { platform, said } = read(join(root, 'shop1'), named)
    assert.equal(said, '')
    assert.equal(platform?.specification, join(where, 'a/spec'))
    assert.deepEqual(platform?.monitoring, [join(where, 'prom'), join(where, 'am.yml')])
    assert.deepEqual([platform?.compose, platform?.reports, platform?.target], [join(where, 'c.yaml'), join(where, 'out'), undefined])
    assert.deepEqual(platform?.background, { scenario: 'requests', params: { service: 'web' } })
  }
})

test('problems have their place, what was meant, and exit code 2', () => {
  for (const [text, code, pattern] of [
    [
      'naem: shop\n',
      'PLATFORM_UNKNOWN_KEY',
      /firedrill\.yaml:1:1: unknown key "naem".*\n {2}naem: shop\n {2}\^{4}\n {2}Did you mean "name"/s,
    ],
    ['monitoring: monitoring\n', 'PLATFORM_TYPE', /:1:13: monitoring: must be a list, is a text/],
    ['monitoring: [here, nowhere]\n', 'PLATFORM_PATH', /:1:20: monitoring\[1\]: nowhere does not exist/],
    ['specification: ../drill\n', 'PLATFORM_PATH', /:1:16: specification: .*drill does not exist/],
    ['background: { scenario: request }\n', 'PLATFORM_UNKNOWN_SCENARIO', /no scenario is called "request".*Did you mean "requests"/s],
    ['warm-up: { scenario: requests, params: { path: x, service: a } }\n', 'PLATFORM_PARAM', /"x" is not a path that begins with \//],
    ['warm-up: { scenario: requests, params: { service: a, expect: 20x } }\n', 'PLATFORM_PARAM', /"20x" is not statuses such as/],
    ['background: { scenario: requests }\n', 'PLATFORM_MISSING_PARAM', /needs the parameter "service"/],
    ['instrumented-by: A B\n', 'PLATFORM_NAME', /"A B" is no name of a variable/],
    ['[]\n', 'PLATFORM_TYPE', /must be a mapping, is a list/],
    ['name: "a\n', 'PLATFORM_YAML', /firedrill\.yaml:\d+:\d+: /],
  ] as const) {
    const found = read(folder({ 'firedrill.yaml': text, 'here/x': '' }))
    assert.deepEqual([found.code, found.exitCode], [code, 2], `${text}${found.said}`)
    assert.match(found.said, pattern, text)
  }
  assert.match(read(folder({ 'firedrill.yaml': 'a: 1\nb: 2\n' })).said, /unknown key "a".*unknown key "b"/s, 'each of them')
})

test('a scenario of its own has its script and its parameters; one without a script, or with a name that is taken, is refused', () => {
  const checkout = 'checkout:\n  title: Checkouts\n  params:\n    ratePerS: { kind: number, min: 1, max: 9, default: 2, title: rate }\n'
  const files = { 'firedrill.yaml': 'background: { scenario: checkout, params: { ratePerS: 3 } }\n', 'scenarios/scenarios.yaml': checkout }
  const where = folder({ ...files, 'scenarios/checkout.js': '' })
  const { platform, said } = read(where)
  assert.equal(said, '')
  assert.equal(platform?.scripts['checkout']?.script, join(where, 'scenarios/checkout.js'))
  assert.match(read(folder(files)).said, /scenarios\.yaml:2:3: checkout: there is no checkout\.ts and no checkout\.js/)
  assert.match(
    read(folder({ 'firedrill.yaml': '', 'scenarios/scenarios.yaml': 'requests: { title: a, params: {} }\n' })).said,
    /firedrill itself has a scenario of this name/,
  )
  const wrong =
    'a:\n  title: t\n  params:\n    b: { kind: number, title: t, min: 1 }\n    c: { kind: text, title: t, min: 1 }\n    d: { kind: choice, title: t }\n'
  const { said: refused } = read(folder({ 'firedrill.yaml': '', 'scenarios/scenarios.yaml': wrong, 'scenarios/a.ts': '' }))
  for (const pattern of [/a number needs min and max/, /a text has no min/, /a choice needs choices/]) assert.match(refused, pattern)
})

test('what is named and is not there is said; without any firedrill.yaml the checkout has its own', () => {
  assert.deepEqual(read(root, 'nowhere').code, 'PLATFORM_UNREADABLE')
  const { platform } = read(root)
  assert.deepEqual([platform?.isFound, platform?.folder], [false, OWN_PLATFORM.folder])
  assert.equal(findPlatform({ cwd: OWN_PLATFORM.folder })?.isFound, true)
})

test('which form is deployed is said by the variable that the platform names', () => {
  assert.equal(deployedForm({}, { SHOP_OTEL: 'true' }), 'uninstrumented')
  assert.equal(deployedForm({ instrumentedBy: 'SHOP_OTEL' }, { SHOP_OTEL: 'true' }), 'instrumented')
  assert.throws(() => deployedForm({ instrumentedBy: 'SHOP_OTEL' }, { SHOP_OTEL: 'yes' }), { code: 'BAD_SWITCH' })
})
