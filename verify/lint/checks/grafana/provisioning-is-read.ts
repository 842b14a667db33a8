import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean, nearest, slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Configuration } from '../../../config/configuration.ts'

/**
 * https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/ and
 * pkg/services/provisioning/{datasources,dashboards}/config_reader.go of Grafana 10.2.
 */
const ROUTE_KEYS = new Set(
  'orgId receiver group_by group_wait group_interval repeat_interval matchers object_matchers match match_re mute_time_intervals active_time_intervals continue routes provenance'.split(
    ' ',
  ),
)
const POINT_KEYS = new Set('orgId name receivers'.split(' '))
const INTEGRATION_KEYS = new Set('uid type settings secureSettings disableResolveMessage'.split(' '))
const ALERTING_KEYS = new Set(
  'apiVersion contactPoints deleteContactPoints policies resetPolicies groups deleteRules muteTimes deleteMuteTimes templates deleteTemplates'.split(
    ' ',
  ),
)

/** Of the usual integrations. https://grafana.com/docs/grafana/v10.2/alerting/set-up/provision-alerting-resources/file-provisioning/#settings */
const SETTINGS = new Set(
  'url httpMethod username password authorization_scheme authorization_credentials maxAlerts title message tlsConfig recipient token text mentionUsers mentionGroups mentionChannel icon_emoji icon_url use_discord_username avatar_url addresses singleEmail subject integrationKey severity class component group summary client client_url bottoken chatid parse_mode apiKey apiUrl autoClose overridePriority sendTagsAs priority userKey apiToken device retry expire sound upload_image endpointUrl sectiontitle description msgType'.split(
    ' ',
  ),
)

export const check: Check = {
  meta: {
    id: 'provisioning-is-read',
    isRefusal: true,
    title: 'Grafana reads every setting of its provisioning files',
    failureTitle: 'Grafana passes over a setting of a provisioning file, or ends with it',
    why: 'Without apiVersion: 1 a data source file is read in an old format, in which jsonData has another name. A provider without type or path keeps Grafana from starting. What belongs to an organisation that does not exist is never seen.',
    mend: 'Correct the key or value that the finding names in the provisioning file.',
    example: 'datasources:\n  - name: Loki\n    jsonData: { derivedFields: [] } # apiVersion: 1 is missing',
  },
  *judge({ config }) {
    for (const root of config.datasources) yield* version(root)
    for (const root of config.provisioning.filter((each) => each.has('providers'))) yield* providers(root)
    const alerting = [...config.contactPoints, ...config.provisioning].filter((root) => root.has('contactPoints') || root.has('policies'))
    for (const root of alerting) yield* alertingKeys(root)
    yield* organisations(config)
    yield* usedPoints(alerting)
  },
}

function* version(root: Cursor): Generator<Remark> {
  const at = root.get('apiVersion')
  if (at === undefined || !(Number(at.string()) >= 1))
    yield remark(
      'apiVersion',
      at ?? root,
      'apiVersion: 1',
      at === undefined ? 'none: the file is read in the format of Grafana 4' : (at.string() ?? 'none'),
    )
}

function* providers(root: Cursor): Generator<Remark> {
  yield* version(root)
  const names = new Set<string>()
  for (const provider of root.items('providers')) {
    const name = provider.string('name') ?? ''
    if (name === '') yield remark('provider', provider, 'a name', 'none')
    if (names.has(`${provider.string('orgId') ?? '1'} ${name}`))
      yield remark(name, provider.near('name'), 'a name that no other provider has', name)
    names.add(`${provider.string('orgId') ?? '1'} ${name}`)
    const type = provider.string('type')
    if (type !== 'file') yield remark(name, provider.near('type'), 'type: file, the only one there is', type ?? 'none')
    if ((provider.string('options', 'path') ?? provider.string('options', 'folder') ?? '') === '')
      yield remark(name, provider.near('options'), 'options.path, the folder of the dashboards', 'none')
    const seconds = provider.string('updateIntervalSeconds')
    if (seconds !== undefined && !/^\d+$/.test(seconds))
      yield remark(name, provider.near('updateIntervalSeconds'), 'whole seconds', seconds)
    for (const key of ['disableDeletion', 'allowUiUpdates', 'editable'])
      if (provider.has(key) && !/^(?:true|false|\$.*)$/.test(provider.string(key) ?? ''))
        yield remark(name, provider.near(key), 'true or false', provider.string(key) ?? 'none')
  }
}

