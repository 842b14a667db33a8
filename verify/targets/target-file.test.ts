import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FiredrillError } from '../model/error.ts'
import { formatError } from '../text/error-text.ts'
import { readTargetFile } from './target-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-target-'))
after(() => {
  rmSync(folder, { recursive: true })
})

const GOOD = `name: staging
endpoints:
  prometheus: http://127.0.0.1:9091
  alertmanager: http://127.0.0.1:9095
  loki: http://127.0.0.1:3100
  jaeger: http://127.0.0.1:16686
  otlp: http://127.0.0.1:4317
  receiver: { port: 9199 }
  services:
    rate-limiter: http://127.0.0.1:8082
parts:
  redis:
    docker: { container: moalog-redis }
`

function write(text: string): string {
  const file = join(folder, 'target.yaml')
  writeFileSync(file, text)
  return file
}

function messageOf(text: string): string {
  try {
    readTargetFile(write(text))
  } catch (error) {
    assert.ok(error instanceof FiredrillError)
    assert.equal(error.exitCode, 2)
    return formatError(error).replaceAll(folder, '')
  }
  return 'no error'
}

test('an environment is read with its defaults', () => {
  const { target, speed } = readTargetFile(write(GOOD))
  assert.equal(speed, 1)
  assert.deepEqual(target.parts['redis'], { name: 'redis', docker: { container: 'moalog-redis', socket: '/var/run/docker.sock' } })
  assert.equal(target.endpoints.receiver.host, '127.0.0.1')
})

test('paths of parts are relative to the target file, and whole: the watchdog and undo work in other folders', () => {
  const { parts } = readTargetFile(
    write(`${GOOD}  shop: { process: { recordFile: run/shop.json } }\n  web: { docker: { container: web, socket: docker.sock } }\n`),
  ).target
  assert.deepEqual(parts['shop'], { name: 'shop', process: { recordFile: join(folder, 'run/shop.json') } })
  assert.deepEqual(parts['web']?.docker, { container: 'web', socket: join(folder, 'docker.sock') })
  assert.equal(parts['redis']?.docker?.socket, '/var/run/docker.sock')
})

test('synthetic alerts are posted only where the file asks for them', () => {
  assert.equal(readTargetFile(write(GOOD)).target.deliveryProbes, undefined)
  assert.equal(readTargetFile(write(`${GOOD}deliveryProbes: true\n`)).target.deliveryProbes, true)
  assert.match(messageOf(`${GOOD}deliveryProbes: maybe\n`), /deliveryProbes: Invalid input/)
})

test('load and faults stay on this machine unless the file says otherwise; what is only asked may be anywhere', () => {
  const asked = GOOD.replace('http://127.0.0.1:9091', 'https://prometheus.example')
  assert.equal(messageOf(asked), 'no error')
  for (const here of ['http://localhost:8082', 'http://127.1.2.3:8082', 'http://[::1]:8082'])
    assert.equal(messageOf(GOOD.replace('http://127.0.0.1:8082', here)), 'no error', here)
  const remote = GOOD.replace('http://127.0.0.1:8082', 'http://10.0.0.7:8082')
  assert.match(
    messageOf(remote),
    /:10:5: endpoints\.services\.rate-limiter: 10\.0\.0\.7 is another machine \[TARGET_ELSEWHERE\]\n.*\n.*\^+\n {2}Load and faults stay on this machine unless .*otherMachines: true/,
  )
  assert.equal(readTargetFile(write(`${remote}otherMachines: true\n`)).target.endpoints.services['rate-limiter'], 'http://10.0.0.7:8082')
  assert.deepEqual(readTargetFile(write(`${remote}otherMachines: true\n`)).target.elsewhere, ['10.0.0.7'])
  assert.equal(readTargetFile(write(asked)).target.elsewhere, undefined)
  const notified = GOOD.replace('http://127.0.0.1:9095', 'https://alertmanager.example')
  assert.equal(readTargetFile(write(notified)).target.elsewhere, undefined)
  assert.deepEqual(readTargetFile(write(`${notified}deliveryProbes: true\n`)).target.elsewhere, ['alertmanager.example'])
  for (const driver of [
    'redis: { host: redis.example, port: 6379 }',
    'mysql: { host: localhost.example, port: 3306, user: u, passwordEnv: P }',
    'toxiproxy: { api: http://192.168.1.2:8474, proxy: redis }',
  ]) {
    assert.match(
      messageOf(GOOD.replace('docker: { container: moalog-redis }', driver)),
      /parts\.redis\.(redis\.host|mysql\.host|toxiproxy\.api): \S+ is another machine \[TARGET_ELSEWHERE\]/,
      driver,
    )
  }
})

