import type { Configuration } from '../../verify/config/configuration.ts'
import type { Cursor } from '../../verify/config/document.ts'
import { kindOf } from '../../verify/config/kinds.ts'
import { mutateExpression } from './expressions.ts'
import type { Edit } from './mutant.ts'

type Path = (string | number)[]

/** All single changes that the operators make to a document, by its kind. */
export function editsOf(root: Cursor, config: Configuration): Edit[] {
  switch (kindOf(root)) {
    case 'rules':
      return ruleEdits(root)
    case 'prometheus':
      return prometheusEdits(root)
    case 'alertmanager':
      return alertmanagerEdits(root)
    case 'promtail':
      return promtailEdits(root)
    case 'loki':
      return lokiEdits(root)
    case 'collector':
      return collectorEdits(root)
    case 'compose':
      return composeEdits(root, config)
    case 'datasources':
      return datasourceEdits(root)
    case 'dashboard':
      return dashboardEdits(root)
    case 'contact-points':
      return contactPointEdits(root)
    default:
      return []
  }
}

function set(operator: string, path: Path, from: unknown, to: unknown, touches: string[] = []): Edit {
  return {
    operator,
    what: `${path.join('.')}: ${shown(from)} -> ${shown(to)}`,
    touches,
    apply: (document) => {
      document.setIn(path, to)
    },
  }
}

function drop(operator: string, path: Path, touches: string[] = [], what = `${path.join('.')} removed`): Edit {
  return {
    operator,
    what,
    touches,
    apply: (document) => {
      document.deleteIn(path)
    },
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '(absent)' : JSON.stringify(value)
}

/** A duration a step longer and shorter. */
function durations(text: string): string[] {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text)
  if (match === null) return []
  const value = Number(match[1]) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] ?? ''] ?? 1)
  return value > 15 ? [`${value + 15}s`, `${value - 15}s`, `${value * 2}s`] : [`${value * 2}s`]
}

function ruleEdits(root: Cursor): Edit[] {
  return (root.get('groups')?.items() ?? []).flatMap((group, g) => {
    const rules = group.get('rules')?.items() ?? []
    const alerts = rules.flatMap((rule) => rule.string('alert') ?? [])
    const edits: Edit[] = [
      set('group interval', ['groups', g, 'interval'], group.string('interval'), '1m', alerts),
      set('group interval', ['groups', g, 'interval'], group.string('interval'), '30s', alerts),
      set('group limit', ['groups', g, 'limit'], undefined, 1, alerts),
    ]
    rules.forEach((rule, r) => {
      const path: Path = ['groups', g, 'rules', r]
      const alert = rule.string('alert')
      if (alert === undefined) return
      const touches = [alert]
      const expr = rule.string('expr') ?? ''
      for (const mutant of mutateExpression(expr))
        edits.push({
          operator: mutant.operator,
          what: `${alert}: ${mutant.what}`,
          touches,
          apply: (document) => {
            document.setIn([...path, 'expr'], mutant.expr)
          },
        })
      const wait = rule.string('for')
      for (const other of durations(wait ?? '')) edits.push(set('for', [...path, 'for'], wait, other, touches))
      if (wait !== undefined) edits.push(drop('for', [...path, 'for'], touches, `${alert}: for removed`))
      edits.push(set('keep_firing_for', [...path, 'keep_firing_for'], undefined, '5m', touches))
      for (const severity of ['critical', 'warning', 'info', 'page'].filter((other) => other !== rule.string('labels', 'severity')))
        edits.push(set('severity', [...path, 'labels', 'severity'], rule.string('labels', 'severity'), severity, touches))
      edits.push(
        drop('label', [...path, 'labels', 'severity'], touches, `${alert}: severity removed`),
        set('label', [...path, 'labels', 'job'], undefined, 'all', touches),
        set('label', [...path, 'labels', 'value'], undefined, '{{ $value }}', touches),
      )
      for (const [name, text] of rule.get('annotations')?.pairs() ?? []) {
        const words = text.string() ?? ''
        edits.push(
          drop('annotation', [...path, 'annotations', name], touches, `${alert}: annotation ${name} removed`),
          set('annotation', [...path, 'annotations', name], words, `${words} Please look.`, touches),
        )
        if (words.includes('$labels'))
          edits.push(set('annotation', [...path, 'annotations', name], words, words.replace('$labels.', '$labels.x_'), touches))
        if (/\d/.test(words))
          edits.push(
            set(
              'annotation',
              [...path, 'annotations', name],
              words,
              words.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
              touches,
            ),
          )
      }
      edits.push(
        drop('rule removed', path, touches, `${alert} removed`),
        set('alert renamed', [...path, 'alert'], alert, `${alert}s`, touches),
      )
      edits.push({
        operator: 'rule duplicated',
        what: `${alert} twice`,
        touches,
        apply: (document) => {
          document.addIn(['groups', g, 'rules'], {
            alert,
            expr,
            for: wait ?? '0s',
            labels: rule.labels('labels'),
            annotations: rule.labels('annotations'),
          })
        },
      })
    })
    return edits
  })
}

