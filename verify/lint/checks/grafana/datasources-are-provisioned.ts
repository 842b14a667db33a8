import { remark, warning, type Check } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { hostPort, knownHosts } from '../../agents.ts'

const PORTS: Record<string, string> = { prometheus: '9090', loki: '3100', jaeger: '16686' }

export const check: Check = {
  meta: {
    id: 'datasources-are-provisioned',
    needs: ['datasources'],
    title: 'Prometheus, Loki and Jaeger are provisioned with the right address',
    failureTitle: 'A data source is missing or has the wrong address',
    why: 'Without the data source there is no Explore, no dashboard and no link from a log line to its trace.',
    mend: 'In the provisioned data sources, add Prometheus, Loki and Jaeger with their host and port (9090, 3100, 16686) and access: proxy.',
    example: '- name: Loki\n  type: loki\n  url: http://loki:3200',
  },
  *judge({ spec, config }) {
    const sources = config.datasources.flatMap((file) => file.items('datasources'))
    const needed = ['prometheus', ...(spec.logs.length > 0 ? ['loki'] : []), ...(spec.traces.length > 0 ? ['jaeger'] : [])]
    for (const type of needed) {
      const source = sources.find((candidate) => candidate.string('type') === type)
      const at = config.datasources[0]?.get('datasources')
      if (source === undefined) {
        if (at !== undefined) yield remark(type, at, `a data source of type ${type}`, 'none')
        continue
      }
      const url = source.string('url') ?? ''
      if (url.startsWith('$')) continue
      const { host, port } = hostPort(url)
      const urlAt = source.near('url')
      const hosts = knownHosts(config.workloads, new RegExp(`/${type}|^${type}`)).filter((name) => !/promtail|exporter/.test(name))
      if (port !== PORTS[type] && !(port === '' && host.includes('.'))) yield remark(type, urlAt, `port ${PORTS[type] ?? ''}`, url)
      const [asked, ...others] = type === 'jaeger' ? config.jaeger.map((root) => root.get('query', 'http-server', 'host-port')) : []
      const answers = asked?.string()?.split(':').at(-1)
      // One Jaeger alone: its gRPC server answers no query of Grafana.
      if (asked !== undefined && others.length === 0 && answers !== undefined && port !== '' && answers !== port && /^\d+$/.test(answers))
        yield remark(type, asked, `port ${port}, where Grafana asks`, asked.string() ?? '')
      const base = type === 'jaeger' && others.length === 0 ? config.jaeger[0]?.get('query', 'base-path') : undefined
      const path = hostPort(url).path.replace(/\/$/, '')
      if (base !== undefined && (base.string() ?? '').replace(/\/$/, '') !== path)
        yield remark(type, base, path === '' ? 'no base-path: Grafana asks without it' : `${path}, where Grafana asks`, base.string() ?? '')
      const short = host.split('.')[0] ?? ''
      if (hosts.length > 0 && !hosts.includes(short))
        yield remark(type, urlAt, `the host of ${type} (${[...new Set(hosts)].join(', ')})`, `${host}${didYouMean(short, hosts)}`)
      else if (hosts.length === 0 && !short.includes(type)) yield warning(type, urlAt, `the host of ${type}`, host)
      if (source.string('access') === 'direct')
        yield remark(type, source.near('access'), 'access: proxy', 'access: direct, and the browser cannot resolve the host')
    }
  },
}