test('an unknown key is shown with a caret and the word that was meant', () => {
  assert.match(
    messageOf(GOOD.replace('name: staging', 'name: staging\nparst: {}')),
    /:2:1: parst: .*\[TARGET_INVALID\]\n {2}parst: \{\}\n {2}\^\n {2}Did you mean "parts"\?/,
  )
})

test('a wrong value is shown where it stands', () => {
  assert.match(messageOf(GOOD.replace('http://127.0.0.1:3100', 'nonsense')), /:5:3: endpoints\.loki: Invalid URL/)
  assert.match(messageOf('name: [unclosed'), /TARGET_YAML/)
})

test('a broken line is not shown when it may hold a secret', () => {
  const shown = messageOf('name: x\npassword: "hunter2\n')
  assert.match(shown, /TARGET_YAML/)
  assert.doesNotMatch(shown, /hunter2/)
})

test('a file that is not there says what may be given', () => {
  assert.throws(
    () => readTargetFile(join(folder, 'nowhere.yaml')),
    (error: unknown) => error instanceof FiredrillError && error.code === 'TARGET_UNREADABLE',
  )
})

const SECURED = `name: staging
endpoints:
  prometheus: { url: https://host.example/prometheus/, basicAuth: { user: drill, passwordEnv: PROMETHEUS_PASSWORD }, tls: { caFile: ca.pem, serverName: inner } }
  alertmanager: { url: https://host.example/alertmanager }
  loki:
    url: https://host.example
    bearerTokenEnv: LOKI_TOKEN
    headersEnv: { X-Api-Key: LOKI_KEY }
  jaeger: http://127.0.0.1:16686/jaeger
  otlp: { url: https://host.example:4317, bearerTokenEnv: OTLP_TOKEN, tls: { caFile: /etc/ca.pem } }
  receiver: { port: 9199 }
  services:
    rate-limiter: { url: https://host.example/limiter, headersEnv: { X-Key: KEY } }
    moalog-server: http://127.0.0.1:8090
`

test('an endpoint may have a path before it, and may ask who comes; only the names of variables are kept', () => {
  const { target } = readTargetFile(write(`${SECURED}otherMachines: true\n`))
  assert.deepEqual(target.endpoints, {
    prometheus: 'https://host.example/prometheus/',
    alertmanager: 'https://host.example/alertmanager',
    loki: 'https://host.example',
    jaeger: 'http://127.0.0.1:16686/jaeger',
    otlp: 'https://host.example:4317',
    receiver: { host: '127.0.0.1', port: 9199 },
    services: { 'rate-limiter': 'https://host.example/limiter', 'moalog-server': 'http://127.0.0.1:8090' },
  })
  assert.deepEqual(target.access, {
    prometheus: {
      basicAuth: { user: 'drill', passwordEnv: 'PROMETHEUS_PASSWORD' },
      tls: { caFile: join(folder, 'ca.pem'), serverName: 'inner' },
    },
    loki: { bearerTokenEnv: 'LOKI_TOKEN', headersEnv: { 'X-Api-Key': 'LOKI_KEY' } },
    otlp: { bearerTokenEnv: 'OTLP_TOKEN', tls: { caFile: '/etc/ca.pem' } },
    services: { 'rate-limiter': { headersEnv: { 'X-Key': 'KEY' } } },
  })
})

test('a target without access is what it was', () => {
  assert.equal('access' in readTargetFile(write(GOOD)).target, false)
})