function prometheusEdits(root: Cursor): Edit[] {
  const edits: Edit[] = [
    drop('rule files', ['rule_files']),
    set('rule files', ['rule_files', 0], root.string('rule_files', 0), 'rules.yml'),
    drop('alerting', ['alerting']),
  ]
  for (const key of ['scrape_interval', 'evaluation_interval', 'scrape_timeout'])
    for (const other of durations(root.string('global', key) ?? ''))
      edits.push(set('global interval', ['global', key], root.string('global', key), other))
  const manager: Path = ['alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets', 0]
  for (const other of ['alertmanager:9094', 'alertmanagers:9093']) edits.push(set('alerting', manager, root.string(...manager), other))
  edits.push(
    set('alerting', ['alerting', 'alertmanagers', 0, 'scheme'], undefined, 'https'),
    set('alerting', ['alerting', 'alertmanagers', 0, 'path_prefix'], undefined, '/alertmanager'),
  )
  ;(root.get('scrape_configs')?.items() ?? []).forEach((job, j) => {
    const path: Path = ['scrape_configs', j]
    const name = job.string('job_name') ?? ''
    const touches = [name]
    const target = job.string('static_configs', 0, 'targets', 0) ?? ''
    const [host = '', port = ''] = target.split(':')
    edits.push(
      drop('scrape job removed', path, touches, `job ${name} removed`),
      set('scrape job renamed', [...path, 'job_name'], name, `${name}s`, touches),
      set('scrape target', [...path, 'static_configs', 0, 'targets', 0], target, `${host}x:${port}`, touches),
      set('scrape port', [...path, 'static_configs', 0, 'targets', 0], target, `${host}:${Number(port) + 1}`, touches),
      set('scrape path', [...path, 'metrics_path'], job.string('metrics_path'), `${job.string('metrics_path') ?? '/metrics'}x`, touches),
      set('scrape scheme', [...path, 'scheme'], job.string('scheme'), 'https', touches),
      set('scrape interval', [...path, 'scrape_interval'], job.string('scrape_interval'), '60s', touches),
      set('scrape timeout', [...path, 'scrape_timeout'], job.string('scrape_timeout'), '1s', touches),
      set(
        'relabelling',
        [...path, 'metric_relabel_configs'],
        undefined,
        [{ source_labels: ['__name__'], regex: '(up|redis|mysql|http|axum|jvm).*', action: 'drop' }],
        touches,
      ),
      set('relabelling', [...path, 'relabel_configs'], undefined, [{ target_label: 'job', replacement: 'all' }], touches),
    )
    if (job.has('basic_auth'))
      edits.push(
        drop('auth', [...path, 'basic_auth'], touches, `${name}: basic_auth removed`),
        drop('auth', [...path, 'basic_auth', 'username'], touches),
        drop('auth', [...path, 'basic_auth', job.get('basic_auth')?.has('password_file') === true ? 'password_file' : 'password'], touches),
      )
  })
  return edits
}

