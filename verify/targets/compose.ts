import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { deployedParts } from '../../lab/compose/deployed-parts.ts'
import { readComposeFile } from '../../lab/compose/compose-file.ts'
import { findTool } from '../../lab/tools/tools.ts'
import type { Target, TargetPart } from '../model/target.ts'
import { TOOL_ROOT, toolFile } from '../tool/tool-files.ts'
import { dockerSocket } from './docker-socket.ts'
import { readEnvText } from './env-file.ts'
import { readText } from './read-text.ts'

/**
 * Sets what the .env beside docker-compose.yaml says and `env` does not: the environment wins, as in Docker Compose. COMPOSE_ENV_FILES has
 * other files instead, the last one wins. https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/
 */
export function readComposeEnvironment(env: NodeJS.ProcessEnv, folder = TOOL_ROOT): void {
  const named = (env['COMPOSE_ENV_FILES'] ?? '').split(',').filter((name) => name !== '')
  const found: Record<string, string> = {}
  for (const name of named.length > 0 ? named : ['.env']) {
    const file = resolve(folder, name)
    if (named.length === 0 && !existsSync(file)) return
    Object.assign(
      found,
      readEnvText(readText(file, 'ENV_FILE', 'COMPOSE_ENV_FILES names files, separated by commas.'), file, { ...found, ...env }),
    )
  }
  for (const [name, value] of Object.entries(found)) env[name] ??= value
}

/** The platform as docker-compose.yaml brings it up, with the ports and passwords of its .env; ports else as in .env.example. */
export function composeTarget(env: NodeJS.ProcessEnv): Target {
  readComposeEnvironment(env)
  const at = (name: string, fallback: number): string => `http://127.0.0.1:${env[name] ?? fallback}`
  const socket = dockerSocket(env)
  const file = readComposeFile(toolFile('docker-compose.yaml'), env as Record<string, string>, toolFile('monitoring'))
  const project = env['COMPOSE_PROJECT_NAME'] || file.project
  const named = (service: string): string => file.services[service]?.name ?? `${project}-${service}-1`
  const docker = (service: string): { docker: NonNullable<TargetPart['docker']> } => ({
    docker: { container: named(service), socket, project },
  })
  const receiverPort = Number(env['RECEIVER_PORT'] ?? 9199)
  const heapAgentJar = findTool('heap-agent')
  // Both images start nothing but their JVM.
  const jvm = heapAgentJar === undefined ? {} : { containerJvm: { heapAgentJar, pid: 1 } }
  const environment = (service: string): Record<string, string> => file.services[service]?.environment ?? {}
  const { parts, services, toxiproxy } = deployedParts(env, { docker, jvm, environment })
  return {
    name: 'compose',
    kind: 'compose',
    deliveryProbes: true,
    endpoints: {
      prometheus: at('PROMETHEUS_PORT', 9091),
      alertmanager: at('ALERTMANAGER_PORT', 9095),
      loki: at('LOKI_PORT', 3100),
      jaeger: at('JAEGER_PORT', 16686),
      otlp: at('OTEL_GRPC_PORT', 4317),
      receiver: {
        host: '127.0.0.1',
        port: receiverPort,
        from: { socket, container: named('alertmanager'), url: `http://notification-sink:${receiverPort}` },
      },
      services,
      toxiproxy,
    },
    containers: Object.fromEntries(Object.keys(file.services).map((service) => [service, { socket, container: named(service) }])),
    parts: Object.fromEntries(Object.entries(parts).map(([name, drivers]) => [name, { name, ...drivers }])),
    grafanaDatasources: 'monitoring/grafana/provisioning/datasources/datasources.yml',
    configuration: 'monitoring',
  }
}
