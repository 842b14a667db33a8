import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { stagesOf } from '../../../config/loki/loki-stores.ts'

export const check: Check = {
  meta: {
    id: 'log-timestamps-keep-time',
    needs: ['promtail'],
    title: 'Every timestamp is read in the time zone it is written in',
    failureTitle: 'A timestamp is read in another time zone than it is written in',
    why: 'Promtail reads a time without a zone in `location`. Lines in UTC are then stored hours away from when they happened: Loki refuses them or no query of the moment finds them. https://grafana.com/docs/loki/latest/send-data/promtail/stages/timestamp/',
    mend: 'In the Promtail configuration, remove `location` from the timestamp stage, or use a format with a zone (RFC3339Nano).',
    example: 'timestamp:\n  source: time\n  format: "2006-01-02T15:04:05Z"\n  location: Asia/Seoul # the lines are in UTC',
  },
  *judge({ config, logLines }) {
    // Without recorded lines it is not known in which zone they are.
    if (!Object.values(logLines).some((lines) => lines.some((line) => UTC.test(line)))) return
    for (const job of config.promtail.flatMap((promtail) => promtail.items('scrape_configs')))
      for (const [name, stage] of stagesOf(job.get('pipeline_stages')))
        if (name === 'timestamp') yield* judge(job.string('job_name') ?? '', stage)
  },
}

const UTC = /\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:?00)/
/** Formats that read the zone in the text; times since the epoch have none. */
const ZONED = /^(?:RFC3339|RFC3339Nano|RFC1123|RFC1123Z|RFC822|RFC822Z|RFC850|RubyDate|UnixDate|Unix|UnixMs|UnixUs|UnixNs)$|Z07|-07|MST/

function* judge(job: string, stage: Cursor): Generator<Remark> {
  const at = stage.get('location')
  const location = at?.string() ?? ''
  if (at === undefined || /^(?:|UTC|GMT|Etc\/.*)$/.test(location)) return
  const format = stage.string('format') ?? ''
  const reason = '`location` has no effect beside a format with a time zone'
  if (ZONED.test(format)) yield warning(job, at, `no location: ${format} reads the zone in the line`, location, reason)
  else yield remark(job, at, 'UTC, as the recorded lines are', `location: ${location} for the format ${format}, which has no zone`)
}
