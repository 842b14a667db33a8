import { existsSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { createChaos, holdForDrill, leftoverNext, type ChaosController } from '../../chaos/controller.ts'
import { compressedConfiguration } from '../../chaos/compressed-configuration.ts'
import { engine, unlessMissing, type ContainerInfo as Info } from '../../chaos/drivers/docker-driver.ts'
import type { Lock } from '../../chaos/socket-lock.ts'
import { engineFolder } from '../../lab/engine/engine-folder.ts'
import { compressed } from '../../lab/monitoring.ts'
import { resendDelayMs } from '../../lab/parts/prometheus.ts'
import { FiredrillError } from '../model/error.ts'
import type { ComposeConfiguration, Target, TargetPart } from '../model/target.ts'
import type { Progress } from '../run/ports.ts'
import { COMPOSE_CONFIGURATION, ledgerFolder } from './ledger-folder.ts'

const NAMES = ['prometheus', 'alertmanager'] as const
/** No compressed drill takes as long. */
const WHOLE_DRILL_MS = 6 * 3_600_000
/** Webhook URLs of Alertmanager that lead to the drill. */
const OF_THE_DRILL = /\/\/notification-sink:\d+\//g
const LABEL = 'com.docker.compose'

/** What Docker says of the two containers whose files hold the times of alerting. */
type Containers = Record<(typeof NAMES)[number], Info>

/**
 * The platform of docker-compose.yaml with the times of its monitoring files divided by `speed`, around `work`: the delivered files are
 * neither changed nor read by another program meanwhile. `work` is given the target as it then is, and the lock of its ledger. Rejects
 * with LEFTOVER when the deployed configuration could not be put back.
 */
export async function inCompressedCompose<T>(
  target: Target,
  speed: number,
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
  progress: Progress,
  work: (target: Target, held: Lock) => Promise<T>,
): Promise<T> {
  const held = await holdForDrill(ledgerFolder(target.name, env))
  try {
    const ledgerDir = ledgerFolder(COMPOSE_CONFIGURATION, env)
    const secret = randomBytes(16).toString('hex')
    const part = await configurationPart(target, speed, env, join(ledgerDir, 'files'), secret)
    const chaos = await createChaos({
      target: { ...target, name: COMPOSE_CONFIGURATION, parts: { monitoring: part } },
      ledgerDir,
      registry: [compressedConfiguration],
    })
    try {
      signal.throwIfAborted()
      progress.line(`compose: deploying monitoring files with durations divided by ${speed}`)
      await chaos.inject({ id: 'compressed-configuration', target: 'monitoring', params: {} }, `speed ${speed}`, WHOLE_DRILL_MS)
      return await work(heardBySecret(target, part, secret), held)
    } finally {
      progress.line('compose: deploying the delivered monitoring files again')
      await putBack(chaos, target.name)
    }
  } finally {
    await held.release()
  }
}

async function putBack(chaos: ChaosController, target: string): Promise<void> {
  const { notUndone } = await chaos.undoAll()
  await chaos.close()
  if (notUndone.length === 0) return
  throw new FiredrillError('LEFTOVER', `the delivered monitoring files could not be deployed again: ${notUndone.join(', ')}`, {
    exitCode: 3,
    next: leftoverNext(target),
  })
}

/** Where the deployed configuration posts below the secret, the receiver hears nothing else. */
function heardBySecret(target: Target, { composeConfiguration }: TargetPart, secret: string): Target {
  const { receiver } = target.endpoints
  if (receiver.from === undefined || !Object.values(composeConfiguration?.texts ?? {}).some((text) => text.includes(`/${secret}/`)))
    return target
  const from = { ...receiver.from, url: `${receiver.from.url}/${secret}` }
  return { ...target, endpoints: { ...target.endpoints, receiver: { ...receiver, secret, from } } }
}

async function configurationPart(
  target: Target,
  speed: number,
  env: NodeJS.ProcessEnv,
  folder: string,
  secret: string,
): Promise<TargetPart> {
  const containers = {} as Containers
  let socket = ''
  for (const name of NAMES) {
    const place = target.containers?.[name]
    if (place === undefined) throw cannot(`docker-compose.yaml has no service ${name}`)
    socket = place.socket
    const info = await (await engine(socket)).getContainer(place.container).inspect().catch(unlessMissing)
    if (info === null) throw cannot(`there is no container ${place.container}`, 'make up')
    containers[name] = info
  }
  return {
    name: 'monitoring',
    composeConfiguration: configurationOf(containers, speed, { socket, folder, ...dockerCommand(socket, env) }, secret),
  }
}

/** The engine of `npm run engine:docker` has its own docker command beside it. */
function dockerCommand(socket: string, env: NodeJS.ProcessEnv): { program: string; config?: string } {
  const own = engineFolder(env)
  return socket === own.socket ? { program: join(own.bin, 'docker'), config: own.config } : { program: 'docker' }
}

/** Which compressed files go into which container, by what Docker has mounted there, and how Docker Compose is called for it. */
export function configurationOf(
  containers: Containers,
  speed: number,
  place: Pick<ComposeConfiguration, 'socket' | 'folder' | 'program' | 'config'>,
  secret: string,
): ComposeConfiguration {
  const texts: Record<string, string> = {}
  const memories: string[] = []
  const services: Record<string, object> = {}
  for (const name of NAMES) {
    const info = containers[name]
    const found = configurationFiles(info)
    if (found.length === 0)
      throw cannot(`container ${plainName(info)} has no file of its configuration mounted, so none can be mounted in its place`)
    const volumes = found.map(({ Source, Destination }) => {
      const file = `${name}-${basename(Destination)}`
      const text = compressed(kindOf(name, Destination, info), textOf(Source), speed, Source)
      texts[file] = name === 'alertmanager' ? text.replaceAll(OF_THE_DRILL, `$&${secret}/`) : text
      return { type: 'bind', source: join(place.folder, file), target: Destination, read_only: true }
    })
    // What an earlier drill, or the deployed configuration, notified of is another one's memory: Alertmanager notifies of an alert that was
    // firing when it was stopped only after repeat_interval (https://github.com/prometheus/alertmanager/blob/v0.27.0/notify/notify.go#L651).
    const own = (name === 'alertmanager' ? info.Mounts : [])
      .filter(({ Type }) => Type === 'volume')
      .map(({ Destination }) => ({ folder: `${name}-${basename(Destination)}`, target: Destination }))
    memories.push(...own.map(({ folder }) => folder))
    services[label(info, 'service')] = {
      volumes: [...volumes, ...own.map(({ folder, target }) => ({ type: 'bind', source: join(place.folder, folder), target }))],
      ...(name === 'prometheus' ? { command: prometheusCommand(info.Config.Cmd, speed) } : {}),
    }
  }
  const prometheus = containers.prometheus
  const list = (name: string): string[] => (prometheus.Config.Labels[`${LABEL}.${name}`] ?? '').split(',').filter(Boolean)
  return {
    ...place,
    project: label(prometheus, 'project'),
    directory: label(prometheus, 'project.working_dir'),
    files: list('project.config_files'),
    envFiles: list('project.environment_file'),
    containers: NAMES.map((name) => ({
      service: label(containers[name], 'service'),
      container: plainName(containers[name]),
      hash: label(containers[name], 'config-hash'),
    })),
    texts,
    memories,
    // JSON is YAML; Docker Compose replaces variables in it: https://docs.docker.com/reference/compose-file/interpolation/
    override: JSON.stringify({ services }, undefined, 2).replaceAll('$', '$$$$'),
  }
}

function configurationFiles({ Mounts }: Info): Info['Mounts'] {
  return Mounts.filter(({ Type, Destination }) => Type === 'bind' && /\.ya?ml$/.test(Destination))
}

function kindOf(name: (typeof NAMES)[number], file: string, { Config }: Info): 'prometheus' | 'alertRules' | 'alertmanager' {
  if (name === 'alertmanager') return name
  return Config.Cmd.some((word) => word.replace(/^--config\.file=/, '') === file) ? 'prometheus' : 'alertRules'
}

/** Divided as in the lab; a delay that was given stays the one that is divided. */
function prometheusCommand(command: readonly string[], speed: number): string[] {
  const flag = '--rules.alert.resend-delay='
  if (command.some((word) => word.startsWith(flag.slice(0, -1)))) return [...command]
  return [...command, `${flag}${resendDelayMs(speed)}ms`]
}

function textOf(source: string): string {
  if (!existsSync(source)) throw cannot(`${source}, which is mounted there, is not on this machine`)
  return readFileSync(source, 'utf8')
}

function label(info: Info, name: string): string {
  const value = info.Config.Labels[`${LABEL}.${name}`]
  if (value === undefined) throw cannot(`container ${plainName(info)} was not made by Docker Compose: it has no label ${LABEL}.${name}`)
  return value
}

function plainName({ Name }: Info): string {
  return Name.replace(/^\//, '')
}

function cannot(message: string, next = 'Drill it in real time: leave out --speed. Nothing was touched.'): FiredrillError {
  return new FiredrillError('COMPOSE_COMPRESS', message, { exitCode: 3, next })
}
