import { causing, remark, warning, type Check } from '../../lint-check.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { nameOfObject, objectsOf } from '../../../config/deployment/kubernetes-objects.ts'
import { extraHostsOf } from '../../../config/deployment/links.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'receiver-address-is-known',
    needs: ['alertmanager'],
    title: "Every webhook URL is its receiver's address",
    failureTitle: "A webhook URL is not its receiver's address",
    why: "The last path segment of the URL is the receiver's name, so that a notification shows which receiver it was sent to. The host is a service of the platform. Notifications to another host or port are lost.",
    mend: "In alertmanager.yml, set the webhook's url to the receiving service's host and port, with the receiver's name as last part of the path. Remove proxy_url and a timeout below 1 s.",
    example: '- name: critical\n  webhook_configs:\n    - url: http://notification-sink:9199/default',
  },
  *judge({ spec, config }) {
    for (const alertmanager of config.alertmanager) {
      const receivers = alertmanager.items('receivers')
      const webhooks = receivers.flatMap((receiver) =>
        receiver.items('webhook_configs').map((webhook) => ({
          name: receiver.string('name') ?? '',
          webhook,
          at: webhook.near('url'),
          url: parse(webhook.string('url')),
        })),
      )
      const promised = webhooks.filter(({ name }) =>
        spec.routing.receivers.some((receiver) => receiver.name === name && !receiver.optional),
      )
      const byName = promised.filter(({ url, name }) => url?.path.split('/').at(-1) === name).length
      for (const { name, at, url, webhook } of promised) {
        if (url === undefined) continue
        const last = url.path.split('/').at(-1) ?? ''
        // Where names are not used as paths at all, nothing is promised about them.
        const isOthers = spec.routing.receivers.some((receiver) => receiver.name === last)
        if (last !== name && (byName > 0 || isOthers)) {
          const said = remark(name, at, `a URL that ends in /${name}`, url.text)
          // With another receiver's address it has none of its own: receiver-notifies says no more.
          yield isOthers ? causing(said, at.lines(), 'receiver-notifies') : said
        }
        const proxy = webhook.get('http_config', 'proxy_url') ?? alertmanager.get('global', 'http_config', 'proxy_url')
        if (proxy !== undefined && !url.host.includes('.'))
          yield remark(
            name,
            proxy,
            `no proxy_url: ${url.host} is in the platform's own network`,
            `proxy_url: ${(proxy.string() ?? '').replace(/\/\/[^/]*@/, '//***@')}`,
          )
        const timeoutMs = webhook.durationMs('timeout')
        if (timeoutMs !== undefined && timeoutMs > 0 && timeoutMs < 1_000)
          yield warning(name, webhook.near('timeout'), 'a timeout of at least 1s', `timeout: ${webhook.string('timeout') ?? ''}`)
        const wrong = originIsWrong(url, promised, config)
        if (wrong !== undefined) yield remark(name, at, wrong.expected, wrong.observed, undefined, wrong.sure ? 'error' : 'warning')
      }
    }
  },
}

interface Url {
  text: string
  origin: string
  host: string
  path: string
}

/** What is wrong with scheme, host or port, in view of the other receivers and of the platform. */
function originIsWrong(
  url: Url,
  receivers: readonly { url: Url | undefined }[],
  config: Configuration,
): { expected: string; observed: string; sure: boolean } | undefined {
  const { workloads } = config
  // extra_hosts, and Services of Kubernetes, give names to what runs outside of the platform.
  const services = [
    ...workloads.flatMap((workload) => [workload.name, workload.container, ...extraHostsOf(workload).map(({ name }) => name)]),
    ...objectsOf(config).flatMap((at) => (at.string('kind') === 'Service' ? nameOfObject(at) : [])),
  ]
  const isKnown = ({ host }: Url): boolean =>
    services.length === 0 || host.includes('.') || services.includes(host) || /^(localhost|host-gateway)$/.test(host)
  const others = receivers.flatMap((other) => (other.url === undefined || other.url === url ? [] : [other.url]))
  if (!isKnown(url))
    return {
      expected: 'a service of the platform',
      observed: `${url.host}${didYouMean(url.host, services)}`,
      sure: !others.some(({ origin }) => origin === url.origin),
    }
  const [one] = others
  if (one === undefined || others.some(({ origin }) => origin === url.origin)) return undefined
  // Of two that differ one is wrong: whose host is unknown, whose port no service of the platform names, or who speaks TLS to a neighbour.
  const faults = (each: Url): number =>
    (isKnown(each) ? 0 : 4) + (names(workloads, each) ? 0 : 2) + (each.origin.startsWith('https:') && !each.host.includes('.') ? 1 : 0)
  if (others.length === 1 && faults(url) < faults(one)) return undefined
  return {
    expected: `${one.origin}, the host and port of the other receivers`,
    observed: url.origin,
    sure: !workloads.some((workload) => workload.name === url.host),
  }
}

function parse(text: string | undefined): Url | undefined {
  const match = /^(https?:\/\/([^/:\s]+)(?::\d+)?)(\/[^?#]*)?/.exec(text ?? '')
  return match === null
    ? undefined
    : { text: text ?? '', origin: match[1] ?? '', host: match[2] ?? '', path: (match[3] ?? '').replace(/\/$/, '') }
}

/** Whether the URL's port stands in what its service is given (ports, health check), or anywhere when it is none of the platform. */
function names(workloads: readonly Workload[], url: { text: string; host: string } | undefined): boolean {
  const port = /^https?:\/\/[^/:\s]+:(\d+)/.exec(url?.text ?? '')?.[1]
  if (port === undefined) return false
  const own = workloads.filter(({ name, container }) => name === url?.host || container === url?.host)
  const written = ({ at }: Workload): string => at.text.text.slice(...(at.node?.range ?? [0, 0]))
  return (own.length > 0 ? own : workloads).some((workload) => new RegExp(`\\b${port}\\b`).test(written(workload)))
}
