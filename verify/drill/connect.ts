import { alertmanagerSource } from '../collect/alertmanager-source.ts'
import { prometheusSource } from '../collect/prometheus-source.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Timing } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import { timingFromLoaded } from '../plan/timing.ts'
import type { AlertmanagerSource, PrometheusSource } from '../run/ports.ts'
import { credentialsOf, hideSecrets, type AllCredentials } from '../targets/credentials.ts'
import { requireDockerSockets } from '../targets/docker-socket.ts'
import { secretsOf } from './secrets.ts'
import { messageOf } from '../text/error-text.ts'

/** A target whose credentials are known; nothing of it was asked or touched yet. */
export interface Connected {
  /** With the receiver's secret, where its variable is named. */
  target: Target
  credentials: AllCredentials
  /** Values that must not reach the journal or a span. */
  secrets: string[]
  /** Values that `io` no longer prints. */
  hidden: readonly string[]
  prometheus: PrometheusSource
  alertmanager: AlertmanagerSource
}

/** Throws SECRET_MISSING (exit code 2) or DOCKER_SOCKET (3) before anything is asked. From here on `io` prints no secret. */
export function connect(target: Target, io: CommandIo): Connected {
  const credentials = credentialsOf(target, io.env)
  requireDockerSockets(target, io.env)
  const { receiver } = target.endpoints
  const { receiverPath } = credentials
  return {
    target:
      receiverPath === undefined
        ? target
        : { ...target, endpoints: { ...target.endpoints, receiver: { ...receiver, secret: receiverPath } } },
    credentials,
    secrets: secretsOf(io.env, credentials),
    hidden: hideSecrets(io, secretsOf({}, credentials)),
    prometheus: prometheusSource(target.endpoints.prometheus, credentials.to.prometheus),
    alertmanager: alertmanagerSource(target.endpoints.alertmanager, credentials.to.alertmanager),
  }
}

/** What is promised and could not be looked at is refused before anything is asked. @throws FiredrillError TARGET_LACKS (exit code 2) */
export function requireStores(spec: Pick<Spec, 'traces' | 'logs' | 'outages'>, { name, endpoints }: Target): void {
  const outages = spec.outages ?? []
  const lacks = [
    ...(endpoints.loki === undefined && (spec.logs.length > 0 || outages.some(({ lines }) => lines !== undefined)) ? ['loki'] : []),
    ...(endpoints.jaeger === undefined && (spec.traces.length > 0 || outages.some(({ spans }) => spans !== undefined)) ? ['jaeger'] : []),
  ]
  if (lacks.length > 0)
    throw new FiredrillError(
      'TARGET_LACKS',
      `the specification promises what ${name} cannot be asked for: it has no ${lacks.join(' and no ')}`,
      {
        next: `Give their addresses in the target file: endpoints.${lacks.join(', endpoints.')}. Nothing was touched.`,
      },
    )
}

/** Intervals and waits of the configuration that is loaded. Rejects with TARGET_UNREACHABLE. */
export async function loadedTiming({ prometheus, alertmanager }: Pick<Connected, 'prometheus' | 'alertmanager'>): Promise<Timing> {
  try {
    return timingFromLoaded({
      prometheus: await prometheus.config(),
      flags: await prometheus.flags(),
      alertmanager: (await alertmanager.status()).config,
      groups: await prometheus.rules(),
    })
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    throw new FiredrillError('TARGET_UNREACHABLE', messageOf(error), {
      exitCode: 3,
      next: 'Is the target up, and are its addresses and credentials right? Nothing was touched.',
      cause: error,
    })
  }
}

export async function versionsOf({
  prometheus,
  alertmanager,
}: Pick<Connected, 'prometheus' | 'alertmanager'>): Promise<Record<string, string>> {
  const unknown = (): string => 'unknown'
  return {
    prometheus: await prometheus.buildInfo().catch(unknown),
    alertmanager: await alertmanager.status().then(({ version }) => version, unknown),
  }
}
