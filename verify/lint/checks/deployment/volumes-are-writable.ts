import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import { sourceOf } from '../../../config/deployment/container-files.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { imageNameOf } from '../../known-images.ts'

/** Images that do not run as root, and the folders that they bring along with their own user as the owner. Their Dockerfiles. */
const USERS: Readonly<Record<string, { user: string; owns: readonly string[] }>> = {
  'curlimages/curl': { user: 'curl_user', owns: ['/home/curl_user'] },
  'prom/prometheus': { user: 'nobody', owns: ['/prometheus', '/etc/prometheus'] },
  'prom/alertmanager': { user: 'nobody', owns: ['/alertmanager', '/etc/alertmanager'] },
  'grafana/loki': { user: 'loki', owns: ['/loki', '/etc/loki'] },
  'grafana/grafana': { user: 'grafana', owns: ['/var/lib/grafana', '/var/log/grafana', '/etc/grafana', '/usr/share/grafana'] },
}
const WRITES = /^--?(?:output|o|storage\.(?:tsdb\.)?path|path|dump-header)(?:=|$)/

export const check: Check = {
  meta: {
    id: 'volumes-are-writable',
    needs: ['compose'],
    title: 'A program that writes to a new volume may write there',
    failureTitle: 'A new volume belongs to root, and the program that writes there is not root',
    why: 'A named volume gets the owner of the folder in the image that it is mounted over; where the image has no such folder it belongs to root. The write ends with "permission denied". https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container',
    mend: 'Set `user: "0"` for a one-off container, or mount the volume at the folder that the image has for it.',
    example:
      'init:\n  image: curlimages/curl:8.11.1 # user curl_user\n  command: [--output, /otel/agent.jar, "https://..."]\n  volumes: ["otel_agent:/otel"]',
  },
  *judge({ config }) {
    yield* neverWritten(config)
    for (const { name, image, at, args, mounts } of config.workloads) {
      const known = USERS[imageNameOf(image).repository]
      if (known === undefined || at.has('user') || at.has('build') || at.has('privileged')) continue
      for (const { source, target, readOnly, at: mount } of mounts) {
        const isVolume = /^[A-Za-z0-9][\w.-]*$/.test(source) && sourceOf(at, source) === undefined
        const folder = target.replace(/\/+$/, '')
        if (!isVolume || readOnly || known.owns.some((own) => folder === own || own.startsWith(`${folder}/`))) continue
        const isWritten = args.some(({ value }, index) =>
          [value.replace(WRITES, ''), value].some(
            (text) =>
              (text === folder || text.startsWith(`${folder}/`)) && (WRITES.test(value) || WRITES.test(args[index - 1]?.value ?? '')),
          ),
        )
        if (isWritten)
          yield remark(
            name,
            mount,
            `user: "0", or a folder that ${known.user} owns`,
            `${target} belongs to root, and ${image} runs as ${known.user}`,
          )
      }
    }
  },
}

/** A volume that is made here, and that every container mounts read-only: it stays empty, or the program cannot write its data. */
function* neverWritten({ compose, workloads }: Configuration): Generator<Remark> {
  for (const root of compose)
    for (const [volume, definition] of root.pairs('volumes')) {
      // What exists elsewhere, or is a folder of the host, is filled there.
      if (['external', 'driver', 'driver_opts', 'name'].some((key) => definition.has(key))) continue
      const mounts = workloads
        .filter(({ at }) => at.text === root.text)
        .flatMap((each) => each.mounts.filter(({ source }) => source === volume).map((mount) => ({ ...mount, workload: each })))
      const [first] = mounts
      // Images bring files along to a new volume. Of the usual data folders data-folders-are-kept says it.
      const isOwn = first !== undefined && imageNameOf(first.workload.image).known !== undefined
      if (first === undefined || mounts.length > 1 || !mounts.every(({ readOnly }) => readOnly) || isOwn || first.workload.at.has('build'))
        continue
      yield warning(
        first.workload.name,
        first.at,
        `${volume} to be writable: nothing else fills it`,
        `${volume} mounted read-only at ${first.target}`,
      )
    }
}
