import { remark, type Check } from '../../lint-check.ts'
import { bestStream, processed, requestLines, streamsOf } from '../../container-logs.ts'
import { pipelinesOf, setting, severityIn, stagesOf, storeOf } from '../../../config/loki/loki-stores.ts'

/**
 * From 3.0 on structured metadata is on unless switched off, and asks for this schema:
 * https://grafana.com/docs/loki/latest/setup/upgrade/#300
 */
const ON_BY_DEFAULT = 300

export const check: Check = {
  meta: {
    id: 'log-store-keeps-metadata',
    needs: ['loki', 'promtail'],
    title: 'Loki stores the structured metadata that Promtail sends',
    failureTitle: 'Loki rejects or drops the structured metadata that Promtail sends',
    why: 'Where structured metadata is off, Loki rejects every line that has some with 400, and Promtail does not retry. A schema before v13 or another index than tsdb cannot store it: 2.9 drops it, 3.x does not start. https://grafana.com/docs/loki/latest/get-started/labels/structured-metadata/',
    mend: 'In the Loki configuration, set limits_config.allow_structured_metadata to true and use schema v13 with store tsdb.',
    example: 'limits_config:\n  allow_structured_metadata: false',
  },
  *judge(input) {
    for (const promtail of input.config.promtail) {
      const store = storeOf(promtail, input.config)
      if (store === undefined) continue
      const promised = new Set(
        streamsOf(input)
          .filter((stream) => stream.promtail === promtail)
          .flatMap(({ log, streams }) => {
            const best = bestStream(streams, log)
            return best?.labels === undefined
              ? []
              : requestLines(input.logLines[log.service] ?? []).flatMap((line) =>
                  Object.keys(processed(best, line).metadata).filter((name) => name in log.fields),
                )
          }),
      )
      const used =
        promised.size > 0 ||
        pipelinesOf(promtail).some((pipeline) => [...stagesOf(pipeline)].some(([name]) => name === 'structured_metadata'))
      const allowed = setting(store, input.config, 'validation.allow-structured-metadata', 'limits_config', 'allow_structured_metadata')
      const byDefault = store.version === undefined ? undefined : store.version >= ON_BY_DEFAULT
      const on = allowed === 'unknown' ? undefined : allowed === 'absent' ? byDefault : /^true$/i.test(allowed.text)
      const severity = severityIn(store, promised.size > 0 ? 'error' : 'warning')
      const names = promised.size > 0 ? [...promised].join(', ') : 'structured metadata'
      if (on === false && used)
        yield remark(
          'limits_config',
          typeof allowed === 'object' ? allowed.at : store.root.near('limits_config'),
          'allow_structured_metadata: true',
          `${typeof allowed === 'object' ? 'false' : 'false by default before 3.0'}: lines with ${names} are rejected`,
          undefined,
          severity,
        )
      const periods = store.root.items('schema_config', 'configs')
      const short = periods.filter(
        (period) =>
          Number(/^v(\d+)$/.exec(period.string('schema') ?? '')?.[1] ?? Number.NaN) < 13 ||
          !['tsdb', undefined].includes(period.string('store')),
      )
      // One period with the right schema is enough: a schema is upgraded by adding a period.
      if (
        on !== true ||
        periods.length === 0 ||
        short.length < periods.length ||
        periods.some((period) => /\$\{/.test(`${period.string('schema')}${period.string('store')}`))
      )
        continue
      const period = short.at(-1)!
      const observed = `${period.string('schema') ?? 'no schema'} with ${period.string('store') ?? 'no store'}`
      if (byDefault === true)
        yield remark(
          'schema_config',
          period.near('schema'),
          'schema v13 with store tsdb, or allow_structured_metadata: false',
          `${observed}: Loki ${Math.floor((store.version ?? 0) / 100)} does not start`,
        )
      else if (used)
        yield remark(
          'schema_config',
          period.near('schema'),
          'schema v13 with store tsdb',
          `${observed}: ${names} is not stored`,
          undefined,
          severity,
        )
    }
  },
}
