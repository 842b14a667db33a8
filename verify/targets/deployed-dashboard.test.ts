import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SloSpec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import { deployedDashboard } from './deployed-dashboard.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SLO: SloSpec = {
  because: '',
  availability: 0.999,
  latencyP95Seconds: 0.5,
  errorRate: 0.001,
  windowMs: 86_400_000,
  panels: [{ title: 'Availability', measures: 'availability' }],
}

function target(more: Partial<Target>): Target {
  return {
    name: 'x',
    kind: 'file',
    endpoints: { prometheus: '', alertmanager: '', loki: '', jaeger: '', otlp: '', receiver: { host: '', port: 1 }, services: {} },
    parts: {},
    ...more,
  }
}

test('the delivered dashboard and the scrape interval of its datasource', () => {
  const found = deployedDashboard(
    SLO,
    target({ configuration: 'monitoring', grafanaDatasources: 'monitoring/grafana/provisioning/datasources/datasources.yml' }),
    ROOT,
  )
  assert.deepEqual(
    [found?.file, found?.dashboard?.title, found?.timeInterval, found?.error],
    ['grafana/dashboards/slo-dashboard.json', 'SLO / SLI', '15s', undefined],
  )
})

test('none is looked for where none is promised or no configuration is known', () => {
  assert.equal(deployedDashboard({ ...SLO, panels: [] }, target({ configuration: 'monitoring' }), ROOT), undefined)
  assert.equal(deployedDashboard(SLO, target({}), ROOT), undefined)
})

test('what is missing or broken is said', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-dashboards-'))
  try {
    const look = (): string | undefined =>
      deployedDashboard(SLO, target({ configuration: folder, grafanaDatasources: 'nowhere.yml' }), ROOT)?.error
    const write = (name: string, text: string): void => {
      const file = join(folder, 'grafana/dashboards', name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    assert.equal(look(), 'no dashboard in grafana/dashboards')
    write('other.json', '{"panels": []}')
    assert.equal(look(), 'none of grafana/dashboards/other.json has a promised panel')
    write('team/slo.json', '{"panels": [}')
    assert.match(look() ?? '', /grafana\/dashboards\/team\/slo\.json:1:13: not JSON/)
    write('team/slo.json', '{"panels": [{"title": "Availability"}]}')
    assert.equal(look(), undefined)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a folder that is called like a file, and a link into nowhere, hide no dashboard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-dashboards-'))
  try {
    mkdirSync(join(folder, 'grafana/dashboards/old.json'), { recursive: true })
    symlinkSync(join(folder, 'gone.json'), join(folder, 'grafana/dashboards/link.json'))
    writeFileSync(join(folder, 'grafana/dashboards/slo.json'), '{"panels": [{"title": "Availability"}]}')
    const found = deployedDashboard(SLO, target({ configuration: folder }), ROOT)
    assert.deepEqual([found?.file, found?.error], ['grafana/dashboards/slo.json', undefined])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a dashboard elsewhere, in a ConfigMap, and queries for another datasource', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-dashboards-'))
  try {
    const found = (): ReturnType<typeof deployedDashboard> =>
      deployedDashboard(SLO, target({ configuration: folder, grafanaDatasources: join(folder, 'ds.yml') }), ROOT)
    writeFileSync(
      join(folder, 'ds.yml'),
      'datasources: [{ name: Loki, uid: l, type: loki }, { name: P, uid: p, type: prometheus, jsonData: { timeInterval: 5s } }]',
    )
    writeFileSync(join(folder, 'package.json'), '{"panels": 5}')
    const dashboard = JSON.stringify({
      panels: [{ title: 'Availability', type: 'stat', datasource: 'Loki', targets: [{ expr: '{a="b"}' }] }],
    })
    writeFileSync(
      join(folder, 'map.yaml'),
      `kind: ConfigMap\nmetadata: { name: d }\ndata:\n  slo.json: |\n    ${dashboard}\n---\nkind: Service\n`,
    )
    assert.deepEqual(
      [found()?.file, found()?.timeInterval, found()?.error, found()?.dashboard?.panels[0]?.queries],
      ['map.yaml', '5s', undefined, []],
    )
    mkdirSync(join(folder, 'provisioning'))
    writeFileSync(join(folder, 'provisioning/slo.json'), dashboard)
    rmSync(join(folder, 'map.yaml'))
    assert.equal(found()?.file, 'provisioning/slo.json')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
