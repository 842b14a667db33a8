import { refused, remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

/** Keys that stand under no other meaning elsewhere, and the first release that reads them, from the changelog of each program. */
const SINCE = {
  // https://github.com/prometheus/prometheus/blob/main/CHANGELOG.md
  prometheus: { keep_firing_for: '2.42', scrape_config_files: '2.43', query_offset: '2.53', body_size_limit: '2.28' },
  // https://github.com/prometheus/alertmanager/blob/main/CHANGELOG.md
  alertmanager: {
    matchers: '0.22',
    source_matchers: '0.22',
    target_matchers: '0.22',
    mute_time_intervals: '0.22',
    sns_configs: '0.23',
    time_intervals: '0.24',
    active_time_intervals: '0.24',
    telegram_configs: '0.24',
    discord_configs: '0.25',
    webex_configs: '0.25',
    msteams_configs: '0.26',
    jira_configs: '0.28',
  },
} as const

export const check: Check = {
  meta: {
    id: 'keys-fit-version',
    needs: ['workloads'],
    title: 'Every key is one that the deployed version reads',
    failureTitle: 'A key is newer than the version that is deployed: the file is refused',
    why: 'Prometheus and Alertmanager refuse a file with a key that they do not know: "field matchers not found in type config.plain". https://github.com/prometheus/alertmanager/issues/2755',
    mend: 'Deploy the version that the finding names, or a later one; or write what the deployed one reads (match and match_re for matchers).',
    example: 'image: prom/alertmanager:v0.21.0 # and matchers: in alertmanager.yml',
  },
  *judge({ config }) {
    const images = config.workloads.map(({ image }) => image)
    yield* newer(
      [...config.prometheus, ...config.ruleFiles],
      SINCE.prometheus,
      'Prometheus',
      versionOf(images, /(?:^|\/)prometheus:v?(\d+)\.(\d+)/),
    )
    // An AlertmanagerConfig is written for the operator.
    const routings = config.alertmanager.filter(({ key }) => key === '')
    yield* newer(routings, SINCE.alertmanager, 'Alertmanager', versionOf(images, /(?:^|\/)alertmanager:v?(\d+)\.(\d+)/))
  },
}

/** Of the only one that is deployed: which of several reads a file is not asked. */
function versionOf(images: readonly string[], pattern: RegExp): [major: number, minor: number] | undefined {
  const found = images.flatMap((image) => {
    const [, major, minor] = pattern.exec(image) ?? []
    return major === undefined || minor === undefined ? [] : [[Number(major), Number(minor)] as [number, number]]
  })
  return found.length === 1 ? found[0] : undefined
}

function* newer(
  roots: readonly Cursor[],
  since: Readonly<Record<string, string>>,
  program: string,
  version: [major: number, minor: number] | undefined,
): Generator<Remark> {
  if (version === undefined) return
  const [major, minor] = version
  const late = new Map(
    Object.entries(since).filter(([, first]) => {
      const [a = 0, b = 0] = first.split('.').map(Number)
      return major < a || (major === a && minor < b)
    }),
  )
  if (late.size === 0) return
  for (const root of roots) {
    const [[key, at] = [], ...others] = firstOf(root, late)
    if (key === undefined || at === undefined) continue
    const all = [key, ...others.map(([each]) => each)]
    const first = [...all].sort((a, b) => Number(late.get(b)?.split('.')[1]) - Number(late.get(a)?.split('.')[1]))[0] ?? key
    yield refused(
      remark(
        all.join(', '),
        at.keyPlace(),
        `${program} ${late.get(first) ?? ''} or later`,
        `${program} ${major}.${minor}, which has no ${all.join(', ')}`,
      ),
    )
  }
}

/** The first place of each key. */
function firstOf(root: Cursor, keys: ReadonlyMap<string, string>): Map<string, Cursor> {
  const found = new Map<string, Cursor>()
  const walk = (at: Cursor, depth: number): void => {
    if (depth > 30) return
    for (const item of at.items()) walk(item, depth + 1)
    for (const [key, value] of at.pairs()) {
      if (keys.has(key) && !found.has(key)) found.set(key, value)
      if (!/^(?:annotations|labels)$/.test(key)) walk(value, depth + 1)
    }
  }
  walk(root, 0)
  return found
}