function alertmanagerEdits(root: Cursor): Edit[] {
  const names = (root.get('receivers')?.items() ?? []).map((receiver) => receiver.string('name') ?? '')
  const edits: Edit[] = [set('resolve_timeout', ['global', 'resolve_timeout'], root.string('global', 'resolve_timeout'), '10m')]
  routeEdits(root.get('route'), ['route'], names, edits, true)
  ;(root.get('inhibit_rules')?.items() ?? []).forEach((rule, i) => {
    const path: Path = ['inhibit_rules', i]
    edits.push(
      drop('inhibition', path, [], `inhibition ${i} removed`),
      drop('inhibition', [...path, 'equal']),
      set('inhibition', [...path, 'equal'], rule.strings('equal'), ['instance']),
      set('inhibition', [...path, 'equal'], rule.strings('equal'), ['namespace']),
      set('inhibition', [...path, 'equal'], rule.strings('equal'), [...rule.strings('equal'), 'instance']),
    )
    for (const side of ['source_matchers', 'target_matchers']) {
      rule.strings(side).forEach((matcher, m) => {
        edits.push(
          drop('inhibition', [...path, side, m], [], `${side} ${matcher} removed`),
          set(
            'inhibition',
            [...path, side, m],
            matcher,
            matcher.replace(/"([^"]*)"/, (_, value: string) => `"${value.includes('|') ? (value.split('|')[0] ?? '') : `${value}x`}"`),
          ),
        )
        edits.push(
          set(
            'inhibition',
            [...path, side, m],
            matcher,
            matcher.includes('!') ? matcher.replace('!', '=') : matcher.replace(/=~?/, (op) => (op === '=' ? '!=' : '!~')),
          ),
        )
      })
    }
  })
  ;(root.get('receivers')?.items() ?? []).forEach((receiver, i) => {
    const path: Path = ['receivers', i]
    const name = names[i] ?? ''
    for (const [key, list] of receiver.pairs().filter(([key_]) => key_.endsWith('_configs'))) {
      edits.push(drop('receiver emptied', [...path, key], [], `receiver ${name} has no ${key}`))
      list.items().forEach((integration, k) => {
        edits.push(
          set(
            'send_resolved',
            [...path, key, k, 'send_resolved'],
            integration.bool('send_resolved'),
            integration.bool('send_resolved') === false,
          ),
        )
        const url = integration.string('url')
        if (url !== undefined)
          edits.push(
            set(
              'receiver address',
              [...path, key, k, 'url'],
              url,
              url.replace(/:(\d+)/, (_, port: string) => `:${Number(port) + 1}`),
            ),
            set('receiver address', [...path, key, k, 'url'], url, url.replace(/\/[^/]*$/, '/other')),
          )
      })
    }
    edits.push(set('receiver renamed', [...path, 'name'], name, `${name}s`), drop('receiver removed', path, [], `receiver ${name} removed`))
  })
  return edits
}

