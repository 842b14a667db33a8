import { causing, remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'

/**
 * Settings without which Grafana refuses the file, each group one of several.
 * https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
 */
const NEEDED = new Map<string, string[][]>(
  Object.entries({
    alertmanager: [['url']],
    dingding: [['url']],
    discord: [['url']],
    email: [['addresses']],
    googlechat: [['url']],
    kafka: [['kafkaRestProxy'], ['kafkaTopic']],
    line: [['token']],
    mqtt: [['brokerUrl'], ['topic']],
    oncall: [['url']],
    opsgenie: [['apiKey']],
    pagerduty: [['integrationKey']],
    pushover: [['apiToken'], ['userKey']],
    sensugo: [['url'], ['apikey']],
    slack: [['url', 'token']],
    sns: [['topic_arn', 'phone_number', 'target_arn']],
    teams: [['url']],
    telegram: [['bottoken'], ['chatid']],
    threema: [['gateway_id'], ['recipient_id'], ['api_secret']],
    victorops: [['url']],
    webex: [['bot_token'], ['room_id']],
    webhook: [['url']],
    wecom: [['url', 'secret']],
    jira: [['api_url']],
  }),
)

export const check: Check = {
  meta: {
    id: 'contact-points-exist',
    needs: ['contact-points'],
    title: "Grafana's contact points exist and can notify",
    failureTitle: 'A contact point is missing or cannot notify',
    why: 'Grafana does not start with a contact point that lacks a uid, a type or the settings of its type; a second one of the same uid replaces the first. Grafana reads settings from a file, secureSettings it does not.',
    mend: "In the provisioned contact points, give the contact point the receiver's name, a unique uid, the specified type and the settings of that type.",
    example:
      'contactPoints:\n  - name: critical\n    receivers:\n      - uid: critical-webhook\n        type: webhook\n        settings: {} # no url',
  },
  *judge({ spec, config }) {
    const [file] = config.contactPoints
    if (file === undefined) return
    const points = config.contactPoints.flatMap((root) => root.items('contactPoints'))
    for (const receiver of spec.routing.receivers) {
      // Several of one name are one contact point.
      const own = points.filter((candidate) => candidate.string('name')?.trim() === receiver.name)
      const [point] = own
      const integrations = own.flatMap((each) => each.items('receivers'))
      const kinds: string[] = receiver.kind === 'discord' ? ['discord', 'slack'] : [receiver.kind]
      if (point === undefined)
        yield remark(
          receiver.name,
          file.near('contactPoints'),
          `a contact point ${receiver.name}`,
          `none${didYouMean(
            receiver.name,
            points.map((each) => each.string('name') ?? ''),
          )}`,
          undefined,
          receiver.optional ? 'warning' : 'error',
        )
      else if (integrations.length === 0) yield remark(receiver.name, point, 'an integration under receivers', 'none')
      // A misspelt type is said below.
      else if (!integrations.some(isMisspelt) && !integrations.some((integration) => kinds.includes(integration.string('type') ?? '')))
        yield remark(
          receiver.name,
          integrations[0]?.get('type') ?? point,
          receiver.kind,
          integrations.map((integration) => integration.string('type') ?? 'no type').join(', '),
        )
      for (const integration of integrations)
        if (integration.bool('disableResolveMessage') === true && receiver.sendResolved)
          yield remark(receiver.name, integration.near('disableResolveMessage'), 'resolved notifications', 'disableResolveMessage: true')
    }
    const uids = new Map<string, string>()
    for (const point of points) yield* judgePoint(point, uids)
    yield* variables(points, config)
    for (const root of config.contactPoints)
      if (root.string('apiVersion') !== '1')
        yield warning('apiVersion', root.near('apiVersion'), 'apiVersion: 1', root.string('apiVersion') ?? 'none')
  },
}

/** Where the URLs of most contact points are one server's with the point's name at the end, one that is not is a slip. */
function* oddOnes(points: readonly Cursor[], { env }: Workload): Generator<Remark> {
  const urls = points.flatMap((point) => {
    const [text] = point.items('receivers').flatMap((each) => each.string('settings', 'url') ?? [])
    const value = env.get(/^\$\{?(\w+)\}?$/.exec(text ?? '')?.[1] ?? '')
    const [, server = '', path = ''] = /^(https?:\/\/[^/]+)(\/.*)?$/.exec(value?.value ?? '') ?? []
    return value === undefined || server === '' ? [] : [{ name: point.string('name') ?? '', at: value.at, server, path, text: value.value }]
  })
  const ofForm = urls.filter(({ name, path }) => path.endsWith(`/${name}`))
  const [usual] = ofForm
  if (usual === undefined || ofForm.length < 2) return
  const isUsual = (server: string): boolean => urls.filter((each) => each.server === server).length * 2 > urls.length
  const folder = usual.path.slice(0, -usual.name.length)
  for (const { name, at, server, path, text } of urls) {
    const isOwn = !isUsual(server) && !server.startsWith(usual.server.replace(/:\d+$/, ''))
    if (isOwn || (isUsual(server) && path === `${folder}${name}`)) continue
    yield causing(remark(name, at, `${usual.server}${folder}${name}, as the others`, text), at.lines(), 'ports-agree')
  }
}

/** $NAME in a provisioning file is Grafana's own environment: unset it is an empty text. */
function* variables(points: readonly Cursor[], { workloads }: Configuration): Generator<Remark> {
  const grafana = workloads.filter(({ image }) => /(^|\/)grafana(-oss|-enterprise)?(:|@|$)/.test(image))
  const [only, ...more] = grafana
  if (only === undefined || more.length > 0 || only.unknownEnv) return
  yield* oddOnes(points, only)
  for (const point of points)
    for (const url of point.items('receivers').flatMap((each) => each.get('settings', 'url') ?? [])) {
      const name = /^\$\{?(\w+)\}?$/.exec(url.string() ?? '')?.[1]
      const value = name === undefined ? undefined : only.env.get(name)
      if (name === undefined) continue
      if (value === undefined)
        yield {
          ...remark(
            point.string('name') ?? '',
            url,
            `${name} in the environment of ${only.name}`,
            `not set${didYouMean(name, only.env.keys())}`,
          ),
          // The variable that was meant is read by nothing.
          causes: { lines: url.lines(), elsewhere: { of: ['grafana-variables-are-read'] } },
        }
      else if (value.value !== '' && !/^https?:\/\/[^/\s:]/.test(value.value))
        yield remark(point.string('name') ?? '', value.at, `an http(s) URL in ${name}`, 'another text')
    }
}

function isMisspelt(integration: Cursor): boolean {
  const type = integration.string('type')?.trim() ?? ''
  return !NEEDED.has(type) && nearest(type, NEEDED.keys()) !== undefined
}

function* judgePoint(point: Cursor, uids: Map<string, string>): Generator<Remark> {
  const name = point.string('name')?.trim() ?? ''
  if (name === '') yield remark('contact point', point, 'a name', 'none')
  for (const integration of point.items('receivers')) {
    const uid = integration.string('uid')?.trim() ?? ''
    const type = integration.string('type')?.trim() ?? ''
    const settings = integration.get('settings')
    const org = point.string('orgId') ?? '1'
    const other = uids.get(`${org} ${uid}`)
    if (uid === '') yield remark(name, integration.near('uid'), 'a uid', 'none')
    else if (other !== undefined)
      yield remark(name, integration.near('uid'), 'a uid of its own', `${uid}, also the uid of ${other}: the later one replaces it`)
    else if (!/^[\w-]{1,40}$/.test(uid) && !uid.includes('$'))
      // https://github.com/grafana/grafana/pull/73793
      yield remark(name, integration.near('uid'), 'at most 40 letters, digits, - and _', uid)
    uids.set(`${org} ${uid}`, name)
    if (type === '') yield remark(name, integration, 'a type', 'none')
    else if (!NEEDED.has(type))
      yield remark(
        name,
        integration.near('type'),
        'a type that Grafana knows',
        `${type}${didYouMean(type, NEEDED.keys())}`,
        undefined,
        didYouMean(type, NEEDED.keys()) === '' ? 'warning' : 'error',
      )
    if (integration.has('secureSettings'))
      yield warning(
        name,
        integration.near('secureSettings'),
        'every setting under settings',
        'secureSettings, which Grafana does not read from a file',
      )
    if ((settings?.pairs().length ?? 0) === 0) {
      yield remark(name, integration, 'settings with a URL', 'none')
      continue
    }
    for (const either of NEEDED.get(type) ?? []) {
      if (either.some((key) => (settings?.string(key)?.trim() ?? '') !== '')) continue
      yield remark(
        name,
        settings ?? integration,
        `${either.join(' or ')} in settings`,
        `none${didYouMean(either[0] ?? '', settings?.pairs().map(([key]) => key) ?? [])}`,
      )
    }
    if (type === 'slack' && settings?.has('url') !== true && settings?.has('token') === true && (settings.string('recipient') ?? '') === '')
      yield remark(name, settings, 'recipient in settings, where a token is used', 'none')
    const url = settings?.get('url')
    if (url?.string() !== undefined && !/^(?:https?:\/\/|\$)/.test(url.string() ?? ''))
      yield remark(name, url, 'an http(s) URL or a variable', 'neither')
  }
}
