import { remark, type Check } from '../../lint-check.ts'
import { podTemplates, type PodTemplate } from '../../../config/deployment/pod-templates.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** An exporter's variable, and the variable with which the server's image makes the same user. The README of each. */
const PAIRS = [
  {
    exporter: /mysqld[-_]exporter/,
    variable: 'MYSQLD_EXPORTER_PASSWORD',
    server: /(?:^|\/)(?:mysql|mariadb)(?:[:@]|$)/,
    creates: (user: string) => (user === 'root' ? /^(?:MYSQL|MARIADB)_ROOT_PASSWORD$/ : /^(?:MYSQL|MARIADB)_PASSWORD$/),
  },
  {
    exporter: /postgres[-_]exporter/,
    variable: 'DATA_SOURCE_PASS',
    server: /(?:^|\/)(?:postgres|postgis\/postgis)(?:[:@]|$)/,
    creates: () => /^POSTGRES_PASSWORD$/,
  },
]

export const check: Check = {
  meta: {
    id: 'secret-keys-agree',
    needs: ['manifest'],
    title: "A database's exporter reads its password from the key that the server reads",
    failureTitle: "A database's exporter reads another key of the Secret than the server",
    why: 'The exporter is refused by the server, or waits in CreateContainerConfigError for a key that is not there. Its target is up or gone, the metrics of the database are missing. https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables',
    mend: 'In the pod template of the exporter, use the key of secretKeyRef that the server has for this user.',
    example:
      'env:\n  - { name: MYSQLD_EXPORTER_PASSWORD, valueFrom: { secretKeyRef: { name: passwords, key: MYSQL_PASSWORD } } } # of --mysqld.username=root',
  },
  *judge({ config }) {
    for (const { exporter, variable, server, creates } of PAIRS) {
      const [only, ...more] = containersOf(config, server)
      if (only === undefined || more.length > 0) continue
      for (const { pod, container } of containersOf(config, exporter)) {
        const user = /^--mysqld\.username=(.+)$/.exec(container.strings('args').find((each) => each.includes('username=')) ?? '')?.[1] ?? ''
        const [own, its] = [secretOf(container, (name) => name === variable), secretOf(only.container, (name) => creates(user).test(name))]
        if (own !== undefined && its !== undefined && own.secret === its.secret && own.key !== its.key)
          yield remark(pod.name, own.at, `key: ${its.key}, which ${only.pod.name} reads as ${its.variable}`, `key: ${own.key}`)
      }
    }
  },
}

function containersOf(config: Configuration, image: RegExp): { pod: PodTemplate; container: Cursor }[] {
  return podTemplates(config).flatMap((pod) =>
    pod.containers.filter((each) => image.test(each.string('image') ?? '')).map((container) => ({ pod, container })),
  )
}

interface SecretKey {
  variable: string
  secret: string
  key: string
  at: Cursor
}

function secretOf(container: Cursor, isMeant: (variable: string) => boolean): SecretKey | undefined {
  return container.items('env').flatMap((each): SecretKey[] => {
    const [variable = '', from] = [each.string('name'), each.get('valueFrom', 'secretKeyRef')]
    const [secret, key] = [from?.string('name'), from?.string('key')]
    if (from === undefined || secret === undefined || key === undefined || !isMeant(variable)) return []
    return [{ variable, secret, key, at: from.near('key') }]
  })[0]
}