function routeEdits(route: Cursor | undefined, path: Path, names: string[], edits: Edit[], root: boolean): void {
  if (route === undefined) return
  for (const other of names.filter((name) => name !== route.string('receiver')).slice(0, 3))
    edits.push(set('route receiver', [...path, 'receiver'], route.string('receiver'), other))
  for (const key of ['group_wait', 'group_interval', 'repeat_interval'])
    for (const value of durations(route.string(key) ?? '')) edits.push(set('grouping times', [...path, key], route.string(key), value))
  if (route.has('group_by')) {
    const labels = route.strings('group_by')
    edits.push(
      drop('group_by', [...path, 'group_by']),
      set('group_by', [...path, 'group_by'], labels, ['...']),
      set('group_by', [...path, 'group_by'], labels, [...labels, 'severity']),
    )
    for (const label of labels)
      edits.push(
        set(
          'group_by',
          [...path, 'group_by'],
          labels,
          labels.filter((other) => other !== label),
        ),
      )
  }
  if (!root) {
    edits.push(
      drop('route removed', path, [], `${path.join('.')} (to ${route.string('receiver') ?? ''}) removed`),
      set('continue', [...path, 'continue'], route.bool('continue'), route.bool('continue') !== true),
    )
    route.strings('matchers').forEach((matcher, m) => {
      edits.push(
        drop('route matcher', [...path, 'matchers', m], [], `matcher ${matcher} removed`),
        set('route matcher', [...path, 'matchers', m], matcher, matcher.replace(/=~?/, '!=')),
        set('route matcher', [...path, 'matchers', m], matcher, matcher.replace(/"([^"]*)"/, '"$1s"')),
        set('route matcher', [...path, 'matchers', m], matcher, matcher.replace(/=~?\s*"([^"]*)"/, '=~ "$1|warning"')),
        set('route matcher', [...path, 'matchers', m], matcher, matcher.replace(/^\w+/, 'level')),
      )
    })
    edits.push(set('mute', [...path, 'mute_time_intervals'], undefined, ['nights']))
  }
  ;(route.get('routes')?.items() ?? []).forEach((child, i) => {
    routeEdits(child, [...path, 'routes', i], names, edits, false)
  })
}

function promtailEdits(root: Cursor): Edit[] {
  const edits: Edit[] = [
    drop('positions', ['positions']),
    set('positions', ['positions', 'filename'], root.string('positions', 'filename'), '/tmp/positions.yaml'),
    drop('log client', ['clients']),
  ]
  const url = root.string('clients', 0, 'url') ?? ''
  for (const other of [url.replace(/:(\d+)/, ':3101'), url.replace('/push', ''), url.replace('loki:', 'lokki:')])
    edits.push(set('log client', ['clients', 0, 'url'], url, other))
  for (const other of [1, 3])
    edits.push(
      set('log client', ['clients', 0, 'backoff_config', 'max_retries'], root.string('clients', 0, 'backoff_config', 'max_retries'), other),
    )
  ;(root.get('scrape_configs')?.items() ?? []).forEach((job, j) => {
    const path: Path = ['scrape_configs', j]
    edits.push(
      set(
        'docker discovery',
        [...path, 'docker_sd_configs', 0, 'host'],
        job.string('docker_sd_configs', 0, 'host'),
        'unix:///run/podman.sock',
      ),
      drop('docker discovery', [...path, 'docker_sd_configs']),
    )
    ;(job.get('relabel_configs')?.items() ?? []).forEach((rule, r) => {
      const at: Path = [...path, 'relabel_configs', r]
      edits.push(
        drop('log label', at, [], `label ${rule.string('target_label') ?? ''} not given`),
        set('log label', [...at, 'target_label'], rule.string('target_label'), `${rule.string('target_label') ?? ''}_name`),
        set('log label', [...at, 'source_labels', 0], rule.string('source_labels', 0), '__meta_docker_container_id'),
      )
      if (rule.has('regex'))
        edits.push(drop('log label', [...at, 'regex']), set('log label', [...at, 'regex'], rule.string('regex'), '/(moalog-.*)'))
    })
    stageEdits(job.get('pipeline_stages'), [...path, 'pipeline_stages'], edits, 0)
  })
  return edits
}

