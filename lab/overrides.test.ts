import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { FiredrillError } from '../verify/model/error.ts'
import { formatError } from '../verify/text/error-text.ts'
import { replacedTools } from './context.ts'
import { filled, mergedOverrides, parseOverrides, toolsNamed } from './overrides.ts'
import type { Address, PortName } from './parts/part-ports.ts'
import { LAB_PARTS } from './parts/lab-parts.ts'
import { CHECKOUT } from './tools/cache.ts'

const parse = (text: string) => parseOverrides(text, '/srv/drill/lab.yaml', LAB_PARTS)

function complaint(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof FiredrillError) {
      assert.equal(error.exitCode, 2)
      return formatError(error)
    }
    throw error
  }
  return 'no complaint'
}

test('another command line, with its environment, folder and health', () => {
  assert.deepEqual(
    parse(`
parts:
  rate-limiter:
    argv: [java, -jar, build/libs/rate-limiter.jar, 8082]
    cwd: ../rate-limiter
    env: { SPRING_PROFILES_ACTIVE: drill, POOL: 08, OTEL_SERVICE_NAME: null }
    health: http://127.0.0.1:8082/actuator/health
    readyTimeout: 1m30s
`),
    {
      'rate-limiter': {
        kind: 'command',
        argv: ['java', '-jar', 'build/libs/rate-limiter.jar', '8082'],
        cwd: '/srv/rate-limiter',
        env: { SPRING_PROFILES_ACTIVE: 'drill', POOL: '08', OTEL_SERVICE_NAME: null },
        health: { kind: 'http', url: 'http://127.0.0.1:8082/actuator/health' },
        readyTimeoutMs: 90_000,
      },
    },
  )
})

test('one that runs already is not to be harmed unless that is said', () => {
  assert.deepEqual(parse('parts: { redis: { address: "127.0.0.1:6379" } }'), {
    redis: { kind: 'address', addresses: { redis: { host: '127.0.0.1', port: 6379 } }, allowFaults: false },
  })
  assert.deepEqual(parse('parts: { redis: { address: "[::1]:6379", allowFaults: true } }'), {
    redis: { kind: 'address', addresses: { redis: { host: '::1', port: 6379 } }, allowFaults: true },
  })
})

test('another version of a program, which runs with the command line of the lab', () => {
  assert.deepEqual(parse('parts: { prometheus: { tools: { prometheus: prometheus-current } } }'), {
    prometheus: { kind: 'command', env: {}, tools: { prometheus: 'prometheus-current' } },
  })
  assert.match(
    complaint('parts: { prometheus: { tools: { prometheus: prometheus-curent } } }'),
    /unknown tool "prometheus-curent"[^]*prometheus-current/,
  )
  assert.match(complaint('parts: { prometheus: { tools: { promtool: prometheus-current } } }'), /unknown tool "promtool"/)
})

for (const name of readdirSync(path.join(CHECKOUT, 'lab', 'versions')).filter((each) => each.endsWith('.yaml')))
  test(`lab/versions/${name} replaces programs and what they read alone`, () => {
    const file = path.join(CHECKOUT, 'lab', 'versions', name)
    const overrides = Object.values(parseOverrides(readFileSync(file, 'utf8'), file, LAB_PARTS))
    assert.ok(overrides.length > 0)
    for (const override of overrides)
      assert.deepEqual(
        Object.keys(override)
          .sort()
          .filter((key) => key !== 'config'),
        ['env', 'kind', 'tools'],
      )
  })

test('a part that is replaced keeps the version of its program', () => {
  const versions = parse(
    'parts: { prometheus: { tools: { prometheus: prometheus-current } }, alertmanager: { tools: { alertmanager: alertmanager-current } } }',
  )
  const merged = mergedOverrides(versions, parse('parts: { prometheus: { env: { TZ: UTC } }, redis: { address: "127.0.0.1:6379" } }'))
  assert.deepEqual(merged['prometheus'], { kind: 'command', env: { TZ: 'UTC' }, tools: { prometheus: 'prometheus-current' } })
  assert.deepEqual(merged['alertmanager'], versions['alertmanager'])
  assert.equal(merged['redis']?.kind, 'address')
})

test('another configuration is a file beside the one that names it', () => {
  const { promtail } = parse('parts: { promtail: { config: ../filelog.yml } }')
  assert.deepEqual(promtail, { kind: 'command', env: {}, config: '/srv/filelog.yml' })
  assert.match(complaint('parts: { promtail: { config: [] } }'), /config must be a text/)
})

test('a tool is another one only where it is replaced', () => {
  const tools = replacedTools(
    { tool: (id) => `/bin/${id}`, inPlaceOf: (id) => id, toolEnv: (id) => ({ of: id }), toolPrefix: (id) => id },
    { prometheus: 'prometheus-current' },
  )
  assert.equal(tools.tool('prometheus'), '/bin/prometheus-current')
  assert.deepEqual(tools.toolEnv('prometheus'), { of: 'prometheus-current' })
  assert.equal(tools.tool('alertmanager'), '/bin/alertmanager')
  assert.deepEqual([tools.inPlaceOf('prometheus'), tools.inPlaceOf('alertmanager')], ['prometheus-current', 'alertmanager'])
})

