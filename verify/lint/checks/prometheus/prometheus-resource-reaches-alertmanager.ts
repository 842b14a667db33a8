import { remark, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { deployedObjects } from '../../../config/deployment/deployed-objects.ts'
import { operatorObjects } from '../../../config/deployment/operator-objects.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'prometheus-resource-reaches-alertmanager',
    needs: ['manifest'],
    acrossInstances: true,
    title: "The Prometheus resource names an Alertmanager's Service, its namespace and its port",
    failureTitle: 'The Prometheus resource sends alerts to a Service, namespace or port that there is not',
    why: 'spec.alerting.alertmanagers names the Endpoints of a Service. Where name, namespace or the name of the port differ Prometheus finds no Alertmanager: alerts fire, and no notification is sent. https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerEndpoints',
    mend: 'In the Prometheus resource, name the Service of Alertmanager (alertmanager-operated is made by the operator), its namespace and the name of its port.',
    example:
      'kind: Prometheus\nspec:\n  alerting:\n    alertmanagers: [{ namespace: monitoring, name: main, port: web }] # the Service is alertmanager-main',
  },
  *judge({ config }) {
    const services = servicesOf(config)
    const own = operatorObjects(config, 'Alertmanager').map(({ name }) => name)
    for (const { object, name, namespace } of operatorObjects(config, 'Prometheus'))
      for (const each of object.items('spec', 'alerting', 'alertmanagers')) yield* judgeOne(name, each, namespace, services, own)
  },
}

interface Service {
  name: string
  namespace: string | undefined
  ports: readonly (string | undefined)[]
}

/** Services that are written, and the one that the operator makes for the Alertmanagers of a namespace. */
function servicesOf(config: Configuration): Service[] {
  const written = deployedObjects(config)
    .filter(({ base }) => base.string('kind') === 'Service')
    .map(({ object, name, namespace }) => ({ name, namespace, ports: object.items('spec', 'ports').map((port) => port.string('name')) }))
  const made = operatorObjects(config, 'Alertmanager').map(({ object, namespace }) => ({
    name: object.string('spec', 'serviceName') ?? 'alertmanager-operated',
    namespace,
    ports: [object.string('spec', 'portName') ?? 'web'],
  }))
  return [...written, ...made]
}

function* judgeOne(
  prometheus: string,
  at: Cursor,
  home: string | undefined,
  services: readonly Service[],
  alertmanagers: readonly string[],
): Generator<Remark> {
  const [name = '', port] = [at.string('name'), at.string('port')]
  const namespace = at.string('namespace') ?? home
  const named = services.filter((each) => each.name === name)
  if (named.length === 0) {
    // Most are deployed by others: what is nearly the name of one here, or that of the Alertmanager itself, was meant.
    const names = services.map((each) => each.name)
    const meant = alertmanagers.includes(name) ? names.find((each) => each.includes('alertmanager')) : nearest(name, names, 2)
    if (meant !== undefined) yield remark(prometheus, at.near('name'), `the Service ${meant}`, `${name}, which no Service is called`)
    return
  }
  const there = named.filter((each) => each.namespace === undefined || namespace === undefined || each.namespace === namespace)
  if (there.length === 0) {
    const known = named.flatMap((each) => each.namespace ?? [])
    yield remark(prometheus, at.near('namespace'), `${known.join(', ')}, where the Service ${name} is`, namespace ?? 'none')
    return
  }
  const ports = there.flatMap((each) => each.ports)
  const names = ports.flatMap((each) => each ?? [])
  if (port === undefined || /^\d+$/.test(port) || port.includes('$') || ports.length === 0 || names.includes(port)) return
  const known = names.length === 0 ? 'a name for the port of the Service' : `a port of the Service ${name}: ${names.join(', ')}`
  yield remark(prometheus, at.near('port'), known, `${port}${didYouMean(port, names)}`)
}
