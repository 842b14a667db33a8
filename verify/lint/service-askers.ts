import { nameOfObject } from '../config/deployment/kubernetes-objects.ts'
import { hostsAskedBy } from '../config/deployment/links.ts'
import { allScrapeJobs, type Configuration } from '../config/configuration.ts'
import { scalarsIn, type Cursor } from '../config/yaml/cursor.ts'
import { remembered } from '../text/remembered.ts'
import { discoveredBy } from './kubernetes-discovery.ts'
import type { LintInput } from './lint-check.ts'

/** What asks a Service by its name: containers, files that are configuration, scrape jobs that discover it, and the specification. */
export function askersOf(service: Cursor, { config, spec }: Pick<LintInput, 'config' | 'spec'>): string[] {
  const name = nameOfObject(service)
  const own = new Set(service.pairs('spec', 'selector').map(([label, at]) => `${label}=${at.string() ?? ''}`))
  const isOwn = (labels: Readonly<Record<string, string>> = {}): boolean =>
    own.size > 0 && [...own].every((each) => Object.entries(labels).some(([label, value]) => each === `${label}=${value}`))
  const containers = config.workloads.filter((each) => !isOwn(each.podLabels) && hostsAskedBy(each, config, [name]).size > 0)
  const isTarget = ({ address }: { address: string }): boolean => address.replace(/:\d+$/, '') === name
  return [
    ...containers.map((each) => each.name),
    ...filesAsking(config)(name),
    ...jobsFor(config)(name),
    ...spec.platform.targets.filter(isTarget).map(({ job }) => `the specification (target ${job})`),
  ]
}

const jobsFor = remembered((config: Configuration) => {
  const kept = allScrapeJobs(config).map((job) => ({
    job: job.string('job_name') ?? '',
    hosts: new Set(
      (discoveredBy(job, config) ?? []).flatMap(({ address, labels }) => (labels === undefined ? [] : address.replace(/:\d+$/, ''))),
    ),
  }))
  return remembered((name: string): string[] => kept.flatMap(({ job, hosts }) => (hosts.has(name) ? `the job ${job}` : [])))
})

const filesAsking = remembered((config: Configuration) => {
  const roots = [config.prometheus, config.alertmanager, config.promtail, config.collectors, config.datasources].flat()
  const written = roots.flatMap((root) => scalarsIn(root).map((at) => ({ file: root.text.path, text: at.string() ?? '' })))
  return remembered((name: string): string[] => {
    const asked = new RegExp(`(?:^|//|@)${name.replace(/[^\w-]/g, '\\$&')}(?:\\.[\\w.-]+)?(?::\\d{2,5})?(?:/|$)`)
    return [...new Set(written.flatMap(({ file, text }) => (text.includes(name) && /\/\/|:\d/.test(text) && asked.test(text) ? file : [])))]
  })
})
