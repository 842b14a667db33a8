import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Target, TargetPart } from '../verify/model/target.ts'
import { hostPort, javaFrom, partDirectory, secretsFrom } from './context.ts'
import { KNOWN_PARTS } from './parts/lab-parts.ts'
import type { PortName } from './parts/part-ports.ts'
import { PROXIES } from './parts/toxiproxy.ts'
import { CHANNELS, drillChannelUrls } from './relocate/channels.ts'
import type { LabState } from './state.ts'
import { findTool } from './tools/tools.ts'

/**
 * What a drill measures with and recovers by: without these it could tell nothing, so no fault may touch them. The ways of spans and lines
 * (collector, Jaeger, Promtail, Loki) may be harmed: what becomes of the signals meanwhile is promised too.
 */
const INSTRUMENTS = new Set(['prometheus', 'alertmanager', 'toxiproxy'])
const JVM_SERVICES = new Set(['rate-limiter', 'fluxpay-engine'])

/**
 * The lab as a target. Sets the passwords' variables in `env` where they are missing, because a target names variables, never values.
 */
export function labTarget(state: LabState, env: NodeJS.ProcessEnv = process.env): Target {
  provideSecrets(env, state.secrets)
  const url = (name: PortName) => `http://${hostPort(state.addresses[name])}`
  const chosen = new Set(state.parts.map(({ id }) => id))
  return {
    name: 'lab',
    kind: 'lab',
    deliveryProbes: true,
    chatReceivers: chatReceivers(state),
    endpoints: {
      prometheus: url('prometheus'),
      alertmanager: url('alertmanager'),
      loki: url('loki'),
      jaeger: url('jaeger'),
      otlp: url('otel-grpc'),
      receiver: { ...state.addresses.receiver, ...(state.receiverPath === undefined ? {} : { secret: state.receiverPath }) },
      services:
        state.allows === undefined
          ? { 'rate-limiter': url('rate-limiter'), 'fluxpay-engine': url('fluxpay-engine'), 'moalog-server': url('moalog-server') }
          : Object.fromEntries(KNOWN_PARTS.filter(({ id }) => chosen.has(id)).map(({ id, ports: [port] }) => [id, url(port)])),
      ...(chosen.has('toxiproxy') ? { toxiproxy: url('toxiproxy') } : {}),
    },
    parts: {
      ...Object.fromEntries(
        state.parts
          .filter(({ id }) => !INSTRUMENTS.has(id))
          .flatMap(({ id }) => {
            const part = targetPart(state, id, env)
            return part === undefined ? [] : [[id, part]]
          }),
      ),
      ...Object.fromEntries(Object.entries(state.allows ?? {}).map(([name, means]) => [name, { name, ...means }])),
      // No process of its own: the endpoint that the services' agents send to, in front of a collector that stays up.
      ...(chosen.has('toxiproxy') ? { otlp: { name: 'otlp', toxiproxy: throughToxiproxy(state, 'otel-http') } } : {}),
    },
    processRecords: Object.fromEntries(state.parts.flatMap(({ id, recordFile }) => (recordFile === null ? [] : [[id, recordFile]]))),
    grafanaDatasources: path.join(state.monitoringDir, 'grafana', 'provisioning', 'datasources', 'datasources.yml'),
    configuration: state.monitoringDir,
  }
}

/** Of the chat channels that are on, those that send to the drill's receiver; the others send to a real chat. */
function chatReceivers({ labDir, addresses, receiverPath }: LabState): string[] {
  const ours = drillChannelUrls(addresses.receiver, receiverPath)
  return CHANNELS.filter((channel) => {
    const file = path.join(partDirectory(labDir, 'alertmanager'), 'rootfs/run/alertmanager', `${channel}_url`)
    return existsSync(file) && readFileSync(file, 'utf8').trim() === ours[channel]
  })
}

/** Defaults of the lab's passwords, where `env` has none; undoing a fault needs them before a lab is up. */
export function provideSecrets(env: NodeJS.ProcessEnv = process.env, secrets = secretsFrom(env)): void {
  for (const [name, value] of Object.entries(secrets)) {
    if (env[name] === undefined || env[name] === '') env[name] = value as string
  }
}

/** undefined for a part that runs elsewhere and may not be harmed. */
function targetPart(state: LabState, id: string, env: NodeJS.ProcessEnv): TargetPart | undefined {
  const part = KNOWN_PARTS.find((each) => each.id === id)
  const known = state.parts.find((each) => each.id === id)
  const override = state.overrides[id]
  if (part === undefined || known === undefined || (override?.kind === 'address' && !override.allowFaults)) return undefined
  const address = state.addresses[part.ports[0]]
  const heapAgentJar = findTool('heap-agent')
  return {
    name: id,
    ...(known.recordFile === null ? {} : { process: { recordFile: known.recordFile } }),
    ...(id === 'redis' ? { redis: address } : {}),
    ...(id === 'mysql' ? { mysql: { ...address, user: 'root', passwordEnv: 'MYSQL_ROOT_PASSWORD', database: 'moalog' } } : {}),
    ...(JVM_SERVICES.has(id) && known.recordFile !== null && heapAgentJar !== undefined
      ? { jvm: { java: javaFrom(env), heapAgentJar, statusFile: path.join(partDirectory(state.labDir, id), 'heap-agent.status') } }
      : {}),
    ...(id in PROXIES && state.parts.some((each) => each.id === 'toxiproxy')
      ? { toxiproxy: throughToxiproxy(state, id as keyof typeof PROXIES) }
      : {}),
  }
}

function throughToxiproxy(state: LabState, proxy: keyof typeof PROXIES): { api: string; proxy: string } {
  return { api: `http://${hostPort(state.addresses.toxiproxy)}`, proxy }
}