function lokiEdits(root: Cursor): Edit[] {
  const change = (operator: string, to: unknown, ...path: Path): Edit => set(operator, path, root.string(...path), to)
  return [
    change('log tenant', true, 'auth_enabled'),
    drop('log tenant', ['auth_enabled']),
    change('log store address', 3101, 'server', 'http_listen_port'),
    change('log store address', '/logs', 'server', 'http_path_prefix'),
    change('log schema', 'v12', 'schema_config', 'configs', 0, 'schema'),
    change('log schema', 'boltdb-shipper', 'schema_config', 'configs', 0, 'store'),
    change('log metadata', false, 'limits_config', 'allow_structured_metadata'),
    drop('log metadata', ['limits_config', 'allow_structured_metadata']),
    change('log limit', 0.0001, 'limits_config', 'ingestion_burst_size_mb'),
    change('log limit', '100B', 'limits_config', 'per_stream_rate_limit_burst'),
    change('log limit', '200B', 'limits_config', 'max_line_size'),
    change('log limit', 3, 'limits_config', 'max_label_names_per_series'),
    change('log limit', 8, 'limits_config', 'max_label_value_length'),
    change('log limit', '5s', 'limits_config', 'reject_old_samples_max_age'),
    change('write-ahead log', false, 'ingester', 'wal', 'enabled'),
    change('write-ahead log', '30m', 'ingester', 'wal', 'checkpoint_duration'),
  ]
}