test('an empty file replaces nothing', () => {
  assert.deepEqual(parse(''), {})
  assert.deepEqual(parse('parts: {}\n'), {})
})

test('an unknown part is pointed at, with the one that was meant', () => {
  assert.equal(
    complaint('parts:\n  rate-limitr:\n    argv: [x]\n'),
    [
      '/srv/drill/lab.yaml:2:3: unknown part "rate-limitr" [LAB_OVERRIDES]',
      '    rate-limitr:',
      '    ^^^^^^^^^^^',
      '  Did you mean "rate-limiter"?',
    ].join('\n'),
  )
})

test('an argument may be empty, and names tools, ports and the folder of the part', () => {
  const { redis } = parse(
    'parts:\n  redis:\n    argv: ["{tool:redis-server}", --save, "", --port, "{port}", "{x}"]\n    env: { A: "{tool:kafka}:{port:loki}", B: "" }\n',
  )
  assert.ok(redis?.kind === 'command')
  assert.deepEqual(toolsNamed(redis), ['redis-server', 'kafka'])
  const ports = { loki: { host: '127.0.0.1', port: 3100 } } as Record<PortName, Address>
  const fill = (text: string) => filled(text, { dir: '/lab/redis', port: 6382, ports, tool: (id) => `/tools/${id}` })
  assert.deepEqual(redis.argv?.map(fill), ['/tools/redis-server', '--save', '', '--port', '6382', '{x}'])
  assert.deepEqual([fill(redis.env['A'] ?? ''), fill(redis.env['B'] ?? ''), fill('{dir}/x')], ['/tools/kafka:3100', '', '/lab/redis/x'])
})

test('an unknown tool is pointed at, with the one that was meant', () => {
  assert.equal(
    complaint('parts:\n  redis:\n    argv: [java, "-javaagent:{tool:otel-java-agnt}=x"]\n'),
    [
      '/srv/drill/lab.yaml:3:30: unknown tool in {tool:otel-java-agnt} [LAB_OVERRIDES]',
      '      argv: [java, "-javaagent:{tool:otel-java-agnt}=x"]',
      '                               ^^^^^^^^^^^^^^^^^^^^^',
      '  Did you mean "otel-java-agent"?',
    ].join('\n'),
  )
})

const WRONG: [what: string, text: string, expected: RegExp][] = [
  ['a broken file', 'parts: [', /lab\.yaml:1:9: Flow sequence/],
  ['an unknown key', 'parts:\n  redis:\n    agrv: [x]\n', /:3:5: unknown key "agrv"[^]*Did you mean "argv"\?/],
  ['a shell string', 'parts:\n  redis:\n    argv: redis-server --port 1\n', /:3:11: argv is a list.*no shell/],
  ['an empty command line', 'parts:\n  redis:\n    argv: []\n', /:3:11: argv is empty/],
  ['a program that is none', 'parts:\n  redis:\n    argv: [""]\n', /:3:12: the program is an empty text/],
  ['an unknown port', 'parts:\n  redis:\n    env: { A: "{port:lokki}" }\n', /:3:16: unknown port[^]*Did you mean "loki"/],
  ['no address', 'parts:\n  redis:\n    address: localhost\n', /:3:14: "localhost" is no address/],
  ['a port out of range', 'parts:\n  redis:\n    address: "h:70000"\n', /"h:70000" is no address/],
  [
    'a part of several ports',
    'parts:\n  rate-limiter:\n    address: "h:1"\n',
    /rate-limiter listens on 2 ports[^]*address: \{ rate-limiter: "host:port", rjmx-rate-limiter: "host:port" \}/,
  ],
  [
    'a forgotten port',
    'parts:\n  rate-limiter:\n    address: { rate-limiter: "h:1" }\n',
    /rate-limiter has no address for rjmx-rate-limiter/,
  ],
  [
    'both ways at once',
    'parts:\n  redis:\n    address: "h:1"\n    argv: [x]\n',
    /:4:11: redis has an address, so it runs already: argv has no meaning/,
  ],
  ['a leave that needs none', 'parts:\n  redis:\n    argv: [x]\n    allowFaults: true\n', /allowFaults goes with address/],
  [
    'a leave that is no leave',
    'parts:\n  redis:\n    address: "h:1"\n    allowFaults: "yes"\n',
    /:4:18: allowFaults must be true or false/,
  ],
  ['another health check', 'parts:\n  redis:\n    health: redis-cli ping\n', /health is "redis-cli ping"/],
  ['a duration that is none', 'parts:\n  redis:\n    readyTimeout: soon\n', /readyTimeout is no duration/],
  ['a key twice', 'parts:\n  redis: { argv: [x] }\n  redis: { argv: [y] }\n', /:3:3: Map keys must be unique/],
]

for (const [what, text, expected] of WRONG) {
  test(`refused with its place: ${what}`, () => assert.match(complaint(text), expected))
}
