import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FiredrillError, formatError } from '../model/error.ts'
import { readTargetFile } from './target-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-target-'))
after(() => { rmSync(folder, { recursive: true }) })

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

test('synthetic alerts are posted only where the file asks for them', () => {
  assert.equal(readTargetFile(write(GOOD)).target.deliveryProbes, undefined)
  assert.equal(readTargetFile(write(`${GOOD}deliveryProbes: true\n`)).target.deliveryProbes, true)
  assert.match(messageOf(`${GOOD}deliveryProbes: maybe\n`), /deliveryProbes: Invalid input/)
})

test('an unknown key is shown with a caret and the word that was meant', () => {
  assert.match(messageOf(GOOD.replace('name: staging', 'name: staging\nparst: {}')), /:2:1: parst: .*\[TARGET_INVALID\]\n {2}parst: \{\}\n {2}\^\n {2}Did you mean "parts"\?/)
})

test('a wrong value is shown where it stands', () => {
  assert.match(messageOf(GOOD.replace('http://127.0.0.1:3100', 'nonsense')), /:5:3: endpoints\.loki: Invalid URL/)
  assert.match(messageOf('name: [unclosed'), /TARGET_YAML/)
})

test('a file that is not there says what may be given', () => {
  assert.throws(() => readTargetFile(join(folder, 'nowhere.yaml')), (error: unknown) => error instanceof FiredrillError && error.code === 'TARGET_UNREADABLE')
})
