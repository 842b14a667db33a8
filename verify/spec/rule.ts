import { LOAD_MEASURES, PART_MEASURES } from '../model/spec.ts'
import type { AlertRef, ExperimentSpec, Labels, LegSpec, MeasuredBy, RuleSpec } from '../model/spec.ts'
import { condition, injection } from './condition.ts'
import { fault, load, part, resource } from './named.ts'
import {
  anyNumber,
  byDefault,
  duration,
  flag,
  kebab,
  listOf,
  mapOf,
  mapping,
  may,
  need,
  oneOf,
  positiveDuration,
  problem,
  refined,
  text,
} from './reader.ts'
import { answerPromise } from './read-probe.ts'
import type { Read } from './reader.ts'

export const BECAUSE = 'Why it is promised: the place of the requirement, in a sentence.'
export const labels: Read<Labels> = mapOf(text)

const hold: Read<{ ms: number; because: string }> = mapping({
  ms: need(positiveDuration, 'Shrinks with --speed.', { key: 'time', example: 'time: 3m' }),
  because: need(text, 'Why the computed time does not do.', { example: 'because: the cache is warm only after that' }),
})

const level = need(
  anyNumber,
  "What the cause brings about, in the unit of the condition's value (of a quantile: the share of slow requests). `plan` refuses one that cannot decide (GREY_ZONE): nearer to the threshold than 5 % of a gauge, else 20 % or the window's share of a scrape. It also refuses a rate that rate() reads below its threshold while a scrape is under way: the alert may flap. Over a window of 4 scrapes that last a whole interval each, 1.78 times the threshold is enough; over 20, 1.21 times.",
)
const cause = {
  levelAtLeast: may(anyNumber, 'The least level while other experiments dilute it.', { key: 'at-least', example: 'at-least: 0.5' }),
  fault: may(fault, 'A fault in a part. A leg needs a fault, a load or both.'),
  load: may(load, 'Requests sent by k6. Beside a fault it is the traffic that the fault hits.'),
  countedAfterMs: may(duration, 'How long after its cause an event is counted, such as a slow request. Not compressed.'),
  hung: may(flag, 'The fault hangs its target, so that scrapes run into their timeout.', { example: 'hung: true' }),
  holdMs: may(hold, 'How long the leg lasts, where the computed time does not do.', {
    key: 'hold',
    example: 'hold: { time: 3m, because: the cache is warm only after that }',
  }),
}

function sound<L extends Omit<LegSpec, 'kind'>>(leg: L, at: (name?: 'levelAtLeast') => Parameters<typeof problem>[0]): L | undefined {
  if (leg.levelAtLeast !== undefined && leg.levelAtLeast > leg.level)
    return problem(at('levelAtLeast'), 'SPEC_RANGE', `must not be above the level ${leg.level}`)
  if (leg.fault === undefined && leg.load === undefined)
    return problem(at(), 'SPEC_NO_CAUSE', 'has neither a fault nor a load, so nothing would cause it')
  return leg
}

const fire: Read<LegSpec> = mapping({ level, ...cause }, (leg, at) => sound({ kind: 'level' as const, ...leg }, at))
const quiet: Read<LegSpec> = mapping(
  {
    kind: need(
      oneOf('level', 'short'),
      '`level`: below the threshold; `short`: the full cause, but shorter than `for` (only of `up` and `gauge`).',
    ),
    level,
    ...cause,
  },
  sound,
)

const alertRef: Read<AlertRef> = mapping({
  alert: need(text, 'The alert.', { example: 'alert: HighLatency' }),
  labels: byDefault(labels, {}, 'Labels that it has.', { example: 'labels: { job: gateway }' }),
  because: need(text, 'Why this cause makes it fire.', { example: 'because: each decision waits for Redis' }),
})

