import { remark, type Check, type Remark } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { filesIn } from '../../../config/deployment/container-files.ts'
import { loopedWords } from '../../../config/deployment/shell-script.ts'
import { scalarsIn, type ConfigText, type Cursor, type Place } from '../../../config/yaml/cursor.ts'
import type { Workload } from '../../../config/deployment/workloads.ts'

const PATH = /\/run\/secrets\/([\w.-]+)/g

export const check: Check = {
  meta: {
    id: 'secrets-are-given',
    needs: ['compose'],
    isRefusal: true,
    title: 'Every secret that a container reads is given to it',
    failureTitle: 'A container reads a secret that it is not given',
    why: 'A secret is a file below /run/secrets in the containers that list it, and in no other. Without it each scrape with the password fails, or the component does not start.',
    mend: "In the compose file, add the secret to the service's secrets, and define it in the secrets of the file.",
    example: 'prometheus:\n  secrets: [] # prometheus.yml has password_file: /run/secrets/actuator_password',
  },
  *judge({ config }) {
    for (const root of config.compose)
      for (const workload of config.workloads.filter(({ at }) => at.text === root.text)) {
        const given = new Set(
          workload.at
            .items('secrets')
            .map((each) => each.string() ?? (each.string('target') ?? each.string('source') ?? '').replace('/run/secrets/', '')),
        )
        for (const { target } of workload.mounts) if (target.startsWith('/run/secrets')) given.add(target.replace(/^\/run\/secrets\/?/, ''))
        // A folder mounted there holds what it likes.
        if (!given.has('')) yield* missing(workload, used(workload, config), given, root)
      }
  },
}

function* missing(workload: Workload, secrets: Map<string, Use>, given: ReadonlySet<string>, root: Cursor): Generator<Remark> {
  for (const [secret, where] of secrets) {
    if (given.has(secret)) continue
    const list = workload.at.get('secrets')
    const isDefined = root.get('secrets', secret) !== undefined
    yield remark(
      workload.name,
      // What is defined nowhere under this name is misspelt where it is read.
      isDefined || where.at === undefined || given.size === 0 ? (list ?? workload.at.keyPlace()) : where.at,
      `the secret ${secret}, which ${where.file} reads`,
      given.size === 0 ? 'no secrets' : `${[...given].join(', ')}${didYouMean(secret, given)}`,
    )
  }
}

interface Use {
  file: string
  at: Place | undefined
}

/** Names of secrets with where they are named. */
function used(workload: Workload, config: Parameters<typeof filesIn>[1]): Map<string, Use> {
  const found = new Map<string, Use>()
  const look = (text: string, file: string, at: (name: string) => Place | undefined): void => {
    for (const [, name = ''] of text.matchAll(PATH)) if (!found.has(name)) found.set(name, { file, at: at(name) })
  }
  for (const { text } of filesIn(workload, config)) {
    const script = config.scripts.find((each) => each.file === text.file)
    if (script !== undefined) look(loopedWords(script.text), text.file, (name) => placeIn(script, name))
    for (const root of [...config.prometheus, ...config.alertmanager, ...config.promtail, ...config.loki, ...config.collectors])
      if (root.text.file === text.file) for (const value of scalarsIn(root)) look(value.string() ?? '', text.file, () => value.place())
  }
  for (const { value, at } of [...workload.env.values(), ...workload.args]) look(value, 'its environment or command', () => at.place())
  return found
}

/** Where a script says what it reads: the list of its loop, where a word of it is in the name; else where the path stands. */
function placeIn({ text, file }: ConfigText, secret: string): Place | undefined {
  const lines = text.split('\n')
  const loop = lines.findIndex((line) => /^\s*for\s+\w+\s+in\s/.test(line))
  const isOfList = (lines[loop] ?? '').split(/[\s;]+/).some((word) => word.length > 2 && secret.startsWith(word) && secret !== word)
  const index = isOfList ? loop : lines.findIndex((line) => line.includes('/run/secrets/'))
  return index < 0 ? undefined : { file, line: index + 1, column: 1, length: lines[index]?.length ?? 1 }
}
