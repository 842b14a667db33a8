import { parsePromql } from '../../promql/parse-promql.ts'
import { anchored } from '../../text/re2.ts'

/**
 * What a Go template may name, and of which type each is: enough to tell that its execution fails. `any` is what is not followed; `numeric`
 * takes a number or a text that is one.
 */
export interface Dialect {
  /** Whose templates these are, for messages. */
  name: string
  dot: string
  variables: Readonly<Record<string, string>>
  /** Fields and methods without arguments by type; '*' is any key of a map. */
  fields: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What `range` and `index` give. */
  elements: Readonly<Record<string, string>>
  /** 'argument argument... -> result'; the last one may repeat ('any...'). */
  functions: Readonly<Record<string, string>>
  /** By function, why a text that is written out as its first argument makes it fail; undefined where it does not. */
  literals: Readonly<Record<string, (text: string) => string | undefined>>
}

const expression = (text: string): string | undefined => (anchored(text) === null ? 'no valid RE2 expression' : undefined)
const EXPRESSIONS = { reReplaceAll: expression, match: expression }

/** https://pkg.go.dev/text/template#hdr-Functions */
const GO = {
  'and': 'any... -> any',
  'or': 'any... -> any',
  'not': 'any -> bool',
  'len': 'any -> number',
  'index': 'any any... -> any',
  'slice': 'any any... -> any',
  'print': 'any... -> string',
  'printf': 'string any... -> string',
  'println': 'any... -> string',
  'html': 'any... -> string',
  'js': 'any... -> string',
  'urlquery': 'any... -> string',
  'call': 'any... -> any',
  'eq': 'any any... -> bool',
  'ne': 'any any -> bool',
  'lt': 'any any -> bool',
  'le': 'any any -> bool',
  'gt': 'any any -> bool',
  'ge': 'any any -> bool',
}

/** https://prometheus.io/docs/alerting/latest/notifications/ */
export const ALERTMANAGER: Dialect = {
  name: 'Alertmanager',
  dot: 'message',
  variables: {},
  fields: {
    message: {
      Receiver: 'string',
      Status: 'string',
      Alerts: 'alerts',
      GroupLabels: 'kv',
      CommonLabels: 'kv',
      CommonAnnotations: 'kv',
      ExternalURL: 'string',
      NotificationReason: 'any',
      RouteLabels: 'any',
    },
    alerts: { Firing: 'alerts', Resolved: 'alerts' },
    alert: {
      Status: 'string',
      Labels: 'kv',
      Annotations: 'kv',
      StartsAt: 'time',
      EndsAt: 'time',
      GeneratorURL: 'string',
      Fingerprint: 'string',
    },
    kv: { 'SortedPairs': 'pairs', 'Names': 'strings', 'Values': 'strings', 'Remove': 'any', '*': 'string' },
    pairs: { Names: 'strings', Values: 'strings', String: 'string' },
    pair: { Name: 'string', Value: 'string' },
    string: {},
    number: {},
    float: {},
    bool: {},
    strings: {},
  },
  elements: { alerts: 'alert', kv: 'string', pairs: 'pair', strings: 'string' },
  functions: {
    ...GO,
    toUpper: 'string -> string',
    toLower: 'string -> string',
    title: 'string -> string',
    trimSpace: 'string -> string',
    join: 'string strings -> string',
    match: 'string string -> bool',
    safeHtml: 'string -> string',
    safeUrl: 'string -> string',
    urlUnescape: 'string -> string',
    reReplaceAll: 'string string string -> string',
    stringSlice: 'string... -> strings',
    date: 'string time -> string',
    tz: 'string time -> time',
    since: 'time -> duration',
    humanizeDuration: 'any -> string',
    toJson: 'any -> string',
    list: 'any... -> any',
    append: 'any any... -> any',
    dict: 'any... -> any',
  },
  literals: EXPRESSIONS,
}

/** https://prometheus.io/docs/prometheus/latest/configuration/template_reference/ */
export const PROMETHEUS: Dialect = {
  name: 'Prometheus',
  dot: 'rule',
  variables: { $labels: 'labels', $externalLabels: 'labels', $externalURL: 'string', $value: 'float' },
  fields: {
    rule: { Labels: 'labels', ExternalLabels: 'labels', ExternalURL: 'string', Value: 'float' },
    labels: { '*': 'string' },
    sample: { Labels: 'labels', Value: 'float' },
    string: {},
    number: {},
    float: {},
    bool: {},
    samples: {},
  },
  elements: { labels: 'string', samples: 'sample' },
  functions: {
    ...GO,
    query: 'string -> samples',
    first: 'samples -> sample',
    label: 'string sample -> string',
    value: 'sample -> float',
    strvalue: 'sample -> string',
    sortByLabel: 'string samples -> samples',
    args: 'any... -> any',
    tmpl: 'string any -> string',
    reReplaceAll: 'string string string -> string',
    safeHtml: 'string -> string',
    match: 'string string -> bool',
    title: 'string -> string',
    toUpper: 'string -> string',
    toLower: 'string -> string',
    graphLink: 'string -> string',
    tableLink: 'string -> string',
    stripPort: 'string -> string',
    stripDomain: 'string -> string',
    urlQueryEscape: 'string -> string',
    humanize: 'numeric -> string',
    humanize1024: 'numeric -> string',
    humanizeDuration: 'numeric -> string',
    humanizePercentage: 'numeric -> string',
    humanizeTimestamp: 'numeric -> string',
    toTime: 'numeric -> any',
    toDuration: 'numeric -> any',
    parseDuration: 'string -> float',
    now: '-> float',
    pathPrefix: '-> string',
    externalURL: '-> string',
  },
  literals: {
    ...EXPRESSIONS,
    query: (text) => {
      const parsed = parsePromql(text)
      return parsed.ok || parsed.computed ? undefined : `no PromQL, ${parsed.message}`
    },
  },
}
