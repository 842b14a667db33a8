/** npm run engine:docker -- up | down [--remove] | status | compose ARGUMENT... */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'
import { composeFileOf, readComposeFile } from '../compose/compose-file.ts'
import { CHECKOUT, surroundings } from '../tools/cache.ts'
import { runCommand } from '../tools/child.ts'
import { createProgress } from '../tools/progress.ts'
import { setup } from '../tools/setup.ts'
import { buildImages } from './build-images.ts'
import { startEngine, stopEngine } from './daemon.ts'
import { runEngineCommand } from './engine-command.ts'
import { engineEnvironment, engineFolder, enginePid } from './engine-folder.ts'
import { LEFT_OUT, toolsOf } from './images.ts'
import { debianRelease, unpackPrograms, type Run } from './engine-programs.ts'
import { demandRights } from './rights.ts'

const folder = engineFolder(process.env)
const platform = readComposeFile(composeFileOf(path.join(CHECKOUT, 'monitoring'), ''), {}, '')
const project = process.env['COMPOSE_PROJECT_NAME'] || platform.project
const interrupted = new AbortController()
const run: Run = (command) => runCommand(command, path.join(folder.root, 'engine.log'), interrupted.signal)
const line = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** What the docker command finds here without any help: its version and where it listens. */
function otherEngine(): string | undefined {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8', timeout: 30_000 })
  if (asked.status === 0) return asked.stdout.trim()
  const { DOCKER_HOST: host = '' } = process.env
  if (host === '') return undefined
  throw new FiredrillError('ENGINE_SILENT', `DOCKER_HOST is ${host}, and no engine answers there`, {
    exitCode: 1,
    next: 'Start it, or unset DOCKER_HOST.',
  })
}

async function up(): Promise<void> {
  const version = otherEngine()
  if (version !== undefined) {
    line(`Docker ${version} is here and is used as it is`)
    return
  }
  const release = debianRelease()
  demandRights('an engine of its own', 'npm run engine:docker -- up')
  line(
    enginePid(folder) === undefined
      ? `no Docker engine is here: one is started in ${folder.root} (7 GB, some 15 minutes the first time)`
      : `the engine in ${folder.root} is up`,
  )
  mkdirSync(folder.root, { recursive: true })
  await setup({ only: toolsOf(), progress: createProgress(process.stderr), signal: interrupted.signal })
  await unpackPrograms(folder, surroundings(), run, line, interrupted.signal)
  await startEngine(folder, process.env, run)
  await buildImages(project, { folder, env: process.env, run, line, release })
  line(`the engine is up; ${LEFT_OUT.service} is left out (${LEFT_OUT.why}), docs/docker.md lists what stands in for which image`)
  line('then: make up. The docker command finds it by:')
  const { DOCKER_HOST, DOCKER_CONFIG, DOCKER_SOCKET } = engineEnvironment(folder, {})
  process.stdout.write(
    `export DOCKER_HOST=${DOCKER_HOST ?? ''} DOCKER_CONFIG=${DOCKER_CONFIG ?? ''} DOCKER_SOCKET=${DOCKER_SOCKET ?? ''} PATH=${folder.bin}:$PATH\n`,
  )
}

async function down(remove: boolean): Promise<void> {
  const stopped = await stopEngine(folder, process.env, run)
  line(stopped ? 'the engine is stopped, its containers are gone, the network is as it was before' : 'no engine of firedrill runs')
  if (!remove) {
    if (existsSync(folder.root)) line(`images and volumes stay in ${folder.root}; --remove deletes them`)
    return
  }
  rmSync(folder.root, { recursive: true, force: true })
  line(`${folder.root} is deleted`)
}

/** docker compose on whichever engine is here. On the one made here nothing can be pulled: nothing is built, and Grafana is left out. */
function compose(args: readonly string[]): number {
  const own = enginePid(folder) !== undefined && (process.env['DOCKER_HOST'] ?? `unix://${folder.socket}`) === `unix://${folder.socket}`
  // Options of docker compose itself come before its command.
  const at = args.indexOf('up')
  const asked = own && at >= 0 ? [...args.slice(0, at), ...ownUp(args.slice(at))] : args
  if (asked.includes('--scale')) line(`${LEFT_OUT.service} is left out: ${LEFT_OUT.why} (docker compose ${asked.join(' ')})`)
  const ran = spawnSync('docker', ['compose', ...asked], {
    cwd: CHECKOUT,
    stdio: 'inherit',
    env: own ? engineEnvironment(folder, process.env) : process.env,
  })
  if (ran.error !== undefined)
    throw new FiredrillError('ENGINE_COMPOSE', `docker compose does not start: ${ran.error.message}`, {
      exitCode: 3,
      next: 'npm run engine:docker -- up',
    })
  return ran.status ?? 130
}

/** With services named, only they and what they need are started. */
function ownUp([up = '', ...args]: readonly string[]): string[] {
  const named = args.some((word) => word in platform.services)
  const rest = args.filter((word) => word !== '--build')
  return [up, '--no-build', '--pull', 'never', ...(named ? [] : ['--scale', `${LEFT_OUT.service}=0`]), ...rest]
}

async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'up':
      await up()
      return 0
    case 'down':
      await down(args.includes('--remove'))
      return 0
    case 'status': {
      const pid = enginePid(folder)
      process.stdout.write(pid === undefined ? 'down\n' : `up: pid ${pid}, ${folder.socket}\n`)
      return pid === undefined ? 3 : 0
    }
    case 'compose':
      return compose(args)
    default:
      process.stderr.write('npm run engine:docker -- up | down [--remove] | status | compose ARGUMENT...\n')
      return 2
  }
}

await runEngineCommand(main, interrupted)
