import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { composeTarget, readComposeEnvironment } from './compose.ts'
import { dockerSocket, requireDockerSockets } from './docker-socket.ts'

const folder = mkdtempSync(join(tmpdir(), 'firedrill-compose-'))
after(() => {
  rmSync(folder, { recursive: true })
})

test('the .env beside docker-compose.yaml gives what the environment does not', () => {
  writeFileSync(join(folder, '.env'), "# passwords\nMYSQL_ROOT_PASSWORD='a $b # c'\nREDIS_PORT=7000\n")
  const env: NodeJS.ProcessEnv = { REDIS_PORT: '8000' }
  readComposeEnvironment(env, folder)
  assert.deepEqual(env, { REDIS_PORT: '8000', MYSQL_ROOT_PASSWORD: 'a $b # c' })
  readComposeEnvironment(env, join(folder, 'elsewhere'))
})

test('COMPOSE_ENV_FILES names other files instead of .env, and the last one wins', () => {
  writeFileSync(join(folder, 'a.env'), 'REDIS_PORT=1\nMYSQL_PORT=1\n')
  writeFileSync(join(folder, 'b.env'), 'REDIS_PORT=2${MYSQL_PORT}\n')
  const env: NodeJS.ProcessEnv = { COMPOSE_ENV_FILES: 'a.env,b.env' }
  readComposeEnvironment(env, folder)
  assert.deepEqual([env['REDIS_PORT'], env['MYSQL_PORT'], env['MYSQL_ROOT_PASSWORD']], ['21', '1', undefined])
  assert.throws(
    () => {
      readComposeEnvironment({ COMPOSE_ENV_FILES: 'c.env' }, folder)
    },
    { code: 'ENV_FILE', place: { file: join(folder, 'c.env') } },
  )
})

test('containers are named as Docker Compose names them: container_name, else project, service and number', () => {
  const named = (env: NodeJS.ProcessEnv): (string | undefined)[] => {
    const { parts } = composeTarget({ HOME: folder, ...env })
    return [parts['redis']?.docker?.container, parts['loki']?.docker?.container, parts['loki']?.docker?.project]
  }
  assert.deepEqual(named({}), ['moalog-redis', 'moalog-loki-1', 'moalog'])
  assert.deepEqual(named({ COMPOSE_PROJECT_NAME: 'shop' }), ['moalog-redis', 'shop-loki-1', 'shop'])
})

test("the agents' endpoint can be closed where .env leads them through Toxiproxy, and nowhere else", () => {
  const otlp = (env: NodeJS.ProcessEnv) => composeTarget({ HOME: folder, ...env }).parts['otlp']
  assert.equal(otlp({}), undefined)
  assert.equal(otlp({ AGENT_OTLP_ENDPOINT: 'http://elsewhere:14318' }), undefined)
  assert.deepEqual(otlp({ AGENT_OTLP_ENDPOINT: 'http://toxiproxy:14318', TOXIPROXY_PORT: '8475' }), {
    name: 'otlp',
    toxiproxy: { api: 'http://127.0.0.1:8475', proxy: 'otel-http' },
  })
})

test('the receiver listens on loopback, and where the container that notifies reaches this machine, never on every address', () => {
  const { receiver } = composeTarget({ HOME: folder, RECEIVER_PORT: '9200' }).endpoints
  const from = { socket: '/var/run/docker.sock', container: 'moalog-alertmanager-1', url: 'http://notification-sink:9200' }
  assert.deepEqual(receiver, { host: '127.0.0.1', port: 9200, from })
})

test('the engine is where docker looks for it: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default', () => {
  const config = join(folder, 'docker')
  const meta = join(config, 'contexts', 'meta', createHash('sha256').update('desktop').digest('hex'))
  mkdirSync(meta, { recursive: true })
  writeFileSync(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: 'desktop', Endpoints: { docker: { Host: 'unix:///home/me/docker.sock' } } }),
  )
  // An engine of `npm run engine:docker` may run on this machine.
  const env = { DOCKER_CONFIG: config, FIREDRILL_ENGINE_DIR: join(folder, 'no-engine') }
  assert.equal(dockerSocket(env), '/var/run/docker.sock')
  assert.equal(dockerSocket({ ...env, DOCKER_CONTEXT: 'desktop' }), '/home/me/docker.sock')
  writeFileSync(join(config, 'config.json'), '{"currentContext": "desktop"}')
  assert.equal(dockerSocket(env), '/home/me/docker.sock')
  assert.equal(dockerSocket({ ...env, DOCKER_CONTEXT: 'default' }), '/var/run/docker.sock')
  assert.equal(dockerSocket({ ...env, DOCKER_HOST: 'unix:///other.sock' }), '/other.sock')
  assert.throws(() => dockerSocket({ ...env, DOCKER_HOST: 'tcp://10.0.0.1:2375' }), { code: 'DOCKER_HOST', message: /tcp:\/\/10\.0\.0\.1/ })
  assert.throws(() => dockerSocket({ ...env, DOCKER_CONTEXT: 'nowhere' }), { code: 'DOCKER_HOST', message: /"nowhere" names no engine/ })
  const made = { DOCKER_CONFIG: join(folder, 'no-docker'), FIREDRILL_ENGINE_DIR: folder }
  const nowhere = join(folder, 'nowhere.sock')
  assert.equal(dockerSocket(made, nowhere), nowhere)
  writeFileSync(join(folder, 'docker.sock'), '')
  assert.equal(dockerSocket(made, nowhere), join(folder, 'docker.sock'), 'the engine of npm run engine:docker, where there is no other')
  assert.equal(dockerSocket(made, join(folder, '.env')), join(folder, '.env'))
  assert.throws(() => dockerSocket({ DOCKER_HOST: 'ssh://me@build' }), { code: 'DOCKER_HOST', message: /ssh:\/\/me@build/ })
  writeFileSync(join(config, 'config.json'), '{')
  assert.throws(() => dockerSocket(env), { code: 'DOCKER_HOST', message: /JSON/ })
})

test('without a socket the error says where else an engine listens: rootless Docker, Docker Desktop', () => {
  const runtime = join(folder, 'run')
  const parts = { redis: { name: 'redis', docker: { container: 'moalog-redis', socket: join(folder, 'none.sock') } } }
  const check = (env: NodeJS.ProcessEnv) => (): void => {
    requireDockerSockets({ parts }, env)
  }
  const code = 'DOCKER_SOCKET'
  assert.throws(check({ HOME: folder }), { code, exitCode: 3, message: /none\.sock/, next: /Is the engine running\? `make up`/ })
  mkdirSync(runtime)
  writeFileSync(join(runtime, 'docker.sock'), '')
  assert.throws(check({ HOME: folder, XDG_RUNTIME_DIR: runtime }), { code, next: new RegExp(`DOCKER_HOST=unix://${runtime}/docker.sock`) })
  mkdirSync(join(folder, '.docker', 'desktop'), { recursive: true })
  writeFileSync(join(folder, '.docker', 'desktop', 'docker.sock'), '')
  assert.throws(check({ HOME: folder }), { code, next: /DOCKER_HOST=unix:\/\/.*desktop\/docker\.sock/ })
  parts.redis.docker.socket = join(runtime, 'docker.sock')
  check({})()
})
