import { remark, note, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { typeOf, usedForTraces } from '../../agents.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'

export const check: Check = {
  meta: {
    id: 'collector-pipeline-is-whole',
    needs: ['collector'],
    title: 'The collector has a trace pipeline from receiver to exporter',
    failureTitle: 'The collector has no complete trace pipeline',
    why: 'A component outside every pipeline does nothing; a pipeline with an undefined component keeps the collector from starting.',
    mend: 'In the collector configuration, list under service.pipelines.traces the otlp receiver, memory_limiter, batch and the exporter to the trace store. Define each of them. Leave sampling and filtering out.',
    example: 'service:\n  pipelines:\n    traces: { receivers: [otlp], processors: [batch], exporters: [otlp/jeager] }',
  },
  *judge({ spec, config }) {
    for (const collector of config.collectors) {
      // One of several files, of which the others are not here.
      if (!['receivers', 'processors', 'exporters'].some((key) => collector.has(key))) continue
      const pipelines = collector.get('service', 'pipelines')
      const traces = (pipelines?.pairs() ?? []).filter(([name]) => typeOf(name) === 'traces')
      if (traces.length === 0 && spec.traces.length > 0 && !readsLogsAlone(collector))
        yield remark(
          'traces',
          pipelines ?? collector.near('service'),
          'a pipeline for traces',
          `pipelines: ${(pipelines?.pairs() ?? []).map(([name]) => name).join(', ')}`,
        )
      for (const [name, pipeline] of pipelines?.pairs() ?? []) yield* judgePipeline(collector, name, pipeline, spec.traces.length > 0)
      yield* connectors(collector)
      yield* authenticators(collector)
      yield* endpoints(collector)
      for (const [name, receiver] of collector.pairs('receivers'))
        if (name.startsWith('otlp') && (receiver.get('protocols')?.pairs().length ?? 0) === 0)
          yield remark(name, receiver, 'protocols grpc and http', 'no protocol: it listens on no port')
      for (const [name, processor] of collector.pairs('processors')) {
        const drops =
          /^(probabilistic_sampler|tail_sampling|filter)(\/|$)/.test(name) && usedForTraces(collector, 'processors').includes(name)
        // Without a promise of traces, sampling is a choice.
        if (drops && spec.traces.length > 0)
          yield remark(name, processor, 'no sampling and no filter processor', `${name}, which drops traces`)
      }
    }
  },
}

/** One that reads files of logs, or the journal, beside the collector of traces. */
function readsLogsAlone(collector: Cursor): boolean {
  const receivers = collector.pairs('receivers')
  return receivers.length > 0 && receivers.every(([name]) => /^(?:file_?log|journald)$/.test(typeOf(name)))
}

/** A connector takes from one pipeline and gives to another: with one side alone the collector does not start. */
function* connectors(collector: Cursor): Generator<Remark> {
  const pipelines = collector.pairs('service', 'pipelines').map(([, pipeline]) => pipeline)
  for (const [name, connector] of collector.pairs('connectors')) {
    const [taken, given] = (['exporters', 'receivers'] as const).map((kind) => pipelines.some((each) => each.strings(kind).includes(name)))
    if (taken !== given)
      yield remark(
        name,
        connector.keyPlace(),
        `${name} among the exporters of one pipeline and the receivers of another`,
        taken === true ? 'an exporter, and no receiver' : 'a receiver, and no exporter',
      )
  }
}

function* judgePipeline(collector: Cursor, name: string, pipeline: Cursor, isPromised: boolean): Generator<Remark> {
  if (/\/\s*$/.test(name)) yield remark(name, pipeline.keyPlace(), 'a name behind the slash: traces/one', name)
  for (const kind of ['receivers', 'processors', 'exporters'] as const) {
    const used = pipeline.strings(kind)
    if (used.length === 0 && kind !== 'processors')
      yield remark(name, pipeline.get(kind) ?? pipeline.keyPlace(), `${kind} in the pipeline ${name}`, 'none')
    const known = [...collector.pairs(kind), ...collector.pairs('connectors')].map(([key]) => key)
    for (const component of used)
      if (!known.includes(component))
        yield remark(name, pipeline.near(kind), `one of the ${kind} (${known.join(', ')})`, `${component}${didYouMean(component, known)}`)
    if (typeOf(name) !== 'traces') continue
    if (kind === 'receivers' && used.length > 0 && !used.some((component) => /^(otlp|jaeger|zipkin)$/.test(typeOf(component))))
      yield remark(name, pipeline.near(kind), 'the receiver otlp', used.join(', '))
    if (
      kind === 'exporters' &&
      used.length > 0 &&
      used.every((component) => known.includes(component)) &&
      used.every((component) => /^(debug|logging|nop|file)$/.test(typeOf(component)))
    )
      // What is tried out prints its spans.
      yield (isPromised ? remark : warning)(name, pipeline.near(kind), 'an exporter to a trace store', used.join(', '))
    if (kind === 'processors') yield* judgeOrder(name, pipeline.near(kind), used)
    if (kind === 'processors' && !used.some((component) => typeOf(component) === 'batch'))
      yield note(
        name,
        pipeline.near(kind),
        'the processor batch',
        used.length === 0 ? 'no processor' : used.join(', '),
        'the trace pipeline has no batch processor: what each request brings is exported by itself',
      )
  }
}

/** https://github.com/open-telemetry/opentelemetry-collector/tree/main/processor#recommended-processors */
function* judgeOrder(name: string, at: Cursor, used: readonly string[]): Generator<Remark> {
  const position = (pattern: RegExp): number => used.findIndex((component) => pattern.test(component))
  const [limiter, batch] = [position(/^memory_limiter(\/|$)/), position(/^batch(\/|$)/)]
  const late = used.find(
    (component, index) =>
      batch !== -1 && index > batch && /^(tail_sampling|probabilistic_sampler|filter|groupbytrace)(\/|$)/.test(component),
  )
  if (limiter > 0)
    yield warning(name, at, 'memory_limiter first', used.join(', '), 'processors before memory_limiter use memory that it does not limit')
  if (late !== undefined)
    yield warning(name, at, `batch after ${late}`, used.join(', '), `${late} after batch takes the batches apart again`)
}

/** An authenticator is an extension that is started. */
function* authenticators(collector: Cursor): Generator<Remark> {
  const started = collector.strings('service', 'extensions')
  for (const kind of ['exporters', 'receivers'] as const)
    for (const [name, component] of collector.pairs(kind)) {
      const at = component.get('auth', 'authenticator')
      const asked = at?.string() ?? ''
      if (at !== undefined && asked !== '' && !asked.includes('$') && !started.includes(asked))
        yield remark(name, at, `one of service.extensions (${started.join(', ') || 'none'})`, `${asked}${didYouMean(asked, started)}`)
    }
}

/** gRPC has addresses and no paths; what is given up at once is lost while the store starts. */
function* endpoints(collector: Cursor): Generator<Remark> {
  for (const [name, exporter] of collector.pairs('exporters')) {
    if (!usedForTraces(collector, 'exporters').includes(name) || !/^otlp/.test(typeOf(name))) continue
    const endpoint = exporter.string('endpoint') ?? ''
    if (typeOf(name) === 'otlp' && /^(?:https?:\/\/)?[\w.-]+:\d+\/./.test(endpoint))
      yield remark(name, exporter.near('endpoint'), 'host:port: this exporter speaks gRPC', endpoint)
    if (exporter.bool('retry_on_failure', 'enabled') === false)
      yield warning(name, exporter.near('retry_on_failure', 'enabled'), 'true, or spans are lost while the store is away', 'enabled: false')
    const elapsed = exporter.durationMs('retry_on_failure', 'max_elapsed_time')
    if (elapsed !== undefined && elapsed > 0 && elapsed < 10_000)
      yield warning(
        name,
        exporter.near('retry_on_failure', 'max_elapsed_time'),
        '10s or more (5m by default), or spans are lost while the store starts',
        exporter.string('retry_on_failure', 'max_elapsed_time') ?? '',
      )
    const timeout = exporter.durationMs('timeout')
    if (timeout !== undefined && timeout > 0 && timeout < 100)
      yield warning(name, exporter.near('timeout'), '100ms or more (5s by default)', exporter.string('timeout') ?? '')
  }
}
