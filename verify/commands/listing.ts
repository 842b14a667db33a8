import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Spec } from '../model/spec.ts'

/** One thing that has an id: what `list` shows and `explain` prints. */
export interface Entry {
  id: string
  kind: 'check' | 'rule' | 'outage' | 'fault' | 'scenario' | 'error'
  /** Where it belongs: lint, simulate, run. */
  where: string
  title: string
  /** What explain prints. */
  page: string
}

export async function checkEntries(): Promise<Entry[]> {
  const { checkPages, pageText } = await import('./check-page.ts')
  return (await checkPages()).map((page) => ({
    id: page.meta.id,
    kind: 'check',
    where: page.rung,
    title: page.meta.title,
    page: pageText(page),
  }))
}

function page(id: string, kind: string, text: readonly string[]): string {
  return `# ${id}\n\n${kind}\n\n${text.join('\n')}\n`
}

export function ruleEntries(spec: Spec): Entry[] {
  return spec.rules.map((rule) => ({
    id: rule.alert,
    kind: 'rule',
    where: rule.labels['severity'] ?? '',
    title: rule.condition.expr.replace(/\s+/g, ' '),
    page: page(rule.alert, 'rule', [
      rule.because,
      '',
      `condition:   ${rule.condition.expr.replace(/\s+/g, ' ')}`,
      `for:         ${rule.forMs / 1000} s`,
      `labels:      ${Object.entries(rule.labels)
        .map(([label, value]) => `${label}=${value}`)
        .join(', ')}`,
      ...Object.entries(rule.annotations).map(([name, value]) => `${`${name}:`.padEnd(13)}${value}`),
      '',
      'experiments:',
      ...rule.experiments.map(
        ({ id, title, because, inTurnWith }) =>
          `  ${id}: ${title}. ${because}${inTurnWith === undefined ? '' : ` In turn, in the place of ${inTurnWith.join(' and ')}.`}`,
      ),
    ]),
  }))
}

export function outageEntries(spec: Spec): Entry[] {
  return (spec.outages ?? []).map((outage) => ({
    id: outage.id,
    kind: 'outage',
    where: '',
    title: outage.title,
    page: page(outage.id, 'outage', [
      outage.because,
      '',
      `cause:      ${outage.fault === undefined ? `the experiment ${outage.during ?? ''}` : `${outage.fault.id} on ${outage.fault.target}, for ${(outage.holdMs ?? 0) / 1000} s`}`,
      `meanwhile:  ${outage.ratePerS} requests a second, ${outage.request.method} ${outage.request.path} at ${outage.request.service}`,
      ...(outage.spans === undefined ? [] : [`spans:      ${outage.spans}`]),
      ...(outage.lines === undefined ? [] : [`lines:      ${outage.lines}, of ${outage.service}`]),
      `recovers:   within ${outage.recoversWithinMs / 1000} s`,
      `named:      ${outage.named}`,
    ]),
  }))
}

export async function faultEntries(): Promise<Entry[]> {
  const { bounds, faults } = await import('../../chaos/fault-registry.ts')
  return faults.map(({ meta }) => ({
    id: meta.id,
    kind: 'fault' as const,
    where: meta.needs.join(', '),
    title: meta.title,
    page: page(meta.id, 'fault', [
      meta.title,
      '',
      `needs:         ${meta.needs.join(', ')}`,
      `blast radius:  ${meta.blastRadius}`,
      `undo:          ${meta.undone}`,
      ...Object.entries(meta.params).map(([name, param]) => `${name}: ${param.title} (default ${param.default}; may be: ${bounds(param)})`),
    ]),
  }))
}

export function scenarioEntries({ scripts }: Pick<PlatformFolder, 'scripts'>): Entry[] {
  return Object.entries(scripts).map(([id, { title, why, usedBy, params }]) => ({
    id,
    kind: 'scenario' as const,
    where: 'k6',
    title,
    page: page(id, 'scenario', [
      `${title}.`,
      '',
      ...(why === undefined ? [] : [why]),
      ...(usedBy === undefined ? [] : [`Used by: ${usedBy}.`]),
      '',
      ...Object.entries(params).map(
        ([name, param]) => `${name}: ${param.title}${param.default === undefined ? '' : ` (default ${JSON.stringify(param.default)})`}`,
      ),
    ]),
  }))
}
