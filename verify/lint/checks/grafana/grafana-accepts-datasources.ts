import { remark, type Check, type Remark } from '../../lint-check.ts'
import { slipOf } from '../../../text/did-you-mean.ts'
import { datasourceFiles } from '../../grafana-instances.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** Those that Grafana brings along: https://grafana.com/docs/grafana/latest/datasources/#built-in-core-data-sources */
const TYPES = new Set(
  'alertmanager cloudwatch elasticsearch graphite influxdb jaeger loki mssql mysql opentsdb parca postgres prometheus stackdriver tempo testdata zipkin grafana-azure-monitor-datasource grafana-pyroscope-datasource'.split(
    ' ',
  ),
)

export const check: Check = {
  meta: {
    id: 'grafana-accepts-datasources',
    needs: ['datasources'],
    isRefusal: true,
    title: 'Grafana accepts the provisioned data sources',
    failureTitle: 'Grafana does not start with these data sources',
    why: 'Grafana exits when two data sources of an organization are the default, and when one has no name or type. https://github.com/grafana/grafana/issues/12229',
    mend: 'In the provisioned data sources, keep isDefault: true on one of them, and give each a name and a type.',
    example: '- name: Prometheus\n  isDefault: true\n- name: Loki\n  isDefault: true',
  },
  *judge({ config }) {
    for (const files of datasourceFiles(config)) yield* ofOneGrafana(files)
  },
}

function* ofOneGrafana(files: readonly Cursor[]): Generator<Remark> {
  const defaults = new Map<string, Cursor>()
  const names = new Map<string, Cursor>()
  for (const source of files.flatMap((file) => file.items('datasources'))) {
    const organization = source.string('orgId') ?? '1'
    const name = source.string('name') ?? ''
    for (const key of ['name', 'type'])
      if ((source.string(key) ?? '') === '') yield remark(name === '' ? 'datasources' : name, source.near(key), `a ${key}`, `no ${key}`)
    const twin = names.get(`${organization} ${name}`)
    if (twin !== undefined && name !== '')
      yield remark(name, source.near('name'), 'one data source of a name', `${name}, as at ${where(twin)}: the later one replaces it`)
    names.set(`${organization} ${name}`, source)
    for (const key of ['jsonData', 'secureJsonData'])
      if (source.get(key)?.isMap() === false && source.get(key)?.plain() !== null)
        yield remark(name, source.near(key).keyPlace(), `${key}: a mapping`, source.string(key) ?? 'a list')
    const isDefault = source.get('isDefault')
    if (isDefault !== undefined && !/^(?:true|false|yes|no|on|off|\$.*)$/i.test(isDefault.string() ?? ''))
      yield remark(name, isDefault.keyPlace(), 'isDefault: true or false', isDefault.string() ?? 'a mapping or a list')
    const type = source.string('type') ?? ''
    const meant = slipOf(type, TYPES)
    if (meant !== undefined) yield ofItsPanels(remark(name, source.near('type'), meant, `${type}, for which Grafana has no plugin`))
    yield* settings(source, name)
    if (source.bool('isDefault') !== true) continue
    const first = defaults.get(organization)
    if (first === undefined) defaults.set(organization, source)
    else
      yield remark(
        name,
        source.near('isDefault'),
        'one data source with isDefault: true',
        `isDefault: true, as ${first.string('name') ?? ''} at ${where(first)}`,
      )
  }
}

/** Each panel that asks it follows from it. */
function ofItsPanels(cause: Remark): Remark {
  return {
    ...cause,
    causes: { lines: [cause.at.line, cause.at.line], elsewhere: { of: ['panels-have-queries', 'datasources-are-provisioned'] } },
  }
}

