import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { CHECKOUT } from '../tools/cache.ts'
import { NODE_ADDRESS } from './node-files.ts'
import { writeOverlay } from './overlay.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-overlay-'))
after(() => {
  rmSync(folder, { recursive: true })
})
const read = (file: string): unknown => parse(readFileSync(path.join(CHECKOUT, file), 'utf8'))
const BASE = 'examples/kubernetes'

interface Kustomization {
  resources: string[]
  configMapGenerator: { name: string; files: string[]; behavior?: string }[]
}

test('the overlay has the delivered monitoring files with shorter times, in the place of those of the base', () => {
  writeOverlay(folder, path.join(CHECKOUT, BASE), 15)
  const { resources, configMapGenerator } = parse(readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization
  assert.deepEqual(
    resources.map((name) => path.resolve(folder, name)),
    [path.join(CHECKOUT, BASE)],
  )
  const known = ['monitoring/kustomization.yaml', 'deploy/kubernetes/kustomization.yaml'].flatMap((file) =>
    (read(file) as Kustomization).configMapGenerator.flatMap(({ name, files }) => files.map((each) => `${name}/${path.basename(each)}`)),
  )
  const keys = configMapGenerator.flatMap(({ name, files }) => files.map((each) => `${name}/${each}`))
  assert.deepEqual(keys, ['alert-rules/alert-rules.yml', 'alertmanager/alertmanager.yml', 'prometheus/prometheus.yml'])
  for (const key of keys) assert.ok(known.includes(key), key)
  assert.ok(configMapGenerator.every(({ behavior }) => behavior === 'merge'))
  const prometheus = parse(readFileSync(path.join(folder, 'prometheus.yml'), 'utf8')) as { global: { scrape_interval: string } }
  assert.equal(prometheus.global.scrape_interval, '1s')
  assert.match(readFileSync(path.join(folder, 'alert-rules.yml'), 'utf8'), /for: 4s/)
})

test('every name leads to the address of its Service, and a drill uses the same', () => {
  const services = parseAllDocuments(readFileSync(path.join(CHECKOUT, BASE, 'addresses.yaml'), 'utf8')).map(
    (document) => document.toJS() as { metadata: { name: string }; spec: { clusterIP: string } },
  )
  const addresses = new Map(services.map(({ metadata, spec }) => [metadata.name, spec.clusterIP]))
  assert.equal(new Set(addresses.values()).size, addresses.size)
  const [{ value: hosts } = { value: [] }] = read(`${BASE}/hosts.yaml`) as { value: { ip: string; hostnames: string[] }[] }[]
  const named = hosts.flatMap(({ ip, hostnames }) => hostnames.map((name) => [name, ip]))
  assert.deepEqual(named, [
    ...[...addresses].flatMap(([name, ip]) => [
      [name, ip],
      [`${name}.moalog.svc`, ip],
    ]),
    ['notification-sink', NODE_ADDRESS],
  ])
  const { endpoints, parts } = read(`${BASE}/targets/node.yaml`) as {
    endpoints: { prometheus: string; alertmanager: string; receiver: { host: string }; services: Record<string, string> }
    parts: { redis: { redis: { host: string } } }
  }
  assert.equal(new URL(endpoints.prometheus).hostname, addresses.get('prometheus'))
  assert.equal(new URL(endpoints.alertmanager).hostname, addresses.get('alertmanager'))
  assert.equal(endpoints.receiver.host, NODE_ADDRESS)
  for (const [name, url] of Object.entries(endpoints.services)) assert.equal(new URL(url).hostname, addresses.get(name))
  assert.equal(parts.redis.redis.host, addresses.get('redis'))
})

test('its specification promises what that of the whole platform does, of the half that is there', () => {
  const rules = readdirSync(path.join(CHECKOUT, BASE, 'spec/rules'))
  assert.ok(rules.length > 3)
  for (const name of rules) {
    const whole = `verify/spec/rules/${name}`
    assert.ok(existsSync(path.join(CHECKOUT, whole)), whole)
    const promise = (file: string): unknown => {
      const { alert, condition, for: held, labels, annotations } = read(file) as Record<string, unknown>
      return { alert, condition, held, labels, annotations }
    }
    assert.deepEqual(promise(`${BASE}/spec/rules/${name}`), promise(whole))
  }
})
