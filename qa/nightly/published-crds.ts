import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../verify/model/error.ts'

/** Schemas of the resources that firedrill writes, as their projects publish them (both Apache-2.0); never part of this repository. */
export interface PublishedCrd {
  /** `GROUP_PLURAL.yaml`, as controller-gen names it. */
  file: string
  url: string
  sha256: string
}

/** To move a pin: the new tag, and `sha256sum` of its files. */
const CHAOS_MESH = 'https://raw.githubusercontent.com/chaos-mesh/chaos-mesh/v2.8.3/config/crd/bases'
const K6_OPERATOR = 'https://raw.githubusercontent.com/grafana/k6-operator/v1.6.0/config/crd/bases'

export const PUBLISHED_CRDS: readonly PublishedCrd[] = [
  published(CHAOS_MESH, 'chaos-mesh.org_podchaos.yaml', '60b1a4aca7588b8e14768f4868e5b348475dfc2cbe47707ef38269860f220396'),
  published(CHAOS_MESH, 'chaos-mesh.org_networkchaos.yaml', 'd151d3d38cfb4e906df457a2927a8bad8872241655b0267e08e3315b1b615974'),
  published(CHAOS_MESH, 'chaos-mesh.org_stresschaos.yaml', 'db0c878183757ac240de8ddf2e616b8bb66830bfad2f4b8328fe29d4e1588847'),
  published(CHAOS_MESH, 'chaos-mesh.org_podnetworkchaos.yaml', '6281d675c7f63885c4f713388394e4754f1401933e99312803168439334aa578'),
  published(CHAOS_MESH, 'chaos-mesh.org_workflows.yaml', '4892418247ccea8f76210f3790387d2ef83630e76285acdcfdf99ba61e0bb884'),
  published(K6_OPERATOR, 'k6.io_testruns.yaml', 'd4df597bb94d210bcb9368dd4faf81da25c08194e240da98e4df8887563be185'),
]

function published(folder: string, file: string, sha256: string): PublishedCrd {
  return { file, url: `${folder}/${file}`, sha256 }
}

const WAIT_MS = 60_000

/**
 * The folder below `cacheRoot` that has them, whole and as pinned; what it lacks is downloaded, once. Rejects with CRDS_UNREACHABLE (exit
 * code 3) where the network does not give them, and with CRDS_CHANGED (1) where it gives something else.
 */
export async function publishedCrds(cacheRoot: string, crds: readonly PublishedCrd[] = PUBLISHED_CRDS): Promise<string> {
  const folder = path.join(cacheRoot, 'published-crds')
  mkdirSync(folder, { recursive: true })
  for (const crd of crds) {
    const at = path.join(folder, crd.file)
    if (existsSync(at) && digest(readFileSync(at)) === crd.sha256) continue
    const content = await downloaded(crd)
    if (digest(content) !== crd.sha256)
      throw new FiredrillError('CRDS_CHANGED', `${crd.url} is not what is pinned: its SHA-256 is ${digest(content)}`, {
        exitCode: 1,
        next: `compare it with ${crd.sha256} in qa/nightly/published-crds.ts, and move the pin where the project has published it anew`,
      })
    // A file under its name is whole, whenever this is killed.
    const partial = `${at}.${process.pid}.partial`
    try {
      writeFileSync(partial, content)
      renameSync(partial, at)
    } finally {
      rmSync(partial, { force: true })
    }
  }
  return folder
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

async function downloaded({ file, url }: PublishedCrd): Promise<Uint8Array> {
  let why: unknown
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(WAIT_MS) })
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer())
    why = `status ${answer.status}`
  } catch (error) {
    why = error instanceof Error && error.cause instanceof Error ? error.cause : error
  }
  throw new FiredrillError('CRDS_UNREACHABLE', `${file} cannot be had from ${url}: ${why instanceof Error ? why.message : String(why)}`, {
    exitCode: 3,
    next: 'bring the files from elsewhere and name their folder: FIREDRILL_TEST_CRDS=DIR',
    cause: why,
  })
}

/** Which files a folder that was named lacks, and which are others than those pinned. */
export function differences(folder: string, crds: readonly PublishedCrd[] = PUBLISHED_CRDS): { lacks: string[]; others: string[] } {
  const lacks = crds.filter(({ file }) => !existsSync(path.join(folder, file)))
  const others = crds.filter((each) => !lacks.includes(each) && digest(readFileSync(path.join(folder, each.file))) !== each.sha256)
  return { lacks: lacks.map(({ file }) => file), others: others.map(({ file }) => file) }
}
