/** firedrill.yaml and scenarios.yaml as they are read: docs/platform.md is written from these tables. */
import type { ParamMeta } from '../model/param.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import { load } from '../spec/named.ts'
import { anyNumber, listOf, mapOf, mapping, may, need, oneOf, problem, refined, scalar, text } from '../spec/reader.ts'
import type { Read } from '../spec/reader.ts'

const path = refined(text, 'a path', (value) => value)
const variable = refined(text, 'the name of an environment variable', (value, place) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? value : problem(place, 'SPEC_NAME', `"${value}" is no name of a variable`),
)

type Written = Partial<Omit<PlatformFolder, 'file' | 'folder' | 'isFound' | 'scripts'>>

/** Keys of firedrill.yaml. Their defaults stand in words: a path that is not named may be missing, one that is named may not. */
export const PLATFORM: Read<Written> = mapping({
  name: may(text, 'Its name. Default: that of its folder.', { example: 'name: shop' }),
  specification: may(path, 'Folder of the specification. Default: `spec`.', { example: 'specification: drill/spec' }),
  monitoring: may(listOf(path, { min: 1 }), 'Files and folders that are deployed: what lint and simulate read. Default: `[monitoring]`.', {
    example: 'monitoring: [prometheus/, alertmanager.yml]',
  }),
  compose: may(
    path,
    'Compose file, for lint. The targets `lab` and `compose` start and drill that of the firedrill checkout; `lab` one with `x-firedrill-lab` as well.',
    { example: 'compose: docker-compose.yaml' },
  ),
  recordings: may(path, 'Folder with `targets/JOB.prom` and `lines/SERVICE.log`. Default: `recordings`.', {
    example: 'recordings: recordings',
  }),
  scenarios: may(path, 'Folder of k6 scripts, with `scenarios.yaml`. Default: `scenarios`.', { example: 'scenarios: load' }),
  targets: may(path, 'Folder of target files. Default: `targets`.', { example: 'targets: environments' }),
  target: may(
    text,
    'What `--target` is when it is not given: a name in `targets`, `lab` or `compose`. Default: the only file in `targets`; of the firedrill checkout `lab`.',
    { example: 'target: staging' },
  ),
  reports: may(path, 'Folder of runs and their history. Default: `reports`.', { example: 'reports: out/drills' }),
  background: may(load, 'A load that is sent all the while: a rate without traffic is NaN, and an alert over it cannot resolve.', {
    example: 'background: { scenario: requests, params: { service: web, ratePerS: 5 } }',
  }),
  warmUp: may(load, 'A load that is sent once before the drill, for at most 60 s.', {
    example: 'warm-up: { scenario: requests, params: { service: web, atMostS: 5 } }',
  }),
  instrumentedBy: may(
    variable,
    'Environment variable, true or false, that chooses between trace paths of `form: instrumented` and `uninstrumented`. Default: uninstrumented.',
    { example: 'instrumented-by: SHOP_OTEL_ENABLED' },
  ),
})

interface Described {
  title: string
  why?: string
  usedBy?: string
  byHand?: string[]
  params: Record<string, ParamMeta>
}

const either: Read<string | number> = scalar('string', 'number')
const texts = listOf(scalar('string'))

/** Every kind has keys of its own. */
const param: Read<ParamMeta> = mapping(
  {
    kind: need(oneOf('number', 'integer', 'choice', 'text'), 'What it may be.', { example: 'kind: number' }),
    title: need(text, 'What it means.', { example: 'title: requests per second' }),
    default: may(either, 'Its value when it is not given; without a default it has to be given.', { example: 'default: 20' }),
    min: may(anyNumber, 'Of a number: the least.', { example: 'min: 0.1' }),
    max: may(anyNumber, 'Of a number: the most.', { example: 'max: 500' }),
    choices: may(texts, 'Of a choice: what there is.', { example: 'choices: [basic, premium]' }),
    is: may(oneOf('service', 'path', 'json', 'statuses'), 'Of a text: what it has to be.', { example: 'is: service' }),
  },
  ({ kind, title, default: fallback, min, max, choices, is }, at): ParamMeta | undefined => {
    const foreign = (name: 'min' | 'max' | 'choices' | 'is'): undefined =>
      problem(at(name), 'SPEC_CONTRADICTION', `a ${kind} has no ${name}`)
    if (kind === 'number' || kind === 'integer') {
      if (choices !== undefined) return foreign('choices')
      if (is !== undefined) return foreign('is')
      if (min === undefined || max === undefined) return problem(at(), 'SPEC_MISSING_KEY', `a ${kind} needs min and max`)
      if (typeof fallback === 'string') return problem(at('default'), 'SPEC_TYPE', 'must be a number')
      return { kind, min, max, title, ...(fallback === undefined ? {} : { default: fallback }) }
    }
    if (min !== undefined) return foreign('min')
    if (max !== undefined) return foreign('max')
    if (typeof fallback === 'number') return problem(at('default'), 'SPEC_TYPE', 'must be a text')
    const rest = { title, ...(fallback === undefined ? {} : { default: fallback }) }
    if (kind === 'text') return choices === undefined ? { kind, ...rest, ...(is === undefined ? {} : { is }) } : foreign('choices')
    if (is !== undefined) return foreign('is')
    return choices === undefined ? problem(at(), 'SPEC_MISSING_KEY', 'a choice needs choices') : { kind, choices, ...rest }
  },
)

/** scenarios.yaml: file name of a script -> what may be said to it. */
export const SCENARIOS: Read<Record<string, Described>> = mapOf(
  mapping({
    title: need(text, 'One sentence: the shape of the traffic.', { example: 'title: Checkouts, a share of which fail' }),
    why: may(text, 'What of it matters.', { example: 'why: The share decides.' }),
    usedBy: may(text, 'Which experiments use it.', { example: 'used-by: checkout-fails' }),
    byHand: may(listOf(text), 'It may be started on a game day where the target has these services. Absent: only in a drill.', {
      example: 'by-hand: [web]',
    }),
    params: need(mapOf(param), 'Its parameters. Each comes as an environment variable in upper snake case.', { example: 'params: {}' }),
  }),
)