for (const [what, from, to, says] of [
  [
    'a password in a URL',
    'prometheus: http://127.0.0.1:9091',
    'prometheus: http://drill:hunt/er2@127.0.0.1:9091',
    /endpoints\.prometheus: Invalid URL/,
  ],
  [
    'a name and a password in a URL',
    'http://127.0.0.1:3100',
    'http://drill:hunter2@127.0.0.1:3100',
    /:5:3: endpoints\.loki: credentials in a URL .*\n {2}Write loki: \{ url: http:\/\/127\.0\.0\.1:3100, basicAuth: \{ user: drill, passwordEnv: VARIABLE \} \}/,
  ],
  ['a token in a URL', 'http://127.0.0.1:3100', 'http://hunter2@127.0.0.1:3100/?x=hunter3', /basicAuth: \{ user: NAME, /],
  [
    'the same in a mapping',
    'loki: http://127.0.0.1:3100',
    'loki: { url: "http://drill:hunter2@127.0.0.1:3100" }',
    /endpoints\.loki\.url: credentials in a URL/,
  ],
  [
    'the same of a service',
    'rate-limiter: http://',
    'rate-limiter: http://drill:hunter2@',
    /endpoints\.services\.rate-limiter: credentials in a URL .*\n {2}Write rate-limiter: /,
  ],
  [
    'a password in the URL of Toxiproxy',
    'docker: { container: moalog-redis }',
    'toxiproxy: { api: "http://a:hunter2@h", proxy: x }',
    /parts\.redis\.toxiproxy\.api: credentials in a URL/,
  ],
  [
    'a password instead of its variable',
    'loki: http://127.0.0.1:3100',
    'loki: { url: "http://h", basicAuth: { user: u, password: hunter2 } }',
    /endpoints\.loki\.basicAuth\.password: Unrecognized key.*\n {2}Secrets are never written here, .*passwordEnv/,
  ],
  [
    'a header with its value',
    'loki: http://127.0.0.1:3100',
    'loki: { url: "http://h", headers: { X-Key: hunter2 } }',
    /endpoints\.loki\.headers: Unrecognized key.*\n.*headersEnv/,
  ],
  [
    'a token instead of its variable',
    'loki: http://127.0.0.1:3100',
    'loki: { url: "http://h", bearerTokenEnv: hunter2.ey-J }',
    /endpoints\.loki\.bearerTokenEnv: must be the name of an environment variable/,
  ],
  [
    'a password of MySQL',
    'docker: { container: moalog-redis }',
    'mysql: { host: h, port: 1, user: u, password: hunter2 }',
    /parts\.redis\.mysql\.password: Unrecognized key/,
  ],
  [
    'a question in a base address',
    'http://127.0.0.1:3100',
    'http://127.0.0.1:3100/?token=hunter2',
    /endpoints\.loki: a base address has no \? and no #/,
  ],
] as const) {
  test(`${what} is refused, and not shown`, () => {
    assert.ok(GOOD.includes(from))
    const said = messageOf(GOOD.replace(from, to))
    assert.match(said, says)
    assert.doesNotMatch(said, /hunt/)
  })
}

for (const [what, to, says] of [
  [
    'two ways of Authorization',
    'loki: { url: "http://h", bearerTokenEnv: A, basicAuth: { user: u, passwordEnv: B } }',
    /endpoints\.loki: one Authorization at a time/,
  ],
  [
    'two ways of Authorization, one by its header',
    'loki: { url: "http://h", bearerTokenEnv: A, headersEnv: { authorization: B } }',
    /endpoints\.loki: one Authorization at a time/,
  ],
  ['one header twice', 'loki: { url: "http://h", headersEnv: { x-a: A, X-A: B } }', /endpoints\.loki\.headersEnv: X-A is there twice/],
  [
    'a header that the exchange itself sets',
    'loki: { url: "http://h", headersEnv: { Content-Length: A } }',
    /endpoints\.loki\.headersEnv: Content-Length is set by the exchange itself/,
  ],
  ['no header name', 'loki: { url: "http://h", headersEnv: { "a b": A } }', /endpoints\.loki\.headersEnv: "a b" is no name of a header/],
  [
    'a colon in the user',
    'loki: { url: "http://h", basicAuth: { user: "a:b", passwordEnv: A } }',
    /endpoints\.loki\.basicAuth\.user: .*colon/,
  ],
  ['TLS without https', 'loki: { url: "http://h", tls: { serverName: a } }', /endpoints\.loki\.tls: goes with https/],
  ['a mistyped way', 'loki: { url: "http://h", tsl: {} }', /endpoints\.loki\.tsl: [^]*\n {2}Did you mean "tls"\?/],
  ['a number', 'loki: 3100', /endpoints\.loki: Invalid input: expected string, received number/],
] as const) {
  test(`${what} is named with its place`, () => {
    assert.match(messageOf(GOOD.replace('loki: http://127.0.0.1:3100', to)), says)
  })
}

test('gRPC has no path before it and no other server name, and k6 no other server name', () => {
  assert.match(
    messageOf(GOOD.replace('http://127.0.0.1:4317', 'http://127.0.0.1:4317/otlp')),
    /endpoints\.otlp: OTLP over gRPC has no path/,
  )
  assert.equal(messageOf(GOOD.replace('http://127.0.0.1:4317', 'http://127.0.0.1:4317/')), 'no error')
  assert.match(
    messageOf(GOOD.replace('http://127.0.0.1:4317', '{ url: "https://h", tls: { serverName: a } }')),
    /endpoints\.otlp\.tls\.serverName: /,
  )
  assert.match(
    messageOf(GOOD.replace('rate-limiter: http://127.0.0.1:8082', 'rate-limiter: { url: "https://h", tls: { serverName: a } }')),
    /endpoints\.services\.rate-limiter\.tls\.serverName: /,
  )
})

test('broken YAML does not show the line that it breaks at when a secret may be in it', () => {
  assert.doesNotMatch(messageOf(GOOD.replace('loki: http://127.0.0.1:3100', 'loki: { url: "http://h", bearerToken: hunter2')), /hunter2/)
})

test('workloads of a cluster are parts like others, and only where the file allows other machines', () => {
  const cluster = `${GOOD}kubernetes:
  context: staging
  namespace: moalog
  parts:
    redis: { statefulset: redis }
    rate-limiter: { deployment: limiter }
`
  assert.match(messageOf(cluster), /:14:1: kubernetes: the cluster of context staging is another machine \[TARGET_ELSEWHERE\]/)
  const { target } = readTargetFile(write(`${cluster}otherMachines: true\n`))
  const at = { context: 'staging', namespace: 'moalog' }
  assert.deepEqual(target.parts['redis']?.kubernetes, { ...at, kind: 'statefulset', name: 'redis' })
  assert.equal(target.parts['redis']?.docker?.container, 'moalog-redis')
  assert.deepEqual(target.parts['rate-limiter'], { name: 'rate-limiter', kubernetes: { ...at, kind: 'deployment', name: 'limiter' } })
  assert.deepEqual(target.elsewhere, ['the cluster of context staging'])
  assert.deepEqual(target.pods, { ...at, parts: { 'statefulset/redis': 'redis', 'deployment/limiter': 'rate-limiter' } })
  const meshed = readTargetFile(write(`${cluster}  chaosMesh: true\notherMachines: true\n`)).target.parts
  assert.deepEqual([target.parts['redis']?.chaosMesh, meshed['redis']?.chaosMesh, meshed['mysql']?.chaosMesh], [undefined, true, undefined])
  assert.match(messageOf(cluster.replace('context: staging', 'contxt: staging')), /kubernetes\.contxt: .*\n.*\n.*\n.*context/)
  for (const wrong of ['{ daemonset: redis }', '{}', '{ statefulset: redis, deployment: redis }'])
    assert.match(messageOf(cluster.replace('{ statefulset: redis }', wrong)), /:18:\d+: kubernetes\.parts\.redis/, wrong)
})

test('pods that send load reach services at addresses of their own, never at their own loopback', () => {
  const loaded = (load: string): string => `${GOOD}kubernetes:
  context: staging
  namespace: moalog
  load: ${load}
otherMachines: true
`
  const SERVICES = 'services: { rate-limiter: http://rate-limiter:8082 }'
  const { target } = readTargetFile(write(loaded(`{ pods: 4, ${SERVICES} }`)))
  assert.deepEqual(target.parts['redis']?.kubernetes, undefined)
  const { services, ...rest } = target.load ?? assert.fail()
  assert.equal(services['rate-limiter'], 'http://rate-limiter:8082')
  assert.deepEqual(rest, {
    context: 'staging',
    namespace: 'moalog',
    pods: 4,
    image: 'grafana/k6:1.8.1',
    cpu: '250m',
    memory: '256Mi',
    startWithinS: 120,
  })
  assert.match(
    messageOf(loaded('{ pods: 4 }')),
    /:17:3: kubernetes\.load: pods do not reach .* at http:\/\/127\.0\.0\.1.*\n[^]*kubernetes\.load\.services/,
  )
  assert.match(
    messageOf(loaded(`{ pods: 4, ${SERVICES.replace('rate-limiter:', 'rate-limter:')} }`)),
    /endpoints\.services has no rate-limter[^]*rate-limiter/,
  )
  assert.match(messageOf(loaded(`{ pods: 0, ${SERVICES} }`)), /kubernetes\.load\.pods/)
  assert.match(messageOf(loaded(`{ pods: 2, memory: lots, ${SERVICES} }`)), /kubernetes\.load\.memory: a quantity as Kubernetes/)
})

test('a target without Loki, Jaeger and OTLP is one that no log and no trace is promised of', () => {
  const bare = GOOD.split('\n')
    .filter((line) => !/^ +(?:loki|jaeger|otlp):/.test(line))
    .join('\n')
  const { target } = readTargetFile(write(`${bare}background: true\n`))
  assert.deepEqual(
    [target.endpoints.loki, target.endpoints.jaeger, target.endpoints.otlp, target.background],
    [undefined, undefined, undefined, true],
  )
})
