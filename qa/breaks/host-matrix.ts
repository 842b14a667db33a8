import { drill } from './break-matrix.ts'
import type { Change, Drill } from './break-matrix.ts'

/** Single breaks of examples/host, a platform of other shapes than ours. Files are named from its folder. */

const website = (from: string | RegExp, to: string): Change => ({ file: 'monitoring/rules/website.yml', from, to })
const machine = (from: string | RegExp, to: string): Change => ({ file: 'monitoring/rules/machine.yml', from, to })
const alertmanager = (from: string | RegExp, to: string): Change => ({ file: 'monitoring/alertmanager.yml', from, to })
const promtail = (from: string | RegExp, to: string): Change => ({ file: 'monitoring/promtail.yml', from, to })

/** What is about the drill as a whole may fail with it: a stray alert, a lost interval. */
const also = (...experiments: string[]): RegExp => new RegExp(`^(drill|${experiments.join('|')})$`)

export const HOST_DRILLS: Drill[] = [
  drill(
    'continue-and-mute',
    ['website-killed', 'shared-memory-used'],
    {
      name: 'continue-lost',
      change: alertmanager(/^ +continue: true\n/m, ''),
      part: 'alertmanager.yml',
      fails: 'website-killed notification-delivered',
      may: also('website-killed'),
      named: /arrived at pager and not at website-team\. Look at `continue`/,
    },
    {
      name: 'muted-at-any-time',
      change: alertmanager(/- weekdays: .*\n.*\n.*\n/, "- times: [{ start_time: '00:00', end_time: '24:00' }]\n"),
      part: 'alertmanager.yml',
      fails: 'shared-memory-used notification-delivered',
      may: also('shared-memory-used'),
      named: /its route is muted by the time interval backup, which covers/,
    },
  ),
  drill(
    'unless-and-trend',
    ['website-killed', 'shared-memory-filled'],
    {
      name: 'unless-lost',
      change: website(/ unless on \(job, instance\) .* < 1\n/, '\n'),
      part: 'WebsiteHangs',
      fails: 'website-killed isolation',
      may: also('website-killed'),
      named: /WebsiteHangs/,
    },
    {
      name: 'trend-too-high',
      change: machine('> 3e9', '> 3e10'),
      part: 'SharedMemoryFillsUp',
      fails: 'shared-memory-filled',
      may: also('shared-memory-filled'),
      named: /loaded rule SharedMemoryFillsUp differs: .*3e\+?10|30000000000/,
    },
  ),
  drill(
    'absent-and-status',
    ['node-exporter-killed', 'website-errors'],
    {
      name: 'absent-of-no-job',
      change: machine('absent(node_uname_info{job="node"})', 'absent(node_uname_info)'),
      part: 'NodeExporterAbsent',
      fails: 'node-exporter-killed',
      may: also('node-exporter-killed', 'NodeExporterAbsent'),
      named: /loaded rule NodeExporterAbsent differs/,
    },
    {
      name: 'status-not-counted',
      change: promtail(/^ +- labels:\n +status:\n/m, ''),
      part: 'WebsiteErrors',
      fails: 'WebsiteErrors rule-sees-subject',
      may: also('website-errors', 'WebsiteErrors'),
      named: /can never fire for .*: no series promtail_custom_http_responses_total.* has a label: status/,
    },
  ),
  {
    // The shortest, 59 s: neither failure has another fault beside it, so none is confirmed alone.
    short: true,
    ...drill(
      'matcher-and-log',
      ['website-errors', 'nginx'],
      {
        name: 'matcher-of-one-name',
        change: alertmanager('"Website.+"', '"Website"'),
        part: 'alertmanager.yml',
        fails: 'website-errors notification-delivered',
        may: also('website-errors'),
        named: /no notification at website-team, but at operations/,
      },
      {
        name: 'log-label-misspelt',
        change: promtail('log: access', 'log: acces'),
        part: 'nginx',
        fails: 'nginx',
        may: /^nginx$/,
        named: /log is "acces", not "access"/,
      },
    ),
  },
]
