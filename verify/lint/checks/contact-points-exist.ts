import { remark } from '../check.ts'
import type { Check } from '../check.ts'

export const check: Check = {
  meta: {
    id: 'contact-points-exist', area: 'grafana', severity: 'error', needs: ['contact-points'],
    title: 'Grafana\'s contact points exist and can notify', failureTitle: 'A contact point is missing or cannot notify',
    why: 'A policy that names a contact point that is not there keeps Grafana from starting; one without an address says nothing.',
  },
  *judge({ spec, config }) {
    const points = config.contactPoints.flatMap((file) => file.get('contactPoints')?.items() ?? [])
    const [file] = config.contactPoints
    if (file === undefined) return
    for (const receiver of spec.routing.receivers) {
      const point = points.find((candidate) => candidate.string('name') === receiver.name)
      const integrations = point?.get('receivers')?.items() ?? []
      if (point === undefined) yield remark(receiver.name, file.get('contactPoints') ?? file, `a contact point ${receiver.name}`, 'none', undefined, receiver.optional ? 'warning' : 'error')
      else if (integrations.length === 0) yield remark(receiver.name, point, 'a receiver in the contact point', 'none')
      for (const integration of integrations) {
        if (integration.string('type') !== receiver.kind && !(receiver.kind === 'discord' && integration.string('type') === 'slack')) yield remark(receiver.name, integration.get('type') ?? integration, receiver.kind, integration.string('type') ?? 'no type')
        if ((integration.get('settings')?.pairs().length ?? 0) === 0) yield remark(receiver.name, integration, 'settings with an address', 'none')
        if (integration.bool('disableResolveMessage') === true && receiver.sendResolved) yield remark(receiver.name, integration.get('disableResolveMessage') ?? integration, 'resolved messages', 'disableResolveMessage: true')
      }
    }
    const names = new Set(points.map((point) => point.string('name') ?? ''))
    for (const policy of config.provisioning.flatMap((provisioning) => provisioning.get('policies')?.items() ?? [])) {
      for (const route of [policy, ...policy.get('routes')?.items() ?? []]) {
        const name = route.string('receiver')
        if (name !== undefined && !names.has(name)) yield remark('policies', route.get('receiver') ?? route, `one of ${[...names].join(', ')}`, name)
      }
      const expected = spec.routing.routes.filter((route) => Object.keys(route.match).length === 0)[0]?.receiver
      if (expected !== undefined && policy.string('receiver') !== expected) yield remark('policies', policy.get('receiver') ?? policy, expected, policy.string('receiver') ?? 'no receiver')
    }
  },
}
