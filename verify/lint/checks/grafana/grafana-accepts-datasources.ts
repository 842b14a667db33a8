import { remark, type Check } from '../../check.ts'
import type { Cursor } from '../../../config/document.ts'

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

function where(source: Cursor): string {
  const { file, line } = source.place()
  return `${file}:${line}`
}
