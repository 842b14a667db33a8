import type { ServiceSpec, Spec } from '../model/spec.ts'
import type { LintInput } from './lint-check.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { Workload } from '../config/deployment/workloads.ts'

/** Services promised to be instrumented by the agent, with the container that runs them; containers are those of compose or Kubernetes. */
export function agentServices(input: Pick<LintInput, 'config' | 'spec'>): { service: ServiceSpec; workload: Workload }[] {
  return withWorkload(input, (service) => service.tracing === 'agent')
}

export function withWorkload(
  { spec, config }: { spec: Spec; config: LintInput['config'] },
  wanted: (service: ServiceSpec) => boolean,
): { service: ServiceSpec; workload: Workload }[] {
  return spec.platform.services.filter(wanted).flatMap((service) => {
    const workload =
      config.workloads.find((candidate) => candidate.name === service.name) ??
      config.workloads.find((candidate) => candidate.container === service.container)
    return workload === undefined ? [] : [{ service, workload }]
  })
}

/** A setting of the Java agent: environment variable, or -D in JAVA_TOOL_OPTIONS and the arguments (which wins). */
export function agentSetting(workload: Workload, name: string): { value: string; at: Cursor } | undefined {
  const property = name.toLowerCase().replaceAll('_', '.')
  const options = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS'].flatMap((key) => workload.env.get(key) ?? [])
  for (const { value, at } of [...workload.args, ...options]) {
    const match = new RegExp(`-D${property.replaceAll('.', '\\.')}=("[^"]*"|\\S+)`).exec(value)
    if (match !== null) return { value: (match[1] ?? '').replace(/^"(.*)"$/, '$1'), at }
  }
  return workload.env.get(name)
}

/** Path of the agent's jar, or undefined when no agent is attached. */
export function agentJar(workload: Workload): { jar: string; at: Cursor } | undefined {
  const places = [
    ...['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS', '_JAVA_OPTIONS'].flatMap((key) => workload.env.get(key) ?? []),
    ...workload.args,
  ]
  for (const { value, at } of places) {
    for (const match of value.matchAll(/-javaagent:([^\s=]+)/g))
      if (/opentelemetry|otel/i.test(match[1] ?? '')) return { jar: match[1] ?? '', at }
  }
  return undefined
}

export const PORTS = { grpc: '4317', 'http/protobuf': '4318' } as const

/** Of a component or a pipeline of the collector: otlp of otlp/jaeger. */
export function typeOf(name: string): string {
  return name.split('/')[0] ?? ''
}

/** The components that a collector's pipelines of traces name. */
export function usedForTraces(collector: Cursor, kind: 'receivers' | 'processors' | 'exporters'): string[] {
  return collector.pairs('service', 'pipelines').flatMap(([name, pipeline]) => (typeOf(name) === 'traces' ? pipeline.strings(kind) : []))
}

/** The OTLP receivers of the collectors: protocol -> port; '' where a variable that is not known here says which. */
export function receiverPorts(collector: Cursor): { protocol: 'grpc' | 'http/protobuf'; port: string; at: Cursor }[] {
  const found: { protocol: 'grpc' | 'http/protobuf'; port: string; at: Cursor }[] = []
  for (const [name, receiver] of collector.pairs('receivers')) {
    if (typeOf(name) !== 'otlp') continue
    for (const [key, at] of receiver.pairs('protocols')) {
      const protocol = key === 'grpc' ? ('grpc' as const) : ('http/protobuf' as const)
      const endpoint = at.string('endpoint')
      found.push({ protocol, port: endpoint?.includes('${') === true ? '' : (endpoint?.split(':').at(-1) ?? PORTS[protocol]), at })
    }
  }
  return found
}

export function hostPort(url: string): { scheme: string; host: string; port: string; path: string } {
  // gRPC names its resolver before the address: dns:///jaeger:4317.
  const match = /^(?:(?:dns|passthrough):\/\/\/)?(?:([a-z]+):\/\/)?([^/:]+)?(?::(\d+))?(\/.*)?$/i.exec(url)
  return { scheme: match?.[1] ?? '', host: match?.[2] ?? '', port: match?.[3] ?? '', path: match?.[4] ?? '' }
}

/** ${env:NAME:-default} of a collector's file, with NAME unset. */
export function withDefaults(text: string): string {
  return text.replace(/\$\{(?:env:)?\w+:-([^}]*)\}/g, '$1')
}

/** Names under which a container can be reached: the first part of a cluster address counts. */
export function knownHosts(workloads: Workload[], image: RegExp): string[] {
  return workloads
    .filter((workload) => image.test(workload.image) || image.test(workload.name))
    .flatMap((workload) => [workload.name, workload.container, ...(workload.aliases ?? [])])
}
