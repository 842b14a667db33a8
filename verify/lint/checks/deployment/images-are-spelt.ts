import { oncePerPlace, remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf, KNOWN_IMAGES } from '../../known-images.ts'
import { nearest, slipOf } from '../../../text/did-you-mean.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

const REPOSITORIES = new Set(KNOWN_IMAGES.flatMap(({ names }) => names))
const OWNERS = new Set([...REPOSITORIES].flatMap((name) => (name.includes('/') ? [name.split('/')[0] ?? ''] : [])))
const REGISTRIES = new Set(['ghcr.io', 'quay.io', 'docker.io', 'gcr.io', 'registry.k8s.io', 'public.ecr.aws', 'mcr.microsoft.com'])
const TAG_WORDS = new Set(
  'jdk jre alpine bookworm bullseye buster slim latest temurin eclipse ubuntu debian jammy focal noble nonroot'.split(' '),
)

export const check: Check = {
  meta: {
    id: 'images-are-spelt',
    needs: ['workloads'],
    title: 'Every image is one that is published',
    failureTitle: 'An image is misspelt, or has a release that was never published',
    why: 'Docker pulls an image before it starts the first container: "pull access denied", "manifest unknown". Images that are not known here are passed over.',
    mend: 'Correct the name or tag of the image in the compose file or manifest.',
    example: 'redis-exporter:\n  image: oliver006/redis_exporter:v1.66.0-apline',
  },
  *judge({ config }) {
    yield* exchanged(config.workloads)
    yield* oncePerPlace(config.workloads.flatMap((workload) => imagesOf(workload).flatMap((each) => judgeImage(workload.name, each))))
  },
}

/** What a service runs, and what its Dockerfile in the compose file is made from. */
function imagesOf({ image, at }: Workload): { image: string; at: Cursor; offset?: number }[] {
  const inline = at.get('build', 'dockerfile_inline')
  const text = inline?.string() ?? ''
  const stages = new Set([...text.matchAll(/\sAS\s+(\S+)/gi)].map((match) => match[1] ?? ''))
  const from = [...text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)/gim)]
  return [
    ...(image === '' ? [] : [{ image, at: at.near('image') }]),
    ...from.flatMap(({ 0: whole, 1: name = '', index }) =>
      inline === undefined || stages.has(name) || name.includes('$')
        ? []
        : [{ image: name, at: inline, offset: index + whole.length - name.length }],
    ),
  ]
}

/** Of an owner whose images are known: one letter beside the name of one of them. */
function ofOwner(repository: string): string | undefined {
  const owner = repository.split('/')[0] ?? ''
  if (!OWNERS.has(owner) || REPOSITORIES.has(repository) || repository.length < owner.length + 8) return undefined
  return nearest(
    repository,
    [...REPOSITORIES].filter((each) => each.startsWith(`${owner}/`)),
    1,
  )
}

function judgeImage(subject: string, { image, at, offset }: { image: string; at: Cursor; offset?: number }): Remark[] {
  const where = offset === undefined ? at : at.place(offset, image.length)
  // An image has no white space, whichever variables are put in.
  const isText = /\s|\{\{/.test(image)
  if (image.includes('$') && !isText) return []
  const isWhole = /^(?!.*\/\/)[a-z0-9][a-z0-9._:/-]*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.test(image)
  // A part of it comes from a variable that nothing sets here.
  if ((!isWhole || image.endsWith(':')) && !isText && offset === undefined && at.string()?.includes('$') === true) return []
  if (!isWhole) return [remark(subject, where, 'an image: [registry/]name[:tag]', image)]
  const { repository, tag, known } = imageNameOf(image)
  const registry = image.includes('/') && /[.:]/.test(image.split('/')[0] ?? '') ? image.split('/')[0] : undefined
  const meant =
    slipOf(repository, REPOSITORIES) ??
    ofOwner(repository) ??
    (OWNERS.has(repository) && !REPOSITORIES.has(repository) ? `${repository}/...` : undefined)
  const place = registry === undefined ? undefined : slipOf(registry, REGISTRIES)
  const owner = slipOf(repository.split('/')[0] ?? '', OWNERS)
  const observed = meant ?? place ?? (repository.includes('/') && owner !== undefined ? `${owner}/...` : undefined)
  if (observed !== undefined) return [remark(subject, where, observed, `${image}, which is not published`)]
  if (tag === undefined) return []
  const word = tag
    .split(/[^a-z]+/)
    .map((each) => slipOf(each, TAG_WORDS))
    .find((each) => each !== undefined)
  if (word !== undefined) return [remark(subject, where, `a tag with ${word}`, tag)]
  if (known !== undefined && /^v?0\d+\./.test(tag))
    return [remark(subject, where, `${tag.replace(/^(v?)0+/, '$1')}: no release begins with a zero`, tag)]
  if (known?.tag?.test(tag) === false) return [remark(subject, where, `a tag like v1.2.3`, tag)]
  const [, major = '', minor] = /^v?(\d+)(?:\.(\d+))?/.exec(tag) ?? []
  const last = known?.closed?.[major]
  if (last !== undefined && Number(minor ?? 0) > last)
    return [remark(subject, where, `a release: the last of ${major} is ${major}.${last}`, `${tag}, which was never published`)]
  if (last === 0) return [remark(subject, where, 'a release', `${tag}: there is no version ${major}`)]
  return []
}

/** Two services under each other's names. */
function* exchanged(workloads: readonly Workload[]): Generator<Remark> {
  const programOf = ({ image }: Workload): string => imageNameOf(image).repository.split('/').at(-1) ?? ''
  const isOf = (name: string, workload: Workload): boolean =>
    name.length > 3 && programOf(workload).replace(/[-_]/g, '').includes(name.replace(/[-_]/g, ''))
  for (const [index, one] of workloads.entries())
    for (const other of workloads.slice(index + 1))
      if (!isOf(one.name, one) && !isOf(other.name, other) && isOf(one.name, other) && isOf(other.name, one))
        yield remark(one.name, one.at.near('image'), `the image of ${one.name}, which ${other.name} has`, one.image)
}
