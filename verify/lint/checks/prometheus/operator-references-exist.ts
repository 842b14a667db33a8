import { remark, type Check, type Remark } from '../../lint-check.ts'
import { nearest, slipOf } from '../../../text/did-you-mean.ts'
import { isExample, nameOfObject, objectsOf } from '../../../config/deployment/kubernetes-objects.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'operator-references-exist',
    needs: ['manifest'],
    acrossInstances: true,
    title: "What the operator's resources name is there",
    failureTitle: 'A resource of the operator names what is not there',
    why: 'With a Secret or a key that is missing the operator leaves the whole monitor or AlertmanagerConfig out, and says so in its own log alone. An AlertmanagerConfig that no Alertmanager selects routes nothing. Of its routes each asks for its own namespace. https://prometheus-operator.dev/docs/developer/alerting/',
    mend: 'Name a Secret of the same namespace and one of its keys; give the AlertmanagerConfig the labels that the Alertmanager selects.',
    example: 'basicAuth:\n  username: { name: login, key: user } # the Secret login has the key username',
  },
  *judge({ config }) {
    const all = objectsOf(config)
    const own = all.filter((at) => /^monitoring\.coreos\.com\//.test(at.string('apiVersion') ?? ''))
    const secrets = all.filter((at) => at.string('kind') === 'Secret')
    for (const at of own.filter((each) => /^(?:ServiceMonitor|PodMonitor|Probe|AlertmanagerConfig)$/.test(each.string('kind') ?? '')))
      yield* references(at, at.get('spec'), secrets)
    const alertmanagers = own.filter((at) => at.string('kind') === 'Alertmanager')
    const configs = own.filter((at) => at.string('kind') === 'AlertmanagerConfig')
    for (const at of alertmanagers) yield* selected(at, configs)
    if (!alertmanagers.some((at) => at.has('spec') && at.get('spec', 'alertmanagerConfigMatcherStrategy') !== undefined))
      for (const at of configs) yield* ofOtherNamespaces(at, at.get('spec', 'route'))
  },
}

/** `{name, key}` of a Secret, anywhere below. */
function* references(owner: Cursor, at: Cursor | undefined, secrets: readonly Cursor[]): Generator<Remark> {
  if (at === undefined) return
  const [name, key] = [at.string('name'), at.string('key')]
  if (name !== undefined && key !== undefined && at.pairs().every(([each]) => /^(?:name|key|optional)$/.test(each))) {
    if (at.key !== 'configMap' && at.bool('optional') !== true) yield* reference(owner, at, { name, key }, secrets)
    return
  }
  for (const below of [...at.items(), ...at.pairs().map(([, value]) => value)]) yield* references(owner, below, secrets)
}

function* reference(owner: Cursor, at: Cursor, wanted: { name: string; key: string }, secrets: readonly Cursor[]): Generator<Remark> {
  const near = secrets.filter((each) => each.string('metadata', 'namespace') === owner.string('metadata', 'namespace'))
  const secret = near.find((each) => nameOfObject(each) === wanted.name)
  if (secret !== undefined) {
    const keys = ['data', 'stringData'].flatMap((list) => secret.pairs(list).map(([key]) => key))
    // Without any, something fills it later, and what is made after an example may have more.
    const mayBeThere =
      keys.length === 0 || keys.includes(wanted.key) || (isExample(secret) && slipOf(wanted.key, new Set(keys)) === undefined)
    if (!mayBeThere)
      yield remark(nameOfObject(owner), at.near('key'), `a key of the Secret ${wanted.name} (${keys.join(', ')})`, wanted.key)
    return
  }
  // Most Secrets are made elsewhere: a name that is nearly that of one here was meant.
  const meant = nearest(wanted.name, near.map(nameOfObject), 2)
  if (meant !== undefined) yield remark(nameOfObject(owner), at.near('name'), `the Secret ${meant}`, wanted.name)
}

function* selected(alertmanager: Cursor, configs: readonly Cursor[]): Generator<Remark> {
  const selector = alertmanager.get('spec', 'alertmanagerConfigSelector')
  const wanted = Object.entries(selector?.labels('matchLabels') ?? {})
  if (wanted.length === 0 || configs.length === 0 || selector?.has('matchExpressions') === true) return
  const fits = (at: Cursor): boolean => wanted.every(([label, value]) => at.string('metadata', 'labels', label) === value)
  if (!configs.some(fits))
    yield remark(
      nameOfObject(alertmanager),
      selector?.near('matchLabels') ?? alertmanager,
      `labels that an AlertmanagerConfig has (${configs.map(nameOfObject).join(', ')})`,
      `${wanted.map(([label, value]) => `${label}: ${value}`).join(', ')}, which none of ${configs.length} has`,
    )
}

/** The operator adds a matcher of the namespace to the first route: others below it take nothing. */
function* ofOtherNamespaces(owner: Cursor, route: Cursor | undefined, isFirst = true): Generator<Remark> {
  const namespace = owner.string('metadata', 'namespace')
  if (route === undefined || namespace === undefined) return
  for (const matcher of isFirst ? [] : route.items('matchers'))
    if (
      matcher.string('name') === 'namespace' &&
      (matcher.string('matchType') ?? '=') === '=' &&
      matcher.bool('regex') !== true &&
      matcher.string('value') !== namespace
    )
      yield remark(
        nameOfObject(owner),
        matcher.near('value'),
        `${namespace}, which the operator asks for, or no matcher of it`,
        matcher.string('value') ?? 'none',
        'A route of an AlertmanagerConfig asks for another namespace than its own: no alert reaches it',
      )
  for (const child of route.items('routes')) yield* ofOtherNamespaces(owner, child, false)
}