const experiment: Read<ExperimentSpec> = mapping(
  {
    id: need(kebab, 'Unique among experiments, outages and trace paths.'),
    title: need(text, 'What happens.'),
    because: need(text, 'What it proves, and why with these levels.'),
    subject: need(labels, "Labels of the one alert instance that must fire. The rule's own labels need not be repeated."),
    quiet: may(quiet, 'The near miss: must not fire. Left out where another experiment of the rule has it.'),
    fire: need(fire, 'The cause that must make the alert fire.'),
    injection: need(injection, 'How the drill sees that the cause took hold.'),
    alsoMust: byDefault(listOf(alertRef), [], 'Other alerts that must fire as well.', {
      example: 'also-must: [{ alert: ServiceDown, labels: { job: shop }, because: it is the same process }]',
    }),
    may: byDefault(listOf(alertRef), [], 'Other alerts that may fire as well. Any other alert fails the drill.'),
    keepsAnswering: may(listOf(answerPromise), 'What keeps answering while the fault or load is in force, and afterwards.'),
    effects: need(listOf(resource), 'Parts and signals that it disturbs: other experiments that observe or disturb them wait.'),
    observes: need(listOf(resource, { min: 1 }), 'Parts and signals that it watches.'),
    endsWithUndo: may(listOf(resource), 'Those of `effects` that end when the fault is undone. The others last until the experiment ends.'),
    recoversWithinMs: may(duration, 'Longest time from the undo until the target answers again. Not compressed; 500ms when absent.'),
    inTurnWith: may(
      listOf(kebab, { min: 1 }),
      'Makes it one of those that take turns: a drill has one of them, in the place of the experiments that are named here. `--thorough` drills all of them.',
    ),
  },
  (value, at) => {
    const stranger = value.endsWithUndo?.find((each) => !value.effects.includes(each))
    if (stranger === undefined) return value
    return problem(
      at('endsWithUndo'),
      'SPEC_UNKNOWN_VALUE',
      `"${stranger}" is none of the effects`,
      `Effects: ${value.effects.join(', ')}.`,
    )
  },
)

/** A Go template. The drill compares it after expansion: labels as they are, and of all else the text around it. */
const template = refined(text, 'a text with templates such as `{{ $labels.name }}`', (value, place) => {
  const open = value.lastIndexOf('{{')
  if (open === -1 || value.indexOf('}}', open) !== -1) return value
  return problem(place, 'SPEC_TEMPLATE', 'a {{ without its }}', 'Close the action, or write {{ "{{" }} for the text itself.')
})

const measuredBy: Read<MeasuredBy> = mapping({
  what: need(
    oneOf(...LOAD_MEASURES, ...PART_MEASURES),
    "`latency` (the condition's quantile, in seconds), `error-share` (5xx) and `rejections` (429): of the drill's own requests. `redis-answers` (PING), `redis-memory-share` (INFO, CONFIG GET), `jvm-heap-share` (jcmd), `slow-queries` (SHOW STATUS): of the part itself.",
  ),
  part: may(part, "The part that is asked, or the service whose answers count; the service of the subject's job when left out."),
})

export const rule: Read<RuleSpec> = mapping({
  alert: need(text, 'Its name. The file is called like it, in kebab-case.'),
  because: need(text, BECAUSE),
  condition: need(condition, 'When it is true.'),
  forMs: need(duration, 'How long it must be true before the alert fires.'),
  keepFiringForMs: byDefault(duration, 0, 'How long the alert goes on firing after it is false.', { example: 'keep-firing-for: 5m' }),
  evaluationIntervalMs: may(positiveDuration, "Where its rule group has an `interval` that is not the platform's.", {
    example: 'evaluation-interval: 1m',
  }),
  labels: need(labels, 'Labels that the rule adds.'),
  annotations: byDefault(
    mapOf(template),
    {},
    'Texts of the alert as the rule has them. lint compares word for word, the drill after expansion; it does not know the result of `$value` and functions.',
  ),
  holdsFor: need(mapOf(listOf(text, { min: 1 })), 'Label values for which the rule must hold. A `job` must be a target of platform.yaml.'),
  measuredBy: may(measuredBy, "The drill's own measurement that the value must agree with in steady state.", {
    key: 'measured-by',
    example: 'measured-by: { what: latency }',
  }),
  experiments: byDefault(listOf(experiment), [], 'How it is proven live. Without one, lint and simulate alone prove the rule.'),
  reviewed: may(
    flag,
    '`true` when absent. `false`: copied from what is deployed (`firedrill init`) and not read since, so that it proves the deployment against itself. Every report counts these rules; once the promise is read and right, the line goes.',
    { example: 'reviewed: false' },
  ),
})
