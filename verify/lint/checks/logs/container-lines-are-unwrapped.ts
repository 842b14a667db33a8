import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'container-lines-are-unwrapped',
    needs: ['promtail'],
    title: 'The first stage takes off what the container runtime wraps lines in',
    failureTitle: 'A stage takes off what another container runtime wraps lines in',
    why: 'containerd and CRI-O write `2026-01-02T03:04:05Z stdout F the line`: stage cri. Docker writes {"log":"the line"} to its json-file: stage docker. Its API hands lines over as they are: no stage. The stage of another runtime matches nothing and says nothing: each line keeps its wrapping, and what follows reads no field. https://grafana.com/docs/loki/latest/send-data/promtail/stages/cri/',
    mend: 'In pipeline_stages, use cri for the pods of Kubernetes and their files below /var/log. Use docker for files below /var/lib/docker/containers, and neither for docker_sd_configs.',
    example: 'kubernetes_sd_configs: [{ role: pod }]\npipeline_stages:\n  - docker: {}',
  },
  *judge({ config, spec }) {
    for (const job of config.promtail.flatMap((root) => root.items('scrape_configs')))
      for (const stage of job.items('pipeline_stages')) yield* judgeStage(job, stage, spec.logs.length > 0)
  },
}

/** How lines come, as far as the job says it. */
function wrappingOf(job: Cursor): 'cri' | 'docker' | 'none' | undefined {
  if (job.has('kubernetes_sd_configs')) return 'cri'
  if (job.has('docker_sd_configs')) return 'none'
  const paths = job.items('static_configs').map((group) => group.string('labels', '__path__') ?? '')
  const all = (pattern: RegExp): boolean => paths.length > 0 && paths.every((path) => pattern.test(path))
  if (all(/^\/var\/log\/(?:pods|containers)\//)) return 'cri'
  if (all(/\/docker\/containers\/.*\.log$/)) return 'docker'
  return undefined
}

function* judgeStage(job: Cursor, stage: Cursor, isSpecified: boolean): Generator<Remark> {
  const [kind, at] = stage.pairs().find(([name]) => name === 'cri' || name === 'docker') ?? []
  const wrapping = wrappingOf(job)
  if (kind === undefined || at === undefined || wrapping === undefined || kind === wrapping) return
  const name = job.string('job_name') ?? ''
  const place = at.keyPlace()
  // One that finds nothing to take off leaves the line as it is.
  if (wrapping === 'none') {
    yield warning(name, place, 'no stage cri or docker: the API of Docker hands lines over as they are', kind)
    return
  }
  const where = wrapping === 'cri' ? 'pods, whose lines begin with time and stream' : "files of Docker's json-file"
  // A cluster may run on Docker still (cri-dockerd).
  const isSure = wrapping === 'docker' || isSpecified
  const say = isSure ? remark : warning
  yield say(name, place, `${wrapping}, for ${where}`, kind)
}
