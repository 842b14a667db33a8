import { nearest } from '../../../text/did-you-mean.ts'
import { remark, type Check, type Remark } from '../../lint-check.ts'
import { fileAt, filesIn, folderOf, nameOf, resolveIn } from '../../../config/deployment/container-files.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'
import { loopedWords, startOf } from '../../../config/deployment/shell-script.ts'
import type { Configuration } from '../../../config/configuration.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

/** Keys whose value is a file that the program reads. */
const READ = /^(?:\w+_file|ca_file|cert_file|key_file|ui-config|strategies-file)$/
/** And those that it writes, or that are patterns of others' files. */
const NOT_READ = /^(?:query_log_file|scrape_failure_log_file|log_file)$/

export const check: Check = {
  meta: {
    id: 'named-files-are-given',
    needs: ['compose'],
    title: 'Every file that a configuration names is in the container that reads it',
    failureTitle: 'A configuration names a file that its container does not have',
    why: 'A password_file, credentials_file or api_url_file is opened when it is needed. The program starts as if nothing were wrong, and each scrape and each notification fails.',
    mend: 'Correct the path in the configuration, or give the container the file: a mount, a secret or a config of the compose file.',
    example: 'basic_auth:\n  password_file: /run/actuator_password # the secret is at /run/secrets/actuator_password',
  },
  *judge({ config }) {
    yield* patterns(config)
    yield* startedWith(config)
    for (const root of [
      ...config.prometheus,
      ...config.alertmanager,
      ...config.promtail,
      ...config.loki,
      ...config.collectors,
      ...config.jaeger,
    ])
      for (const workload of config.workloads.filter(({ at }) => config.compose.some((each) => each.text === at.text))) {
        const own = filesIn(workload, config).find(({ text }) => text.file === root.text.file)
        if (own !== undefined) yield* judgeFile(workload, root, folderOf(own.path), config)
      }
  },
}

function* judgeFile(workload: Workload, root: Cursor, folder: string, config: Configuration): Generator<Remark> {
  const scripts = filesIn(workload, config).flatMap(({ text }) => (text.file.endsWith('.sh') ? [text] : []))
  const written = scripts.flatMap(({ text }) => startOf(loopedWords(text)).written)
  for (const at of scalarsIn(root)) {
    const file = at.string() ?? ''
    // Secrets have a check of their own: secrets-are-given.
    if (!READ.test(at.key) || NOT_READ.test(at.key) || file === '' || file.includes('$') || file.startsWith('/run/secrets/')) continue
    const path = resolveIn(folder, file)
    const folders = [
      ...workload.at.strings('tmpfs').map((each) => each.split(':')[0] ?? ''),
      ...workload.mounts.map(({ target }) => target.replace(/\/$/, '')),
    ]
    const isBelow = folders.find((each) => path === each || path.startsWith(`${each}/`))
    const isTemporary = isBelow !== undefined && workload.at.strings('tmpfs').some((each) => each.split(':')[0] === isBelow)
    // What is in a folder of memory a start script put there.
    if (isTemporary && path === isBelow) yield remark(workload.name, at, `a file below ${isBelow}`, path)
    else if (isTemporary && scripts.length > 0 && !written.includes(path))
      yield remark(
        workload.name,
        at,
        `${written.filter((each) => each.startsWith(`${isBelow}/`)).join(' or ') || 'a file'}, which the start script writes`,
        path,
      )
    else if (!written.includes(path) && written.some((each) => each.endsWith(`/${nameOf(path)}`)))
      yield remark(
        workload.name,
        at,
        `${written.find((each) => each.endsWith(`/${nameOf(path)}`)) ?? ''}, which the start script writes`,
        path,
      )
    else if (isBelow === undefined && fileAt(workload, config, path) === 'absent')
      yield remark(
        workload.name,
        at,
        `a file that ${workload.name} is given`,
        `${path}, below none of ${[...folders, '/run/secrets'].join(', ')}`,
      )
  }
}

