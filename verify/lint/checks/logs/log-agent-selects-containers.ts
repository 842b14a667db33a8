import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { withWorkload } from '../../agents.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

const [PROJECT, SERVICE] = ['com.docker.compose.project', 'com.docker.compose.service']

export const check: Check = {
  meta: {
    id: 'log-agent-selects-containers',
    needs: ['promtail', 'compose'],
    title: "Promtail's selectors and paths match the containers of the compose file",
    failureTitle: 'Promtail selects no container, or a path that it cannot see',
    why: 'Docker gives a container the labels com.docker.compose.project and .service. A filter with another value selects nothing, and Promtail runs without an error. https://github.com/grafana/loki/issues/8388',
    mend: 'In the Promtail configuration, correct the value of the filter, or the name of the project at the head of the compose file. Mount the folder that __path__ names.',
    example: 'filters:\n  - name: label\n    values: ["com.docker.compose.project=shops"] # name: shop',
  },
  *judge(input) {
    const { config, spec } = input
    const wanted = withWorkload(input, ({ name }) => spec.logs.some(({ service }) => service === name)).map(({ workload }) => workload)
    for (const promtail of config.promtail)
      for (const job of promtail.items('scrape_configs')) {
        for (const filter of job.items('docker_sd_configs').flatMap((each) => each.items('filters')))
          for (const value of filter.items('values')) yield* judgeFilter(filter.string('name') ?? '', value, wanted, input)
        for (const group of job.items('static_configs')) yield* judgePath(group, input)
      }
  },
}

function* judgeFilter(kind: string, value: Cursor, wanted: Workload[], input: LintInput): Generator<Remark> {
  const text = value.string() ?? ''
  const root = input.config.compose.find((each) => wanted.some(({ at }) => at.text === each.text))
  if (root === undefined || text.includes('$')) return
  const project = input.config.variables['COMPOSE_PROJECT_NAME'] ?? root.string('name')
  if (kind === 'network' && project !== undefined && text === text.replace(/_default$/, '') + '_default' && text !== `${project}_default`)
    yield remark('docker_sd_configs', value, `${project}_default`, `${text}: no such network`)
  if (kind !== 'label') return
  const [label = '', ...rest] = text.split('=')
  const asked = rest.length === 0 ? undefined : rest.join('=')
  if (label === PROJECT && asked !== undefined) {
    if (project === undefined) {
      // Then the folder's name is the project's: https://docs.docker.com/compose/how-tos/project-name/
      if (root.text.file.split('/').at(-2) !== asked)
        yield warning(
          'docker_sd_configs',
          root.place(),
          `name: ${asked}, by which ${value.text.file} selects`,
          'no name: that of the folder',
        )
      return
    }
    if (project === asked) return
    // Containers named after the filter's project say that the project was renamed, not the filter.
    const isRenamed = input.config.workloads.some(({ container, name }) => container !== name && container.startsWith(`${asked}-`))
    const at = isRenamed && root.has('name') ? root.near('name') : value
    yield remark(
      'docker_sd_configs',
      at,
      `${PROJECT}=${project}, or name: ${asked} in ${root.text.file}`,
      `${PROJECT}=${asked} in ${value.text.file}: no container has it${didYouMean(asked, [project])}`,
    )
  } else {
    const unmet = wanted.filter(
      (workload) => !labelsOf(workload).some(([name, given]) => name === label && (asked === undefined || given === asked)),
    )
    if (unmet.length === wanted.length && wanted.length > 0)
      yield remark('docker_sd_configs', value, `a label of ${wanted.map(({ name }) => name).join(', ')}`, `${text}: no container has it`)
    else if (unmet.length > 0 && label !== SERVICE)
      yield remark('docker_sd_configs', value, `${text} on ${unmet.map(({ name }) => name).join(', ')}`, 'not selected')
  }
}

function labelsOf({ name, at }: Workload): [string, string | undefined][] {
  const listed = at.strings('labels').map((each): [string, string] => {
    const [label = '', ...value] = each.split('=')
    return [label, value.join('=')]
  })
  const mapped = at.pairs('labels').map(([label, value]): [string, string | undefined] => [label, value.string() ?? ''])
  return [[SERVICE, name], [PROJECT, undefined], ...listed, ...mapped]
}

/** A path of files that Promtail's container does not have mounted. */
function* judgePath(group: Cursor, { config }: LintInput): Generator<Remark> {
  const path = group.string('labels', '__path__')
  const agents = config.workloads.filter(({ image }) => /promtail/.test(image))
  if (path === undefined || path.includes('$') || agents.length === 0) return
  const folder = /^[^*?{[]*\//.exec(path)?.[0] ?? path
  const isMounted = agents.some(({ mounts }) =>
    mounts.some(({ target }) => path === target || folder.startsWith(`${target.replace(/\/$/, '')}/`) || `${target}/`.startsWith(folder)),
  )
  if (!isMounted)
    yield remark(
      'static_configs',
      group.near('labels', '__path__'),
      `a mount of ${folder} in ${agents.map(({ name }) => name).join(', ')}`,
      'not mounted: no file is found',
    )
}