function* alertingKeys(root: Cursor): Generator<Remark> {
  yield* unknown(root, ALERTING_KEYS, true)
  for (const point of root.items('contactPoints')) {
    yield* unknown(point, POINT_KEYS, true)
    for (const integration of point.items('receivers')) {
      yield* unknown(integration, INTEGRATION_KEYS, true)
      for (const [key, value] of integration.pairs('settings')) {
        const near = SETTINGS.has(key)
          ? undefined
          : nearest(
              key,
              [...SETTINGS].filter((each) => integration.get('settings', each) === undefined),
              1,
            )
        if (near !== undefined) yield remark(point.string('name') ?? '', value.keyPlace(), near, `${key}, which is passed over`)
      }
      const method = integration.string('settings', 'httpMethod')
      if (method !== undefined && !['POST', 'PUT'].includes(method))
        yield remark(point.string('name') ?? '', integration.near('settings', 'httpMethod'), 'POST or PUT', method)
      const resolve = integration.string('disableResolveMessage')
      if (resolve !== undefined && !/^(?:true|false|\$.*)$/.test(resolve))
        yield remark(point.string('name') ?? '', integration.near('disableResolveMessage'), 'true or false', resolve)
    }
  }
  for (const policy of root.items('policies')) yield* routeKeys(policy)
}

function* routeKeys(route: Cursor): Generator<Remark> {
  yield* unknown(route, ROUTE_KEYS, true)
  for (const child of route.items('routes')) yield* routeKeys(child)
}

/** Listed whole: any other key is passed over. */
function* unknown(at: Cursor, known: ReadonlySet<string>, isWhole: boolean): Generator<Remark> {
  for (const [key, value] of at.pairs())
    if (!known.has(key) && (isWhole || slipOf(key, known) !== undefined))
      yield remark(
        key,
        value.keyPlace(),
        `one of ${[...known].join(', ')}`,
        `${key}${didYouMean(
          key,
          [...known].filter((each) => !at.has(each)),
        )}`,
      )
}

/** Data sources, contact points and policies of one Grafana are for one organisation, unless several are set up. */
function* organisations({ datasources, contactPoints, provisioning }: Configuration): Generator<Remark> {
  const items = [...datasources, ...contactPoints, ...provisioning].flatMap((root) =>
    ['datasources', 'contactPoints', 'policies', 'providers'].flatMap((key) => root.items(key)),
  )
  const orgs = items.map((item) => item.string('orgId') ?? '1')
  const few = items.filter((item) => orgs.filter((each) => each === (item.string('orgId') ?? '1')).length === 1)
  for (const [index, item] of items.entries()) {
    const org = orgs[index] ?? '1'
    if (!/^\d+$/.test(org) && !org.includes('$')) yield remark('orgId', item.near('orgId'), 'a number', org)
    else if (org !== '1' && items.length > 2 && few.includes(item) && few.length === 1)
      yield warning(
        'orgId',
        item.near('orgId'),
        'orgId: 1, as everything else here',
        `${org}, an organisation of which nothing else is provisioned`,
      )
  }
}

/** A tree of policies that uses none of the contact points beside it is another tree's, or none is there. */
function* usedPoints(alerting: readonly Cursor[]): Generator<Remark> {
  const points = alerting.flatMap((root) => root.items('contactPoints'))
  const policies = alerting.flatMap((root) => root.items('policies'))
  const [first] = points
  if (first === undefined || alerting.some((root) => root.has('groups'))) return
  if (policies.length === 0)
    yield warning(
      'policies',
      first,
      'policies that lead to the contact points',
      'none: everything goes to the one by default, grafana-default-email',
    )
}
