import { causing, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { hasSeriesOfOthers, scrapeJobs, type Configuration } from '../../../config/configuration.ts'
import { ruleOwners } from '../../../config/deployment/loaded-rules.ts'
import type { ConfigText, Cursor } from '../../../config/yaml/cursor.ts'
import type { Matcher, Selector } from '../../../promql/ast.ts'
import { accepts, validRegex } from '../../../promql/compare-matchers.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { exprAt, soughtAbsent } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-jobs-are-scraped',
    needs: ['prometheus', 'rules'],
    acrossInstances: true,
    title: 'Every job that a rule asks for is a job of scrape_configs',
    failureTitle: 'A rule asks for a job that is not scraped: it can never fire',
    why: 'The label job is the job_name of scrape_configs, where nothing else sets it. A selector with another one selects no series, without an error; `absent` of it always fires. https://prometheus.io/docs/concepts/jobs_instances/',
    mend: 'Use one name in the rule and in scrape_configs: the finding lists the jobs that there are.',
    example: 'expr: up{job="node-exporter"} == 0 # scrape_configs: job_name: node',
  },
  *judge(input) {
    for (const [jobs, files] of filesByJobs(input)) {
      const asked = [...askedBy(files, input)].filter(({ matcher }) => ![...jobs.keys()].some((job) => accepts(matcher, job)))
      for (const same of Map.groupBy(asked, ({ matcher }) => `${matcher.op}${matcher.value}`).values()) yield* judgeOne(same, jobs, input)
    }
  },
}

type Jobs = ReadonlyMap<string, Cursor>

/** Rule files by the jobs of all Prometheus that load them, where these are known. */
function filesByJobs({ config }: LintInput): Map<Jobs, Set<ConfigText>> {
  const of = new Map(config.prometheus.map((root) => [root, jobsOf(root, config)]))
  const found = new Map<string, [Jobs, Set<ConfigText>]>()
  for (const [file, { loadedBy }] of ruleOwners(config)) {
    const all = loadedBy.flatMap((root) => of.get(root) ?? [])
    if (loadedBy.length === 0 || all.length < loadedBy.length) continue
    const key = loadedBy.map((root) => config.prometheus.indexOf(root)).join()
    const [jobs, files] = found.get(key) ?? [new Map(all.flatMap((each) => [...each])), new Set<ConfigText>()]
    found.set(key, [jobs, files.add(file.text)])
  }
  return new Map(found.values())
}

interface Asked {
  rule: RuleNode
  selector: Selector
  matcher: Matcher
}

/** Where several rules ask for it, and a job of nearly this name is asked for by none, the job is what differs. */
function* judgeOne(asked: readonly Asked[], jobs: Jobs, { config }: LintInput): Generator<Remark> {
  const [first] = asked
  if (first === undefined) return
  const { rule, selector, matcher } = first
  const alerts = [...new Set(asked.map((each) => each.rule.alert))]
  const meant = nearest(matcher.value, [...jobs.keys()], 3)
  const at = meant === undefined ? undefined : jobs.get(meant)
  const isAskedFor = config.rules.some(({ selectors }) =>
    selectors.some(({ matchers }) => matchers.some((each) => each.label === 'job' && /^=/.test(each.op) && accepts(each, meant ?? ''))),
  )
  const text = `job${matcher.op}${JSON.stringify(matcher.value)}`
  if (at !== undefined && meant !== undefined && alerts.length > 1 && !isAskedFor)
    yield remark(alerts.join(', '), at, `${matcher.value}, as ${alerts.length} rules have it`, meant)
  else
    yield causing(
      remark(
        alerts.join(', '),
        exprAt(rule, selector.span),
        `a job of scrape_configs (${[...jobs.keys()].join(', ')})`,
        `${text}${didYouMean(matcher.value, jobs.keys())}`,
        soughtAbsent(rule).has(selector) ? 'A rule asks for the absence of a job that is not scraped: it always fires' : undefined,
      ),
      rule.at.lines(),
      'rule-metrics-exist',
    )
}

/** Jobs by their name; undefined where series may have others: their labels are discovered, rewritten, pushed, or come from elsewhere. */
function jobsOf(prometheus: Cursor, config: Configuration): Jobs | undefined {
  const jobs = scrapeJobs(config, prometheus)
  const isOpen =
    hasSeriesOfOthers(config) ||
    (prometheus.has('scrape_config_files') && config.scrapeFragments.length === 0) ||
    jobs.some(setsJob) ||
    prometheus.texts.some(({ text }) => /job_name:.*[{$<]/.test(text))
  return isOpen || jobs.length === 0 ? undefined : new Map(jobs.map((job) => [job.string('job_name') ?? '', job.near('job_name')]))
}

/** A label job that is none of the name: of the target's own, of discovery that has labels, or of relabelling. */
function setsJob(job: Cursor): boolean {
  const steps = [...job.items('relabel_configs'), ...job.items('metric_relabel_configs')]
  return (
    job.bool('honor_labels') === true ||
    job.has('file_sd_configs') ||
    job.has('http_sd_configs') ||
    job.items('static_configs').some((each) => each.has('labels') && each.get('labels')?.has('job') === true) ||
    steps.some(
      (step) =>
        /^job$|\$/.test(step.string('target_label') ?? '') || /^(?:labelmap|labeldrop|labelkeep)$/i.test(step.string('action') ?? ''),
    )
  )
}

/** Matchers of jobs in rules. What is recorded may have a job of its own, and of what is promised others speak. */
function* askedBy(files: ReadonlySet<ConfigText>, { config, spec, facts }: LintInput): Generator<Asked> {
  const recorded = new Set(config.recordings.map(({ record }) => record))
  const promised = new Set(spec.platform.targets.flatMap(({ job, address }) => (address === '' ? [] : [job])))
  for (const rule of config.rules.filter(({ at }) => files.has(at.text)))
    for (const selector of rule.selectors) {
      if (selector.metric !== null && (recorded.has(selector.metric) || /^ALERTS|:/.test(selector.metric))) continue
      // rule-labels-exist compares with the jobs that were recorded, prometheus-scrapes-targets with those that are specified.
      if (selector.metric !== null && (facts.jobsExposing(selector.metric)?.length ?? 0) > 0) continue
      for (const matcher of selector.matchers)
        if (
          matcher.label === 'job' &&
          /^=/.test(matcher.op) &&
          matcher.value !== '' &&
          !matcher.value.includes('$') &&
          !promised.has(matcher.value) &&
          (matcher.op === '=' || validRegex(matcher.value))
        )
          yield { rule, selector, matcher }
    }
}
