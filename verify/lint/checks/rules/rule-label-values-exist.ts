import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import type { Matcher, Selector } from '../../../promql/ast.ts'
import { accepts, validRegex } from '../../../promql/compare-matchers.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { exprAt, soughtAbsent } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-label-values-exist',
    needs: ['rules'],
    title: 'Label values that an exporter fixes are written as it writes them',
    failureTitle: 'A selector asks for a label value that its exporter never writes',
    why: 'Values are compared letter by letter: mode="Idle" selects no CPU time, and mode!="Idle" excludes none. Exporters fix these values in their source. https://github.com/prometheus/node_exporter https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics',
    mend: 'In the rule file, write the value that the finding names.',
    example: 'expr: 1 - avg(rate(node_cpu_seconds_total{mode="Idle"}[5m])) > 0.9',
  },
  *judge(input) {
    for (const rule of input.config.rules) {
      if (!rule.selectors.some(({ metric }) => metric !== null && FIXED.some((each) => each.metric.test(metric)))) continue
      for (const selector of rule.selectors) for (const matcher of selector.matchers) yield* judgeOne(rule, selector, matcher, input)
    }
  },
}

interface Fixed {
  metric: RegExp
  label: string
  values: ReadonlySet<string>
  /** There may be others: a value that differs by its case, or by a slip, is meant to be one of these all the same. */
  isOpen: boolean
}

const fixed = (metric: RegExp, label: string, values: string, isOpen = false): Fixed => ({
  metric,
  label,
  values: new Set(values.split(',')),
  isOpen,
})

const FIXED: readonly Fixed[] = [
  // Linux; BSD, Solaris and AIX have others.
  fixed(
    /^(?:node_cpu_seconds_total|node_cpu)$/,
    'mode',
    'idle,iowait,irq,nice,softirq,steal,system,user,guest,guest_nice,interrupt,intr,kernel,spin,sys,wait',
  ),
  fixed(/^node_systemd_unit_state$/, 'state', 'active,activating,deactivating,failed,inactive'),
  fixed(/^node_filesystem_/, 'fstype', 'ext2,ext3,ext4,xfs,btrfs,zfs,tmpfs,ramfs,overlay,squashfs,vfat,nfs,nfs4,cifs,fuse.lxcfs', true),
  fixed(/^kube_pod_status_phase$/, 'phase', 'Pending,Running,Succeeded,Failed,Unknown'),
  fixed(/^kube_persistentvolume_status_phase$/, 'phase', 'Pending,Available,Bound,Released,Failed'),
  fixed(/^kube_persistentvolumeclaim_status_phase$/, 'phase', 'Pending,Bound,Lost'),
  fixed(/^kube_namespace_status_phase$/, 'phase', 'Active,Terminating'),
  fixed(/^kube_node_status_condition$/, 'condition', 'Ready,MemoryPressure,DiskPressure,PIDPressure,NetworkUnavailable', true),
  fixed(/^kube_\w+_status_condition$/, 'status', 'true,false,unknown'),
  fixed(/^kube_pod_status_(?:ready|scheduled)$/, 'condition', 'true,false,unknown'),
  fixed(
    /^kube_pod_(?:init_)?container_status_waiting_reason$/,
    'reason',
    'ContainerCreating,CrashLoopBackOff,CreateContainerConfigError,CreateContainerError,ErrImagePull,ImagePullBackOff,InvalidImageName,PodInitializing',
    true,
  ),
  fixed(
    /^kube_pod_(?:init_)?container_status_(?:last_)?terminated_reason$/,
    'reason',
    'Completed,ContainerCannotRun,DeadlineExceeded,Error,Evicted,OOMKilled',
    true,
  ),
  fixed(/^jvm_memory_(?:(?:used|max|committed|init)_bytes|bytes_(?:used|max|committed|init))$/, 'area', 'heap,nonheap'),
  fixed(/^elasticsearch_cluster_health_status$/, 'color', 'green,yellow,red'),
  fixed(/^probe_http_duration_seconds$/, 'phase', 'connect,processing,resolve,tls,transfer'),
  fixed(
    /^apiserver_request_(?:total|duration_seconds_\w+)$/,
    'verb',
    'GET,LIST,WATCH,POST,PUT,PATCH,DELETE,APPLY,CONNECT,DELETECOLLECTION',
    true,
  ),
]

function* judgeOne(rule: RuleNode, selector: Selector, matcher: Matcher, input: LintInput): Generator<Remark> {
  const { metric } = selector
  const own = metric === null ? undefined : FIXED.find((each) => each.label === matcher.label && each.metric.test(metric))
  if (own === undefined || metric === null || matcher.value === '' || matcher.value.includes('$')) return
  if (isSaid(metric, matcher, input)) return
  const wrong = wrongIn(matcher, own)
  if (wrong === undefined) return
  const isExcluded = matcher.op.startsWith('!')
  yield remark(
    rule.alert,
    exprAt(rule, selector.span),
    wrong.meant === undefined
      ? `${matcher.label} of ${metric}: ${[...own.values].join(', ')}`
      : `${matcher.label}${matcher.op}"${wrong.meant}"`,
    `${matcher.label}${matcher.op}${JSON.stringify(matcher.value)}: ${wrong.part === matcher.value ? 'no series has it' : `no series has ${wrong.part}`}`,
    isExcluded
      ? 'A matcher excludes a label value that its exporter never writes: it excludes nothing'
      : soughtAbsent(rule).has(selector)
        ? 'A selector in absent() asks for a label value that its exporter never writes: it always fires'
        : undefined,
  )
}

/** One that differs from what was recorded by its case: rule-labels-exist says it. */
function isSaid(metric: string, { op, label, value }: Matcher, { facts }: LintInput): boolean {
  const recorded = [...(facts.valuesOf(metric, label) ?? [])]
  return recorded.includes(value) || (op === '=' && recorded.some((each) => each.toLowerCase() === value.toLowerCase()))
}

/** The part of a matcher that no value meets, and the value that was meant. */
function wrongIn(matcher: Matcher, { values, isOpen }: Fixed): { part: string; meant: string | undefined } | undefined {
  const isPattern = matcher.op.endsWith('~')
  if (isPattern && !validRegex(matcher.value)) return undefined
  const parts = isPattern ? partsOf(matcher.value) : [matcher.value]
  if (parts === undefined) {
    // A pattern as a whole: only what none of all values meets is wrong.
    const takes = { ...matcher, op: '=~' } as Matcher
    return isOpen || [...values].some((value) => accepts(takes, value)) ? undefined : { part: matcher.value, meant: undefined }
  }
  for (const part of parts) {
    if (part === '' || values.has(part)) continue
    const meant =
      [...values].find((each) => each.toLowerCase() === part.toLowerCase()) ?? nearest(part, [...values], part.length < 5 || isOpen ? 1 : 2)
    if (meant !== undefined) return { part, meant: isPattern ? matcher.value.replace(part, meant) : meant }
    if (!isOpen) return { part, meant: undefined }
  }
  return undefined
}

/** a|b|c, where each is a text. */
function partsOf(pattern: string): string[] | undefined {
  const plain = pattern.replace(/^\^?\(?(?:\?:)?|\)?\$?$/g, '')
  return /^[\w.-]*(?:\|[\w.-]*)*$/.test(plain) && !plain.includes('.') ? plain.split('|') : undefined
}
