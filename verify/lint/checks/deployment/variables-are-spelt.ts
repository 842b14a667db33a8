import { oncePerPlace, warning, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { ENV_WORDS } from '../../env-words.ts'
import { nearest, slipOf } from '../../../text/did-you-mean.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'variables-are-spelt',
    severity: 'warning',
    needs: ['workloads'],
    title: 'The words in the names of environment variables are spelt right',
    failureTitle: 'A word in the name of an environment variable is misspelt: the program reads another name',
    why: 'A program does not see a variable whose name has a slip of the fingers in it: it takes its default, or does not start. Only words that are one slip away from a usual one, or from the name of a service, are reported.',
    mend: 'Correct the name of the variable in the compose file or manifest.',
    example: 'kafka:\n  environment:\n    KAFKA_ADVERTISED_LSITENERS: INTERNAL://kafka:29092',
  },
  *judge({ config }) {
    const words = new Set([...ENV_WORDS, ...config.workloads.flatMap(({ name }) => name.toUpperCase().split(/[^A-Z0-9]+/))])
    yield* oncePerPlace(
      config.workloads.flatMap((workload) => [...judgeNames(withReferences(workload), words), ...odd(workload), ...sections(workload)]),
    )
  },
}

/** In a pod a variable may have its value from a Secret: its name stands there all the same. */
function withReferences(workload: Workload): Workload {
  const named = workload.at.items('env').filter((each) => each.has('valueFrom') && each.string('name') !== undefined)
  if (named.length === 0) return workload
  const env = new Map([...workload.env, ...named.map((each) => [each.string('name') ?? '', { value: '', at: each.near('name') }] as const)])
  return { ...workload, env }
}

/** Variables of the shell, the system and its proxies. */
const USUAL = /^(?:TZ|LANG|LC_\w+|PATH|HOME|HOSTNAME|USER|SHELL|TERM|DEBUG|JAVA_\w+|(?:https?|no|all|ftp)_proxy)$/i

/** A name that the image does not look at, and one in small letters among others in capitals. */
function* odd({ name: subject, image, env }: Workload): Generator<Remark> {
  const { prefix, names } = imageNameOf(image).known ?? {}
  const small = [...env.keys()].filter((name) => /[a-z]/.test(name) && !USUAL.test(name))
  for (const [name, { at }] of env) {
    if (USUAL.test(name)) continue
    const where = at.key === name ? at.keyPlace() : at
    if (prefix !== undefined && !prefix.test(name))
      yield warning(subject, where, `a variable that ${names?.[0] ?? 'the image'} reads`, name)
    else if (/^[a-z]\w*$/.test(name) && small.length === 1 && env.size > 3)
      yield warning(subject, where, 'a name in capitals, as the others have', name)
  }
}

/** Sections of Grafana's configuration, of which GF_<SECTION>_<KEY> are made: conf/defaults.ini of Grafana 11. */
const SECTIONS = new Set(
  'PATHS SERVER DATABASE DATAPROXY ANALYTICS SECURITY SNAPSHOTS DASHBOARDS DATASOURCES USERS AUTH SMTP EMAILS LOG QUOTA ALERTING UNIFIED ANNOTATIONS EXPLORE METRICS TRACING GRAFANA RENDERING PANELS PLUGINS PLUGIN FEATURE DATE REMOTE INSTALL DEFAULT INSTANCE PROFILE NAVIGATION LIVE EXTERNAL ENTERPRISE RBAC CLOUD AWS AZURE QUERY HELP NEWS PUBLIC RECORDED SUPPORT SECRETS SSO STORAGE SQL EXPRESSIONS GEOMAP CACHING APP ENVIRONMENT CORRELATIONS'.split(
    ' ',
  ),
)

