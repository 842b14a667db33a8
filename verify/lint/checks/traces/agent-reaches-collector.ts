import { remark, warning, type Check } from '../../lint-check.ts'
import { rootsAt } from '../../../config/deployment/container-files.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { agentJar, agentServices, agentSetting, hostPort, knownHosts, PORTS, receiverPorts } from '../../agents.ts'

export const check: Check = {
  meta: {
    id: 'agent-reaches-collector',
    needs: ['workloads'],
    title: "Every agent's protocol fits the port of its endpoint",
    failureTitle: 'An agent sends to a port of another protocol, or to no collector',
    why: 'The default protocol of agent 2.x is http/protobuf, and 4317 is the gRPC port: the collector rejects every batch while the service is up. https://github.com/open-telemetry/opentelemetry-java-instrumentation/blob/main/CHANGELOG.md (2.0.0)',
    mend: "In the compose file, set OTEL_EXPORTER_OTLP_ENDPOINT to the collector's host, with port 4317 for grpc or 4318 for http/protobuf. OTEL_EXPORTER_OTLP_PROTOCOL must match.",
    example: 'OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector:4317\nOTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf',
  },
  *judge(input) {
    const hosts = knownHosts(input.config.workloads, /collector|alloy|otel/).filter((host) => !/agent|init/.test(host))
    for (const { service, workload } of agentServices(input)) {
      const own = agentSetting(workload, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
      const endpoint = own ?? agentSetting(workload, 'OTEL_EXPORTER_OTLP_ENDPOINT')
      const protocolSetting =
        agentSetting(workload, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? agentSetting(workload, 'OTEL_EXPORTER_OTLP_PROTOCOL')
      const exporter = agentSetting(workload, 'OTEL_TRACES_EXPORTER')
      if (exporter !== undefined && !exporter.value.split(',').some((name) => name.trim() === 'otlp'))
        yield remark(service.name, exporter.at, 'OTEL_TRACES_EXPORTER=otlp', exporter.value)
      // Without an agent there is nothing that sends: agent-is-attached.
      if (endpoint === undefined && agentJar(workload) === undefined) continue
      if (endpoint === undefined) {
        if (!workload.unknownEnv)
          yield remark(
            service.name,
            workload.at,
            'OTEL_EXPORTER_OTLP_ENDPOINT of the collector',
            'none: the agent sends to localhost, which is its own container',
          )
        continue
      }
      const protocol = protocolSetting?.value ?? 'http/protobuf'
      const { scheme, host, port, path } = hostPort(endpoint.value)
      if (protocol !== 'grpc' && protocol !== 'http/protobuf') {
        yield remark(service.name, protocolSetting?.at ?? endpoint.at, 'grpc or http/protobuf', protocol)
        continue
      }
      const listening = rootsAt(host, input.config.collectors, input.config).flatMap(receiverPorts)
      const ports = listening.filter((receiver) => receiver.protocol === protocol).map((receiver) => receiver.port)
      const right = ports.length > 0 ? ports : [PORTS[protocol]]
      if (!right.includes(port) && !right.includes(''))
        yield remark(
          service.name,
          endpoint.at,
          `port ${right.join(' or ')} for ${protocol}${protocolSetting === undefined ? ' (the default of agent 2.x)' : ''}`,
          endpoint.value,
        )
      if (scheme !== 'http' && scheme !== 'https') yield remark(service.name, endpoint.at, 'a URL that begins with http://', endpoint.value)
      if (scheme === 'https') yield remark(service.name, endpoint.at, 'http://: the collector has no TLS', endpoint.value)
      // https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
      if (protocol === 'http/protobuf' && own === undefined && /\/v1\/traces\/?$/.test(path))
        yield remark(service.name, endpoint.at, 'a URL without /v1/traces: the agent appends it', endpoint.value)
      if (protocol === 'http/protobuf' && own !== undefined && /^\/?$/.test(path))
        yield remark(
          service.name,
          endpoint.at,
          'a URL that ends in /v1/traces: the agent appends nothing to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
          endpoint.value,
        )
      const short = host.split('.')[0] ?? ''
      if (hosts.length > 0 && !hosts.includes(short))
        yield remark(
          service.name,
          endpoint.at,
          `the collector's host (${[...new Set(hosts)].join(', ')})`,
          `${host}${didYouMean(short, hosts)}`,
        )
      else if (/^(localhost|127\.)/.test(host) && workload.at.text.path.length > 0)
        yield remark(service.name, endpoint.at, "the collector's host", `${host}, which is the service's own container`)
      const timeout = agentSetting(workload, 'OTEL_EXPORTER_OTLP_TIMEOUT')
      if (timeout !== undefined && Number(timeout.value) < 100)
        yield warning(
          service.name,
          timeout.at,
          'OTEL_EXPORTER_OTLP_TIMEOUT of at least 100 ms',
          `OTEL_EXPORTER_OTLP_TIMEOUT=${timeout.value} ms`,
        )
    }
  },
}