function stageEdits(stages: Cursor | undefined, path: Path, edits: Edit[], depth: number): void {
  if (depth > 5) return
  ;(stages?.items() ?? []).forEach((stage, s) => {
    const [name, config] = stage.pairs()[0] ?? []
    if (name === undefined || config === undefined) return
    const at: Path = [...path, s]
    if (name === 'match') {
      const selector = config.string('selector') ?? ''
      edits.push(
        drop('log stage', at, [], `match ${selector} removed`),
        set('log selector', [...at, 'match', 'selector'], selector, selector.replace(/"(\w)/, '"x$1')),
        set('log selector', [...at, 'match', 'selector'], selector, selector.replace(/service/, 'app')),
      )
      stageEdits(config.get('stages'), [...at, 'match', 'stages'], edits, depth + 1)
    }
    if (name === 'json') {
      edits.push(drop('json stage', at, [], 'json stage removed'))
      for (const [field, source] of config.get('expressions')?.pairs() ?? [])
        edits.push(
          drop('json stage', [...at, 'json', 'expressions', field], [], `json field ${field} removed`),
          set('json stage', [...at, 'json', 'expressions', field], source.string(), `${(source.string() ?? field).replaceAll('"', '')}_x`),
        )
    }
    if (name === 'regex') {
      const expression = config.string('expression') ?? ''
      edits.push(
        drop('regex stage', at, [], `regex stage ${s} removed`),
        set('regex stage', [...at, 'regex', 'expression'], expression, expression.replace(/\?P<(\w+)>/, '?P<$1_x>')),
        set('regex stage', [...at, 'regex', 'expression'], expression, `^${expression.replace(/^(\(\?\w+\))?\^?/, '')} $`),
        set('regex stage', [...at, 'regex', 'expression'], expression, expression.replace('\\s+', '\\t')),
      )
    }
    if (name === 'labels') edits.push(set('log label cardinality', [...at, 'labels', 'message'], undefined, null))
    if (name === 'timestamp')
      edits.push(
        set('timestamp stage', [...at, 'timestamp', 'source'], config.string('source'), 'time'),
        set('timestamp stage', [...at, 'timestamp', 'format'], config.string('format'), 'Unix'),
      )
    if (name === 'multiline') edits.push(set('multiline stage', [...at, 'multiline', 'firstline'], config.string('firstline'), '^\\['))
  })
}

function collectorEdits(root: Cursor): Edit[] {
  const edits: Edit[] = []
  for (const protocol of ['grpc', 'http']) {
    const path: Path = ['receivers', 'otlp', 'protocols', protocol]
    const endpoint = root.string(...path, 'endpoint')
    edits.push(
      drop('collector receiver', path),
      set('collector receiver', [...path, 'endpoint'], endpoint, (endpoint ?? '').replace(/\d+$/, '4319')),
      set('collector receiver', [...path, 'endpoint'], endpoint, (endpoint ?? '').replace(/^[\d.]+/, 'localhost')),
    )
  }
  for (const [name, exporter] of root.get('exporters')?.pairs() ?? []) {
    const endpoint = exporter.string('endpoint')
    if (endpoint === undefined) continue
    edits.push(
      set('collector exporter', ['exporters', name, 'endpoint'], endpoint, endpoint.replace(/\d+$/, '4318')),
      set('collector exporter', ['exporters', name, 'endpoint'], endpoint, endpoint.replace(/\d+$/, '14250')),
      set('collector exporter', ['exporters', name, 'endpoint'], endpoint, endpoint.replace(/^\w+/, 'otel-collector')),
      drop('collector exporter', ['exporters', name, 'tls']),
    )
  }
  for (const [name, pipeline] of root.get('service', 'pipelines')?.pairs() ?? []) {
    const path: Path = ['service', 'pipelines', name]
    edits.push(
      drop('collector pipeline', path, [], `pipeline ${name} removed`),
      set('collector pipeline', [...path, 'exporters'], pipeline.strings('exporters'), ['debug']),
      set('collector pipeline', [...path, 'receivers'], pipeline.strings('receivers'), ['jaeger']),
      set('collector pipeline', [...path, 'processors'], pipeline.strings('processors'), []),
      set('collector pipeline', [...path, 'receivers'], pipeline.strings('receivers'), []),
      set('collector pipeline', [...path, 'exporters'], pipeline.strings('exporters'), []),
    )
  }
  const address = root.string('service', 'telemetry', 'metrics', 'address')
  if (address !== undefined)
    edits.push(
      set('collector metrics', ['service', 'telemetry', 'metrics', 'address'], address, address.replace(/\d+$/, '8888')),
      drop('collector metrics', ['service', 'telemetry']),
    )
  return edits
}

function composeEdits(root: Cursor, config: Configuration): Edit[] {
  const edits: Edit[] = []
  // Shared settings live in an extension field: what they merge into is changed with them.
  for (const [name, block] of root.pairs().filter(([key]) => key.startsWith('x-'))) {
    for (const [key, value] of block.pairs()) edits.push(...instrumentation([name, key], key, value.string() ?? ''))
  }
  for (const workload of config.workloads.filter((each) => each.at.text.file === root.text.file)) {
    const path: Path = ['services', workload.name]
    for (const [key, { at, value }] of workload.env)
      if (at.key === key && root.get('services', workload.name, 'environment')?.isMap() === true)
        edits.push(...instrumentation([...path, 'environment', key], key, value, workload.name))
    const agent = [...workload.env.values()].some(({ value }) => value.includes('opentelemetry-javaagent'))
    if (agent) {
      for (const [key, value] of [
        ['OTEL_TRACES_SAMPLER', 'always_off'],
        ['OTEL_TRACES_EXPORTER', 'none'],
        ['OTEL_PROPAGATORS', 'b3'],
        ['OTEL_JAVAAGENT_ENABLED', 'false'],
        ['OTEL_SDK_DISABLED', 'true'],
      ] as const)
        edits.push(
          set(
            key === 'OTEL_PROPAGATORS' ? 'propagator' : key === 'OTEL_TRACES_SAMPLER' ? 'sampler' : 'agent',
            [...path, 'environment', key],
            undefined,
            value,
            [workload.name],
          ),
        )
      edits.push({
        operator: 'sampler',
        what: `${workload.name}: one request in ten`,
        touches: [workload.name],
        apply: (document) => {
          document.setIn([...path, 'environment', 'OTEL_TRACES_SAMPLER'], 'parentbased_traceidratio')
          document.setIn([...path, 'environment', 'OTEL_TRACES_SAMPLER_ARG'], '0.1')
        },
      })
      workload.mounts.forEach((mount, m) => {
        const text = mount.at.string()
        if (text === undefined || !/otel/.test(text)) return
        edits.push(
          set('agent mount', [...path, 'volumes', m], text, text.replace(/:ro$/, '')),
          drop('agent mount', [...path, 'volumes', m], [workload.name], `${workload.name}: ${text} not mounted`),
          set('agent mount', [...path, 'volumes', m], text, text.replace(':/otel', ':/agent')),
        )
      })
    }
    if (root.string('services', workload.name, 'container_name') !== undefined)
      edits.push(set('container name', [...path, 'container_name'], workload.container, `${workload.container}-1`, [workload.name]))
    workload.mounts.forEach((mount, m) => {
      const text = mount.at.string()
      if (text !== undefined && /monitoring\/\S+\.ya?ml:/.test(text))
        edits.push(drop('configuration mount', [...path, 'volumes', m], [workload.name], `${workload.name}: ${text} not mounted`))
    })
  }
  return edits
}

function instrumentation(path: Path, key: string, value: string, service?: string): Edit[] {
  const touches = service === undefined ? [] : [service]
  if (/^OTEL_EXPORTER_OTLP_ENDPOINT$/.test(key) && /4318/.test(value))
    return [
      set('agent endpoint', path, value, value.replace('4318', '4317'), touches),
      set('agent endpoint', path, value, value.replace('otel-collector', 'localhost'), touches),
      drop('agent endpoint', path, touches),
    ]
  if (key === 'OTEL_EXPORTER_OTLP_PROTOCOL') return [set('agent protocol', path, value, 'grpc', touches)]
  if (key === 'JAVA_TOOL_OPTIONS')
    return [
      drop('agent', path, touches),
      set('agent', path, value, '-Xmx256m', touches),
      set('agent', path, value, value.replace('/otel/', '/opt/'), touches),
      set('agent', path, value, value.replace('opentelemetry-javaagent', 'opentelemetry-agent'), touches),
    ]
  if (key === 'OTEL_SERVICE_NAME' && service !== 'moalog-server')
    return [
      set('service name', path, value, `${value}-1`, touches),
      set('service name', path, value, 'service', touches),
      drop('service name', path, touches),
    ]
  return []
}

function datasourceEdits(root: Cursor): Edit[] {
  return (root.get('datasources')?.items() ?? []).flatMap((source, i) => {
    const path: Path = ['datasources', i]
    const url = source.string('url') ?? ''
    const edits = [
      set('datasource uid', [...path, 'uid'], source.string('uid'), `${source.string('uid') ?? ''}-1`),
      set('datasource address', [...path, 'url'], url, url.replace(/\d+$/, '9999')),
      set('datasource address', [...path, 'url'], url, url.replace(/\/\/\w+/, '//grafana')),
      drop('datasource removed', path, [], `datasource ${source.string('name') ?? ''} removed`),
    ]
    ;(source.get('jsonData', 'derivedFields')?.items() ?? []).forEach((field, f) => {
      const at: Path = [...path, 'jsonData', 'derivedFields', f]
      const regex = field.string('matcherRegex') ?? ''
      for (const other of [
        regex.replace('trace_id', 'traceId'),
        regex.replace('{32}', '{16}'),
        regex.replace(/\((?!\?)(.*)\)/, '(?:$1)'),
        'traceID=(\\w+)',
      ])
        edits.push(set('derivedFields regex', [...at, 'matcherRegex'], regex, other))
      edits.push(
        set('derivedFields target', [...at, 'datasourceUid'], field.string('datasourceUid'), 'loki'),
        set('derivedFields target', [...at, 'datasourceUid'], field.string('datasourceUid'), 'tempo'),
        set('derivedFields target', [...at, 'url'], field.string('url'), '$${__value.time}'),
        drop('derivedFields target', at, [], 'derived field removed'),
      )
    })
    if (source.has('jsonData') && source.get('jsonData', 'tracesToLogsV2') !== undefined)
      edits.push(
        set(
          'datasource uid',
          [...path, 'jsonData', 'tracesToLogsV2', 'datasourceUid'],
          source.string('jsonData', 'tracesToLogsV2', 'datasourceUid'),
          'logs',
        ),
      )
    return edits
  })
}

function dashboardEdits(root: Cursor): Edit[] {
  return (root.get('panels')?.items() ?? []).flatMap((panel, p): Edit[] => {
    const path: Path = ['panels', p]
    const title = panel.string('title') ?? ''
    const targets = panel.get('targets')?.items() ?? []
    if (targets.length === 0) return []
    const overview = /^(Availability|Latency p95|Error rate|Error budget|Active alerts)$/.test(title)
    const edits: Edit[] = overview
      ? [
          drop('panel removed', path, [title], `panel ${title} removed`),
          set('panel title', [...path, 'title'], title, `${title} 2`, [title]),
        ]
      : []
    targets.forEach((target, t) => {
      const expr = target.string('expr') ?? ''
      // Series panels promise their numbers over any range they ask for; the objectives are in the overview.
      const wanted = overview ? /metric|quantile|function|aggregation|matcher|arithmetic|unit|threshold/ : /^(metric|quantile|matcher)$/
      for (const mutant of mutateExpression(expr.replaceAll('$window', '24h').replaceAll('$__rate_interval', '5m'))) {
        if (wanted.test(mutant.operator))
          edits.push({
            operator: `panel ${mutant.operator}`,
            what: `${title}: ${mutant.what}`,
            touches: [title],
            apply: (document) => {
              document.setIn([...path, 'targets', t, 'expr'], mutant.expr)
            },
          })
      }
      edits.push(set('panel query hidden', [...path, 'targets', t, 'hide'], false, true, [title]))
      edits.push(set('panel datasource', [...path, 'targets', t, 'datasource', 'uid'], target.string('datasource', 'uid'), 'prom', [title]))
    })
    const steps: Path = [...path, 'fieldConfig', 'defaults', 'thresholds', 'steps']
    const colors = (panel.get('fieldConfig', 'defaults', 'thresholds', 'steps')?.items() ?? []).map((step) => step.string('color') ?? '')
    if (overview && colors.length > 1) {
      edits.push({
        operator: 'panel colour',
        what: `${title}: colours the wrong way round`,
        touches: [title],
        apply: (document) => {
          colors.toReversed().forEach((color, index) => {
            document.setIn([...steps, index, 'color'], color)
          })
        },
      })
      edits.push(set('panel colour', [...path, 'fieldConfig', 'defaults', 'color', 'mode'], 'thresholds', 'continuous-GrYlRd', [title]))
    }
    for (const [index, step] of (panel.get('fieldConfig', 'defaults', 'thresholds', 'steps')?.items() ?? []).entries()) {
      const value = step.number('value')
      if (overview && value !== undefined && [0.999, 0.5, 0.001].includes(value))
        edits.push(
          set('panel objective', [...path, 'fieldConfig', 'defaults', 'thresholds', 'steps', index, 'value'], value, value * 2, [title]),
        )
    }
    return edits
  })
}

function contactPointEdits(root: Cursor): Edit[] {
  return (root.get('contactPoints')?.items() ?? []).flatMap((point, i) => {
    const path: Path = ['contactPoints', i]
    // Optional receivers may be missing.
    return /slack|discord/.test(point.string('name') ?? '')
      ? []
      : [
          drop('contact point', path, [], `contact point ${point.string('name') ?? ''} removed`),
          set('contact point', [...path, 'name'], point.string('name'), `${point.string('name') ?? ''}s`),
          drop('contact point', [...path, 'receivers', 0, 'settings']),
          set('contact point', [...path, 'receivers', 0, 'disableResolveMessage'], false, true),
        ]
  })
}
