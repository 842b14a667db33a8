import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'grafana-accepts-datasources',
    area: 'grafana',
    severity: 'error',
    needs: ['datasources'],
    title: 'Grafana accepts the provisioned data sources',
    failureTitle: 'Grafana does not start with these data sources',
    why: 'Grafana exits when two data sources of an organization are the default, and when one has no name or type. https://github.com/grafana/grafana/issues/12229',
    mend: 'In the provisioned data sources, keep isDefault: true on one of them, and give each a name and a type.',
    example: '- name: Prometheus\n  isDefault: true\n- name: Loki\n  isDefault: true',
  },
  *judge({ config }) {
    const defaults = new Map<string, Cursor>()
    for (const source of config.datasources.flatMap((file) => file.items('datasources'))) {
      const organization = source.string('orgId') ?? '1'
      const name = source.string('name') ?? ''
      for (const key of ['name', 'type'])
        if ((source.string(key) ?? '') === '') yield remark(name === '' ? 'datasources' : name, source.near(key), `a ${key}`, `no ${key}`)
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
  },
}

/** https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
function* settings(source: Cursor, name: string): Generator<Remark> {
  const access = source.string('access')
  if (access !== undefined && !/^(?:proxy|direct|\$.*)$/.test(access))
    yield remark(name, source.near('access'), 'proxy (or direct)', access)
  const interval = source.string('jsonData', 'timeInterval')
  if (interval !== undefined && !/^(?:\$.*|>?\s*\d+(?:ms|[smhdwMy]))$/.test(interval))
    yield remark(name, source.near('jsonData', 'timeInterval'), 'an interval: 15s', interval)
  for (const field of source.items('jsonData', 'derivedFields'))
    for (const key of ['name', 'matcherRegex'])
      if ((field.string(key) ?? '') === '') yield remark(name, field, `${key} of the derived field`, 'none')
  const links = source.get('jsonData', 'tracesToLogsV2')
  if ((links?.string('query') ?? '') !== '' && links?.bool('customQuery') !== true)
    yield remark(
      name,
      links?.near('customQuery') ?? source,
      'customQuery: true, without which the query is not used',
      links?.string('customQuery') ?? 'none',
    )
}

function where(source: Cursor): string {
  const { file, line } = source.place()
  return `${file}:${line}`
}