/** https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
function* settings(source: Cursor, name: string): Generator<Remark> {
  const url = source.get('url')
  const text = url?.string() ?? ''
  const type = source.string('type') ?? ''
  if (url !== undefined && /^(?:prometheus|loki|jaeger|tempo)$/.test(type) && text !== '' && !text.includes('$')) {
    const [, path = ''] = /^https?:\/\/[^/]+(\/.*)?$/.exec(text) ?? []
    if (!/^https?:\/\//.test(text)) yield remark(name, url, `http://${text}`, `${text}: Grafana asks no URL without a scheme`)
    // Grafana appends the path of the API itself: /loki/api/v1 to Loki's.
    else if (type === 'loki' && /^\/loki\/?$/.test(path) && /:3100\//.test(text))
      yield remark(name, url, text.slice(0, text.length - path.length), `${path}: Grafana asks /loki/loki/api/v1`)
    else if (/\/(?:api(?:\/v1)?|loki\/api\/v1(?:\/push)?|graph|search|metrics|explore)\/?$/.test(path))
      yield remark(name, url, text.slice(0, text.length - path.length), `${path}: Grafana appends the path of the API`)
  }
  const access = source.string('access')
  if (access !== undefined && !/^(?:proxy|direct|\$.*)$/.test(access))
    yield remark(name, source.near('access'), 'proxy (or direct)', access)
  const method = source.string('jsonData', 'httpMethod')
  if (method !== undefined && type === 'prometheus' && !/^(?:GET|POST|\$.*)$/i.test(method))
    yield remark(name, source.near('jsonData', 'httpMethod'), 'POST or GET', method)
  const own = source.string('jsonData', 'implementation')
  if (own !== undefined && type === 'alertmanager' && !/^(?:prometheus|mimir|cortex|\$.*)$/.test(own))
    yield remark(name, source.near('jsonData', 'implementation'), 'prometheus, mimir or cortex', own)
  const kind = source.string('jsonData', 'prometheusType')
  if (kind !== undefined && type === 'prometheus' && !/^(?:Prometheus|Cortex|Mimir|Thanos|\$.*)$/.test(kind))
    yield remark(name, source.near('jsonData', 'prometheusType'), 'Prometheus, Cortex, Mimir or Thanos', kind, undefined, 'warning')
  if (source.bool('basicAuth') === true && (source.string('basicAuthUser') ?? '') === '')
    yield remark(name, source.near('basicAuth'), 'basicAuthUser beside it', 'none: each query is answered with 401', undefined, 'warning')
  const interval = source.string('jsonData', 'timeInterval')
  if (interval !== undefined && !/^(?:\$.*|>?\s*\d+(?:ms|[smhdwMy]))$/.test(interval))
    yield remark(name, source.near('jsonData', 'timeInterval'), 'an interval: 15s', interval)
  for (const field of source.items('jsonData', 'derivedFields'))
    for (const key of ['name', 'matcherRegex'])
      if ((field.string(key) ?? '') === '') yield remark(name, field, `${key} of the derived field`, 'none')
  for (const field of source.items('jsonData', 'derivedFields')) {
    const target = field.string('url') ?? ''
    // Without a data source the field is a link:
    // https://grafana.com/docs/grafana/latest/datasources/loki/configure-loki-data-source/#derived-fields
    if (!field.has('datasourceUid') && target !== '' && !/^(?:https?:\/\/|\/|\$\{?[A-Z])/.test(target))
      yield remark(name, field.near('url'), 'datasourceUid beside it, or a URL', `${target}: a link that leads nowhere`)
  }
  const links = source.get('jsonData', 'tracesToLogsV2')
  if ((links?.string('query') ?? '') !== '' && links?.bool('customQuery') !== true)
    yield {
      ...remark(
        name,
        links?.near('customQuery') ?? source,
        'customQuery: true, without which the query is not used',
        links?.string('customQuery') ?? 'none',
        'A query of a data source is never used',
        'warning',
      ),
    }
}

function where(source: Cursor): string {
  const { file, line } = source.place()
  return `${file}:${line}`
}
