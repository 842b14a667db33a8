import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mountedFiles, partContext } from '../context.ts'
import type { Tools } from '../context.ts'
import { LAB_PARTS } from '../parts/lab-parts.ts'
import { PORT_NAMES, PORTS } from '../parts/part-ports.ts'
import type { Address, PortName } from '../parts/part-ports.ts'
import { readComposeFile } from './compose-file.ts'
import type { ComposeFile, Container } from './compose-file.ts'
import { DIFFERENCES } from './differences.ts'
import type { Difference } from './differences.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VARIABLES = { MYSQL_PASSWORD: 'app', MYSQL_ROOT_PASSWORD: 'dba', POSTGRES_PASSWORD: 'pay', ACTUATOR_PASSWORD: 'act' }
const DELIVERED = readComposeFile(`${ROOT}docker-compose.yaml`, VARIABLES, `${ROOT}monitoring`)
const ADDRESSES = Object.fromEntries(PORT_NAMES.map((name) => [name, { host: '127.0.0.1', port: PORTS[name].port }])) as Record<
  PortName,
  Address
>
const TOOLS: Tools = { tool: (id) => `{${id}}`, inPlaceOf: (id) => id, toolEnv: () => ({}), toolPrefix: () => '' }

function contextOf(compose: ComposeFile, part: (typeof LAB_PARTS)[number]) {
  const lab = {
    labDir: '/lab',
    env: { JAVA_HOME: '/jdk', ...process.env },
    addresses: ADDRESSES,
    secrets: VARIABLES,
    speed: 1,
    compose,
    unprivileged: undefined,
  }
  return partContext(lab, part, new AbortController().signal, TOOLS)
}

/** What the lab would start of a part, and the files that it would write. */
function launched(compose: ComposeFile, part: (typeof LAB_PARTS)[number]): string {
  const context = contextOf(compose, part)
  const { argv, env, health } = part.launch(context)
  return JSON.stringify({ argv, env, health, files: { ...mountedFiles(context), ...part.files?.(context) } })
}

const used = new Set<Difference>()
function covered(part: string, kind: 'adds' | 'sets' | 'leaves', text: string): boolean {
  const rows = DIFFERENCES.filter((row) => row.parts?.includes(part) !== false && row[kind]?.test(text) === true)
  for (const row of rows) used.add(row)
  return rows.length > 0
}

function changed(service: string, change: (container: Container) => Container): ComposeFile {
  const container = DELIVERED.services[service]
  assert.ok(container)
  return { ...DELIVERED, services: { ...DELIVERED.services, [service]: change(structuredClone(container)) } }
}

/** Another value of the same kind. */
const other = (text: string) => (/\d$/.test(text) ? text.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)) : `${text}x`)
const BEFORE = new Map(LAB_PARTS.map((part) => [part, launched(DELIVERED, part)]))
/** Most changes of a service have their effect in its own part, which is asked first. */
function hasEffect(service: string, change: (container: Container) => Container): boolean {
  const compose = changed(service, change)
  const ownFirst = [...LAB_PARTS].sort((a, b) => Number(b.id === service) - Number(a.id === service))
  return ownFirst.some((part) => launched(compose, part) !== BEFORE.get(part))
}
const services = LAB_PARTS.map(({ id }) => DELIVERED.services[id]).filter((service) => service !== undefined)

test('each word of a command, each variable and each mount of a service has an effect in the lab, or is in the table', () => {
  const idle = services.flatMap((service) => {
    const words = (key: 'entrypoint' | 'command') =>
      service[key].flatMap((word, index) =>
        hasEffect(service.id, (each) => ({ ...each, [key]: each[key].map((old, at) => (at === index ? other(old) : old)) })) ? [] : [word],
      )
    const variables = Object.entries(service.environment).flatMap(([name, value]) =>
      hasEffect(service.id, (each) => ({ ...each, environment: { ...each.environment, [name]: other(value) } })) ? [] : [name],
    )
    const mounts = service.mounts.flatMap(({ target }) =>
      hasEffect(service.id, (each) => ({ ...each, mounts: each.mounts.filter((mount) => mount.target !== target) })) ? [] : [target],
    )
    return [...words('entrypoint'), ...words('command'), ...variables, ...mounts]
      .filter((what) => !covered(service.id, 'leaves', what))
      .map((what) => `${service.id}: ${what}`)
  })
  assert.deepEqual(idle, [])
})

test('each word and variable of a process in the lab is from the compose file, or in the table', () => {
  const added = LAB_PARTS.flatMap((part) => {
    const context = contextOf(DELIVERED, part)
    const { argv, env } = part.launch(context)
    const heap = (context.environment['KAFKA_HEAP_OPTS'] ?? '').split(' ')
    const words = argv
      .filter((word) => ![...context.command, ...heap].includes(word))
      .map((word) => (word === context.java ? '/java' : word.replace(context.dir, '{dir}')))
      .filter((word) => !jmxWord(word, context.container) && !covered(part.id, 'adds', word))
    const variables = Object.keys(env).filter((name) => env[name] !== context.environment[name] && !covered(part.id, 'sets', name))
    return [...words, ...variables].map((what) => `${part.id}: ${what}`)
  })
  assert.deepEqual(added, [])
})

/** `-javaagent:JAR=9404:FILE` of the compose file, listening on loopback. */
function jmxWord(word: string, { command }: Container): boolean {
  return /=127\.0\.0\.1:\d+:/.test(word) && command.some((each) => each.startsWith('-javaagent:') && /=\d+:/.test(each))
}

/** Keys of a service that the lab reads. */
const READ_KEYS = 'container_name entrypoint command environment volumes configs secrets tmpfs mem_limit deploy'.split(' ')

test('each key of a service is read, or in the table', () => {
  const unread = services.flatMap(({ id, keys }) =>
    keys.filter((key) => !READ_KEYS.includes(key) && !covered(id, 'leaves', key)).map((key) => `${id}: ${key}`),
  )
  assert.deepEqual(unread, [])
})

test('each row of the table is needed, and names parts of the lab', () => {
  const environment = DIFFERENCES.find(({ sets }) => sets?.test('HOME') === true)
  const idle = DIFFERENCES.filter((row) => (row.adds ?? row.sets ?? row.leaves) !== undefined && !used.has(row) && row !== environment)
  assert.deepEqual(idle, [])
  for (const part of DIFFERENCES.flatMap(({ parts = [] }) => parts)) assert.ok(part in DELIVERED.services, part)
})

test('a jar that a JVM is asked to load and that nothing puts into its container is named before anything is started', () => {
  const lacking = (service: string, change: (container: Container) => Container): string[] => {
    const compose = changed(service, change)
    return LAB_PARTS.flatMap((part) => part.lacks?.(contextOf(compose, part)) ?? [])
  }
  assert.deepEqual(
    lacking('rate-limiter', (each) => each),
    [],
  )
  const agent = '/otel/opentelemetry-javaagent.jar'
  const elsewhere = { JAVA_TOOL_OPTIONS: '-javaagent:/otel/agent.jar' }
  assert.deepEqual(
    lacking('rate-limiter', (each) => ({ ...each, environment: { ...each.environment, ...elsewhere } })),
    ['/otel/agent.jar'],
  )
  assert.deepEqual(
    lacking('otel-agent-init', (each) => ({ ...each, command: each.command.map((word) => (word === agent ? '/otel/agent.jar' : word)) })),
    [agent, agent],
  )
  assert.deepEqual(
    lacking('fluxpay-engine', (each) => ({ ...each, command: each.command.map((word) => word.replace('/app/service', '/app/other')) })),
    ['/app/other.jar'],
  )
})