/** Settings that are often made by a variable; one that ends too early is the default of Grafana instead. */
const SETTINGS =
  'GF_SECURITY_ADMIN_PASSWORD GF_SECURITY_ADMIN_USER GF_SECURITY_SECRET_KEY GF_SECURITY_ALLOW_EMBEDDING GF_SERVER_ROOT_URL GF_SERVER_HTTP_PORT GF_SERVER_SERVE_FROM_SUB_PATH GF_AUTH_ANONYMOUS_ENABLED GF_AUTH_ANONYMOUS_ORG_ROLE GF_AUTH_DISABLE_LOGIN_FORM GF_USERS_ALLOW_SIGN_UP GF_PATHS_PROVISIONING GF_PATHS_DATA GF_PATHS_PLUGINS GF_INSTALL_PLUGINS GF_FEATURE_TOGGLES_ENABLE GF_SMTP_ENABLED GF_SMTP_PASSWORD GF_DATABASE_PASSWORD GF_LOG_LEVEL GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'.split(
    ' ',
  )

function* sections({ name: subject, env }: Workload): Generator<Remark> {
  for (const [name, { at }] of env) {
    const [, section = ''] = /^GF_([A-Z]+)_/.exec(name) ?? []
    const whole = SETTINGS.find((each) => each !== name && each.startsWith(name) && !SETTINGS.includes(name))
    if (whole !== undefined && name.length > 10) yield warning(subject, at.key === name ? at.keyPlace() : at, whole, name)
    const meant = section === '' || SECTIONS.has(section) ? undefined : nearest(section, SECTIONS, 1)
    if (meant !== undefined)
      yield warning(
        subject,
        at.key === name ? at.keyPlace() : at,
        name.replace(section, meant),
        `${name}: Grafana has no section ${section}`,
      )
  }
}

/** Whole names whose short words are not looked at one by one. */
const WHOLE = new Set(
  'OTEL_SERVICE_NAME OTEL_EXPORTER_OTLP_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL OTEL_TRACES_EXPORTER OTEL_METRICS_EXPORTER OTEL_LOGS_EXPORTER OTEL_BSP_SCHEDULE_DELAY OTEL_BSP_MAX_QUEUE_SIZE OTEL_BSP_MAX_EXPORT_BATCH_SIZE OTEL_BSP_EXPORT_TIMEOUT OTEL_TRACES_SAMPLER OTEL_TRACES_SAMPLER_ARG OTEL_RESOURCE_ATTRIBUTES OTEL_PROPAGATORS OTEL_JAVA_EXPERIMENTAL_SPAN_ATTRIBUTES_COPY_FROM_BAGGAGE_INCLUDE OTEL_JAVAAGENT_ENABLED OTEL_SDK_DISABLED KAFKA_NODE_ID KAFKA_BROKER_ID KAFKA_NUM_PARTITIONS KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR KAFKA_TRANSACTION_STATE_LOG_MIN_ISR KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR KAFKA_LOG_CLEANER_DEDUPE_BUFFER_SIZE KAFKA_LOG_RETENTION_MS KAFKA_LOG_RETENTION_HOURS KAFKA_LOG_DIRS KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS KAFKA_BROKER_SESSION_TIMEOUT_MS KAFKA_BROKER_HEARTBEAT_INTERVAL_MS KAFKA_AUTO_CREATE_TOPICS_ENABLE KAFKA_HEAP_OPTS KAFKA_JMX_OPTS GF_ANALYTICS_CHECK_FOR_UPDATES GF_ANALYTICS_REPORTING_ENABLED RUST_LOG RUST_BACKTRACE LOG_LEVEL CLUSTER_ID'.split(
    ' ',
  ),
)

function* judgeNames({ name: subject, env }: Workload, words: ReadonlySet<string>): Generator<Remark> {
  for (const [name, { at }] of env) {
    const whole = slipOf(name, WHOLE)
    if (whole !== undefined && !env.has(whole)) {
      yield warning(subject, at.key === name ? at.keyPlace() : at, whole, name)
      continue
    }
    for (const word of name.split('_')) {
      const meant = word.length < 4 ? (word === 'ULR' || word === 'UR' ? 'URL' : undefined) : slipOf(word, words)
      if (meant === undefined) continue
      yield warning(subject, at.key === name ? at.keyPlace() : at, name.replace(word, meant), name)
      break
    }
  }
}
