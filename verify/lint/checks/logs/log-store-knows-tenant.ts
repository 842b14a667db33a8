import { remark, type Check } from '../../lint-check.ts'
import { clientsOf, pipelinesOf, stagesOf, storeOf, textOf, workloads } from '../../../config/loki/loki-stores.ts'

export const check: Check = {
  meta: {
    id: 'log-store-knows-tenant',
    needs: ['loki', 'promtail'],
    title: 'Promtail sends a tenant where Loki needs one',
    failureTitle: 'Loki needs a tenant that Promtail does not send',
    why: 'With auth_enabled (the default) Loki rejects every push without X-Scope-OrgID with 401, and Promtail does not retry. https://grafana.com/docs/loki/latest/operations/multi-tenancy/',
    mend: 'Set tenant_id in clients[] of the Promtail configuration, or auth_enabled: false in the Loki configuration.',
    example: "auth_enabled: true # and no tenant_id in Promtail's clients[]",
  },
  *judge({ config }) {
    const own = workloads(config).flatMap((workload) => [workload.name, workload.container])
    for (const promtail of config.promtail) {
      const store = storeOf(promtail, config)
      const auth = store === undefined ? undefined : textOf(store, config, 'true unless written', 'auth.enabled', 'auth_enabled')
      const named = pipelinesOf(promtail).some((pipeline) => [...stagesOf(pipeline)].some(([name]) => name === 'tenant'))
      if (auth === undefined || /^false$/i.test(auth) || named) continue
      for (const client of clientsOf(promtail)) {
        const host = /^https?:\/\/([^/:]+)/.exec(client.string('url') ?? '')?.[1] ?? ''
        // A proxy before Loki may say whose lines they are.
        const direct = own.length > 0 ? own.includes(host) : host === 'loki'
        const says =
          client.has('tenant_id') ||
          client
            .get('headers')
            ?.pairs()
            .some(([name]) => /^x-scope-orgid$/i.test(name)) === true
        if (direct && !says)
          yield remark('clients', client.near('url'), 'tenant_id, or the header X-Scope-OrgID', `no tenant_id, and auth_enabled is ${auth}`)
      }
    }
  },
}
