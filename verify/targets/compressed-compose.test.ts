import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ContainerInfo } from '../../chaos/drivers/docker-driver.ts'
import type { FiredrillError } from '../model/error.ts'
import { configurationOf } from './compressed-compose.ts'

const SECRET = '0123abcd'
const PLACE = { socket: '/run/docker.sock', program: 'docker', folder: '/state/files' }

/** Cut from what Docker Engine 20.10 and Compose 2.26 say of the delivered platform. */
function containers(t: TestContext, command = ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus']) {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-compressed-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const made = (service: string, mounts: [string, string][], Cmd: string[]): ContainerInfo =>
    ({
      Name: `/moalog-${service}-1`,
      Config: {
        Cmd,
        Labels: {
          'com.docker.compose.project': 'moalog',
          'com.docker.compose.service': service,
          'com.docker.compose.config-hash': `hash of ${service}`,
          'com.docker.compose.project.working_dir': '/srv/moalog',
          'com.docker.compose.project.config_files': '/srv/moalog/docker-compose.yaml,/srv/moalog/ours.yaml',
          'com.docker.compose.project.environment_file': '/srv/moalog/prod.env',
        },
      },
      Mounts: [
        ...mounts.map(([Source, Destination]) => ({ Type: 'bind', Source, Destination })),
        { Type: 'volume', Source: '/var/lib/docker/volumes/data', Destination: `/${service}` },
      ],
    }) as unknown as ContainerInfo
  return {
    prometheus: made(
      'prometheus',
      [
        [
          file('rules.yml', 'groups: [{ name: g, rules: [{ alert: A, expr: "up == 0", for: 1m, annotations: { a: "{{ $value }}" } }] }]'),
          '/etc/prometheus/alert-rules.yml',
        ],
        [file('prometheus.yml', 'global: { scrape_interval: 30s, evaluation_interval: 30s }\n'), '/etc/prometheus/prometheus.yml'],
      ],
      command,
    ),
    alertmanager: made(
      'alertmanager',
      [
        [
          file(
            'alertmanager.yml',
            'route: { receiver: a, group_wait: 30s, group_interval: 5m, repeat_interval: 4h }\nreceivers: [{ name: a, webhook_configs: [{ url: http://notification-sink:9199/a }, { url: http://other:9199/a }] }]\n',
          ),
          '/etc/alertmanager/alertmanager.yml',
        ],
        [file('switch-on.sh', '#!/bin/sh\n'), '/etc/alertmanager/switch-on.sh'],
      ],
      [],
    ),
  }
}

test('the files that Docker has mounted are compressed by what they are, and mounted in their place', (t) => {
  const { texts, override, ...called } = configurationOf(containers(t), 15, PLACE, SECRET)
  assert.match(texts['prometheus-prometheus.yml'] ?? '', /scrape_interval: 2s/)
  assert.match(texts['prometheus-alert-rules.yml'] ?? '', /for: 4s, annotations: \{ a: "\{\{ \$value \}\}" \}/)
  assert.match(texts['alertmanager-alertmanager.yml'] ?? '', /group_wait: 2s, group_interval: 20s, repeat_interval: 16m/)
  assert.match(
    texts['alertmanager-alertmanager.yml'] ?? '',
    /url: http:\/\/notification-sink:9199\/0123abcd\/a \}, \{ url: http:\/\/other:9199\/a \}/,
    'what leads to the drill does so by a path of this run',
  )
  assert.equal(Object.keys(texts).length, 3, 'the script stays as it is')
  const { services } = JSON.parse(override) as { services: Record<string, { volumes: unknown[]; command?: string[] }> }
  assert.deepEqual(services['alertmanager'], {
    volumes: [
      { type: 'bind', source: '/state/files/alertmanager-alertmanager.yml', target: '/etc/alertmanager/alertmanager.yml', read_only: true },
      // Its own memory of notifications, empty: the deployed one comes back as it was.
      { type: 'bind', source: '/state/files/alertmanager-alertmanager', target: '/alertmanager' },
    ],
  })
  assert.equal(services['prometheus']?.volumes.length, 2)
  assert.equal(services['prometheus']?.command?.at(-1), '--rules.alert.resend-delay=5000ms', 'as in the lab')
  assert.deepEqual(called, {
    ...PLACE,
    memories: ['alertmanager-alertmanager'],
    project: 'moalog',
    directory: '/srv/moalog',
    files: ['/srv/moalog/docker-compose.yaml', '/srv/moalog/ours.yaml'],
    envFiles: ['/srv/moalog/prod.env'],
    containers: [
      { service: 'prometheus', container: 'moalog-prometheus-1', hash: 'hash of prometheus' },
      { service: 'alertmanager', container: 'moalog-alertmanager-1', hash: 'hash of alertmanager' },
    ],
  })
})

test('a dollar in a command reaches Prometheus, and a resend delay that was given stays', (t) => {
  const command = ['--config.file=/etc/prometheus/prometheus.yml', '--web.external-url=http://x/$y', '--rules.alert.resend-delay=30s']
  const { override } = configurationOf(containers(t, command), 15, PLACE, SECRET)
  const { services } = JSON.parse(override) as { services: { prometheus: { command: string[] } } }
  assert.deepEqual(services.prometheus.command, [command[0], '--web.external-url=http://x/$$y', command[2]])
})

test('a container that Compose has not made, or whose files are not mounted or not here, is drilled in real time', (t) => {
  const refused = (change: (found: ReturnType<typeof containers>) => void): string => {
    const found = containers(t)
    change(found)
    try {
      configurationOf(found, 15, PLACE, SECRET)
    } catch (error) {
      assert.equal((error as FiredrillError).code, 'COMPOSE_COMPRESS')
      assert.match((error as FiredrillError).next ?? '', /leave out --speed/)
      return (error as Error).message
    }
    return 'not refused'
  }
  assert.match(
    refused(({ prometheus }) => (prometheus.Config.Labels = {})),
    /moalog-prometheus-1 was not made by Docker Compose/,
  )
  assert.match(
    refused(({ alertmanager }) => (alertmanager.Mounts = [])),
    /moalog-alertmanager-1 has no file of its configuration mounted/,
  )
  assert.match(
    refused(({ prometheus }) => {
      for (const mount of prometheus.Mounts) mount.Source = '/nowhere/rules.yml'
    }),
    /\/nowhere\/rules\.yml, which is mounted there, is not on this machine/,
  )
})
