import { remark, type Check, type Remark } from '../../lint-check.ts'
import { imageNameOf } from '../../known-images.ts'
import { nameOf } from '../../../config/deployment/container-files.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

export const check: Check = {
  meta: {
    id: 'entrypoints-are-in-their-image',
    needs: ['workloads'],
    isRefusal: true,
    title: 'Every container is started with a program that its image holds',
    failureTitle: 'A container is started with a program that its image does not hold',
    why: 'The container is made and never starts: `exec: "/bin/bash": no such file or directory`. https://docs.docker.com/reference/compose-file/services/#entrypoint',
    mend: 'In the compose file or manifest, name the program of the image, or a shell that it holds.',
    example:
      'alertmanager:\n  image: prom/alertmanager:v0.27.0\n  entrypoint: [/bin/bash, /etc/alertmanager/start.sh] # it has /bin/sh alone',
  },
  *judge({ config }) {
    for (const workload of config.workloads) if (!workload.at.has('build')) yield* judgeProgram(workload)
  },
}

/** In a compose file that of `entrypoint`, in a pod that of `command`. */
function programAt({ at }: Workload): Cursor | undefined {
  const isPod = at.has('volumeMounts') || at.has('args') || at.get('env')?.isList() === true || at.has('name')
  const key = at.has('entrypoint') ? 'entrypoint' : isPod ? 'command' : undefined
  if (key === undefined) return undefined
  return at.items(key)[0] ?? at.get(key)
}

function* judgeProgram(workload: Workload): Generator<Remark> {
  const at = programAt(workload)
  const program = (at?.string() ?? '').split(/\s+/)[0] ?? ''
  const { known, tag } = imageNameOf(workload.image)
  if (at === undefined || known === undefined || program === '' || program.includes('$')) return
  const name = nameOf(program)
  const lacks = (known.lacks ?? []).some(([tags, programs]) => tags.test(tag ?? 'latest') && programs.includes(name))
  if (lacks) yield remark(workload.name, at, `a program that ${workload.image} holds: /bin/sh`, program)
  const own = known.program
  if (own === undefined || program === own || !program.includes('/')) return
  const isNear = name === nameOf(own) || nearest(name, [nameOf(own)], 2) !== undefined
  if (isNear) yield remark(workload.name, at, own, program)
}