/** Programs of which configuration-is-mounted says it. */
const KNOWN = /prometheus|alertmanager|loki|promtail|tempo|opentelemetry|otel|jaeger|grafana\/grafana/
const CONFIGURATION = /^(?:--?config(?:[.-]file)?=)?(\/[\w./-]+\/[\w.-]+\.\w+)$/

/** A program is started with a file of another name than the one that is mounted in its folder, and which nothing else names. */
function* startedWith(config: Configuration): Generator<Remark> {
  for (const workload of config.workloads) {
    const { name, image, args, env, mounts, at: own } = workload
    if (own.has('build') || (KNOWN.test(image) && !/exporter/.test(image)) || !config.compose.some(({ text }) => text === own.text))
      continue
    for (const { value, at } of args) {
      const path = CONFIGURATION.exec(value)?.[1]
      if (path === undefined || mounts.some(({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`))) continue
      const ending = path.slice(path.lastIndexOf('.'))
      const isNamed = (target: string): boolean =>
        args.some((each) => each.value.includes(target)) || [...env.values()].some((each) => each.value.includes(target))
      const isFlag = value !== path && /\.(?:ya?ml|alloy|river|json|toml|conf|ini)$/.test(path)
      const given = mounts.filter(
        ({ target }) =>
          folderOf(target) === folderOf(path) &&
          !isNamed(target) &&
          ((isFlag && target.endsWith(ending)) || nearest(nameOf(path), [nameOf(target)], 2) !== undefined),
      )
      if (given.length === 1) yield remark(name, at, `${given[0]?.target ?? ''}, where it is mounted`, `${path}, where nothing is`)
    }
  }
}

/** Globs and names of files that are watched, so that none is no error: the targets of file_sd_configs, templates, further jobs. */
function watchedBy(root: Cursor, config: Configuration): Cursor[] {
  const jobs = [...root.items('scrape_configs'), ...root.items('alerting', 'alertmanagers')]
  const found = jobs.flatMap((job) => job.items('file_sd_configs').flatMap((each) => each.items('files')))
  return [
    ...found,
    ...(config.prometheus.includes(root) ? root.items('scrape_config_files') : []),
    ...(config.alertmanager.includes(root) ? root.items('templates') : []),
  ]
}

/** A pattern below no mount finds nothing for ever. */
function* patterns(config: Configuration): Generator<Remark> {
  for (const root of [...config.prometheus, ...config.alertmanager, ...config.promtail])
    for (const workload of config.workloads.filter(({ at }) => config.compose.some((each) => each.text === at.text))) {
      const own = filesIn(workload, config).find(({ text }) => text.file === root.text.file)
      if (own === undefined || workload.at.has('build')) continue
      const given = [
        ...workload.mounts.map(({ target }) => target),
        ...workload.at.strings('tmpfs').map((each) => each.split(':')[0] ?? ''),
        ...[...workload.at.items('configs'), ...workload.at.items('secrets')].flatMap(
          (each) => each.string('target') ?? `/${each.string() ?? each.string('source') ?? ''}`,
        ),
      ].map((each) => each.replace(/\/$/, ''))
      for (const at of watchedBy(root, config)) {
        const file = at.string() ?? ''
        const path = resolveIn(folderOf(own.path), file)
        const folder = folderOf(/[*?[]/.test(path) ? path.slice(0, path.search(/[*?[]/)) + 'x' : path)
        const isGiven = given.some(
          (each) => each !== own.path && (folder === each || folder.startsWith(`${each}/`) || matchesGlob(each, path)),
        )
        // A pattern beside the configuration is a place for later.
        const isBeside = /[*?[]/.test(path) && folder === folderOf(own.path) && config.alertmanager.includes(root)
        if (file !== '' && !isBeside && !file.includes('$') && !file.startsWith('/run/secrets/') && !isGiven)
          yield remark(
            workload.name,
            at,
            `files that ${workload.name} is given`,
            `${path}, below none of ${given.join(', ')}`,
            'A configuration watches files that its container is not given: it finds none',
          )
      }
    }
}

function matchesGlob(file: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
  return file === pattern || (pattern.includes('*') && !pattern.includes('[') && new RegExp(`^${source}$`).test(file))
}
