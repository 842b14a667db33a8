import { remark, type Check, type LintInput } from '../../lint-check.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import { interpolate, type Workload } from '../../../config/deployment/workloads.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'

export const check: Check = {
  meta: {
    id: 'memory-limits-fit',
    needs: ['workloads'],
    title: 'The memory limit of a container is above what its program may use',
    failureTitle: 'A program may use more memory than its container has',
    why: 'The kernel kills the container when it reaches its limit, before the program notices. A heap never fills, maxmemory is never reached, memory_limiter never refuses: the alert for it cannot fire. https://docs.docker.com/engine/containers/resource_constraints/',
    mend: 'In the compose file or manifest, raise the memory limit of the container, or lower the limit of the program (-Xmx, --maxmemory, limit_mib) below it.',
    example: 'mem_limit: 128m\ncommand: [java, -Xmx256m, -jar, /app/service.jar]',
  },
  *judge(input) {
    for (const workload of input.config.workloads) {
      const heap = heapsOf(workload).find(({ bytes }) => bytes < SMALLEST_HEAP)
      if (heap !== undefined)
        yield remark(workload.name, heap.at, '-Xmx with a unit: -Xmx256m', `${heap.what}: too small a heap, the JVM ends`)
      const limit = limitOf(workload, input.config.variables)
      if (limit === undefined) continue
      if (limit.bytes < SMALLEST_LIMIT)
        yield remark(
          workload.name,
          limit.at,
          'a limit with its unit: 256m of compose, 256Mi of Kubernetes',
          `${limit.at.string() ?? ''}: ${limit.bytes} bytes`,
        )
      for (const { what, bytes } of usesOf(workload, input))
        if (bytes >= limit.bytes && limit.bytes >= SMALLEST_LIMIT)
          yield remark(
            workload.name,
            limit.at,
            `more than ${what} (${mebibytes(bytes)})`,
            `${limit.at.string() ?? ''} (${mebibytes(limit.bytes)})`,
          )
    }
  },
}

/** "Too small maximum heap": the JVM ends at once. https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html */
const SMALLEST_HEAP = 2 * 1024 * 1024

/** "Minimum memory limit allowed is 6MB". https://docs.docker.com/engine/containers/resource_constraints/ */
const SMALLEST_LIMIT = 6 * 1024 * 1024

interface Use {
  what: string
  bytes: number
  at: Cursor
}

function limitOf({ at }: Workload, variables: Record<string, string>): { bytes: number; at: Cursor } | undefined {
  const found = at.get('mem_limit') ?? at.get('deploy', 'resources', 'limits', 'memory') ?? at.get('resources', 'limits', 'memory')
  const bytes = bytesOf(interpolate(found?.string() ?? '', variables))
  return found === undefined || bytes === undefined || bytes === 0 ? undefined : { bytes, at: found }
}

function usesOf(workload: Workload, input: LintInput): Use[] {
  return [...heapsOf(workload), ...redisOf(workload), ...limitersOf(workload, input)]
}

function heapsOf({ args, env }: Workload): Use[] {
  const texts = [...args, ...[...env].filter(([name]) => /(?:^|_)(?:OPTS|OPTIONS)$/.test(name)).map(([, each]) => each)]
  return texts.flatMap(({ value, at }) =>
    [...value.matchAll(/(?:^|\s)-Xmx(\d+)([kmgtKMGT]?)(?=\s|$)/g)].map(([text, digits = '', unit = '']) => ({
      what: text.trim(),
      bytes: Number(digits) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase()),
      at,
    })),
  )
}

function redisOf({ image, args }: Workload): Use[] {
  if (!/(^|\/)(?:redis|valkey)(:|@|$)/.test(image)) return []
  const words = args.flatMap(({ value, at }) => value.split(/\s+/).map((word) => ({ word, at })))
  const given = words[words.findIndex(({ word }) => word === '--maxmemory') + 1]
  // Of Redis 64m is 64,000,000 bytes, and 64mb is 64 MiB.
  const bytes = given === undefined || given === words[0] ? undefined : bytesOf(given.word)
  return given === undefined || bytes === undefined || bytes === 0 ? [] : [{ what: `--maxmemory ${given.word}`, bytes, at: given.at }]
}

function limitersOf(workload: Workload, { config }: LintInput): Use[] {
  return config.collectors
    .filter((root) => reads(workload, root, config))
    .flatMap((root) =>
      root.pairs('processors').flatMap(([name, processor]) => {
        const at = processor.get('limit_mib')
        const mib = Number(at?.string() ?? '')
        return name.split('/')[0] !== 'memory_limiter' || at === undefined || !(mib > 0)
          ? []
          : [{ what: `limit_mib: ${mib} of ${name}`, bytes: mib * 1024 ** 2, at }]
      }),
    )
}

/** 512m, 1.5g, 64MB, 256Mi, 1Gi, bytes alone. https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values */
function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])i?b?|b)?\s*$/i.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase())
}

function mebibytes(bytes: number): string {
  return `${Math.round((bytes / 1024 ** 2) * 10) / 10} MiB`
}
