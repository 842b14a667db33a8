import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** https://github.com/prometheus/prometheus/blob/v2.48.0/model/rulefmt/rulefmt.go (RuleNode.Validate) */
export const check: Check = {
  meta: {
    id: 'rule-entries-are-accepted',
    needs: ['rules'],
    isRefusal: true,
    title: 'Every entry of a rule group is an alert or a recording, with the keys of its kind',
    failureTitle: 'Prometheus refuses an entry of a rule group, and with it the file',
    why: 'An entry has either `alert` or `record`, and an `expr`. `for`, `keep_firing_for` and annotations belong to alerts. The name of a recording is that of a metric. With one such entry Prometheus does not start, and a reload keeps the old rules.',
    mend: 'In the rule file, give the entry `alert:` or `record:`, and take out the key that the finding names.',
    example: '- record: job:up:sum\n  expr: sum by (job) (up)\n  for: 5m',
  },
  *judge({ config }) {
    for (const file of config.ruleFiles)
      for (const group of file.items('groups')) for (const entry of group.items('rules')) yield* judgeEntry(entry)
  },
}

const OF_ALERTS = ['for', 'keep_firing_for', 'annotations']

function* judgeEntry(entry: Cursor): Generator<Remark> {
  const [alert, record] = [entry.string('alert') ?? '', entry.string('record') ?? '']
  if (!entry.isMap()) yield remark('rules', entry, 'an entry with alert or record, and expr', 'no mapping')
  else if (alert === '' && record === '')
    yield {
      ...remark('rules', entry, 'alert: or record:', 'neither: the entry has no name'),
      // It may be the one that is specified.
      causes: { lines: entry.lines(), elsewhere: { of: ['rule-exists'] } },
    }
  else if (alert !== '' && record !== '')
    yield {
      ...remark(alert, entry.near('record'), 'alert: or record:', `both: ${alert} and ${record}`),
      causes: { lines: entry.lines() },
    }
  else if ((entry.string('expr') ?? '') === '') yield remark(alert || record, entry.near('expr'), 'an expr', 'none')
  else if (record !== '') {
    if (!/^[a-zA-Z_:][\w:]*$/.test(record) && !record.includes('{{'))
      yield remark(record, entry.near('record'), record.replace(/[^\w:]/g, '_'), `${record}, which is no metric name`)
    for (const key of OF_ALERTS)
      if (entry.has(key)) yield remark(record, entry.get(key)?.keyPlace() ?? entry, `no ${key}: it belongs to alerts`, key)
  }
}
