/** The scenarios that every platform has: what they may be given. Those of one platform alone stand in the scenarios.yaml of its folder. */
import type { ParamMeta } from '../../verify/model/param.ts'

export interface ScenarioMeta {
  /** One sentence: the shape of the traffic. */
  title: string
  /** What of it matters, and why. */
  why: string
  usedBy: string
  /** On a game day it may be started where the target has these services, and that of `service`. Absent: for a drill alone. */
  byHand?: readonly string[]
  /** Each comes as an environment variable, in upper snake case: ratePerS as RATE_PER_S. */
  params: Readonly<Record<string, ParamMeta>>
}

export function ratePerS(fallback: number, max = 500): Extract<ParamMeta, { min: number }> {
  return { kind: 'number', min: 0.1, max, default: fallback, title: 'requests per second, regardless of the responses' }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const STAMP = '{stamp} is another text in each request'

export const generic = {
  answers: {
    title: 'Stamped, traced requests of a list, one after another',
    why: 'What keeps answering while a fault is in force is judged request by request: each has a stamp, and a trace whose id is the MD5 of it.',
    usedBy: 'the whole drill, for every keeps-answering of the specification',
    params: {
      ratePerS: ratePerS(6, 200),
      requests: { kind: 'text', title: 'JSON list of { service, method, path, body, headers }; {stamp} is replaced' },
    },
  },
  requests: {
    title: 'One request at a steady rate, a share of it another request that is to fail',
    why: 'Most rules need no script of their own: which request is sent how often decides the share of errors, of slow or of refused answers. The share is exact and evenly spread, not by chance.',
    usedBy: 'any platform, in a rule, as background or as warm-up',
    byHand: [],
    params: {
      service: { kind: 'text', is: 'service', title: 'the service that is asked' },
      ratePerS: ratePerS(20),
      method: { kind: 'choice', choices: METHODS, default: 'GET', title: 'method' },
      path: { kind: 'text', is: 'path', default: '/', title: `path and query; ${STAMP}` },
      headers: { kind: 'text', is: 'json', default: '{}', title: 'headers as a JSON object of texts, with {stamp}' },
      body: { kind: 'text', default: '', title: 'body, with {stamp}; none when empty' },
      expect: { kind: 'text', is: 'statuses', default: '2xx,3xx', title: 'expected statuses or classes of them, separated by commas' },
      faultShare: { kind: 'number', min: 0, max: 1, default: 0, title: 'share of the requests that are the faulty one' },
      faultMethod: { kind: 'choice', choices: ['', ...METHODS], default: '', title: 'its method; as the others when empty' },
      faultPath: { kind: 'text', is: 'path', default: '', title: 'its path; as the others when empty' },
      faultHeaders: { kind: 'text', is: 'json', default: '', title: 'its headers; as the others when empty' },
      faultBody: { kind: 'text', default: '', title: 'its body; as the others when empty' },
      faultExpect: { kind: 'text', is: 'statuses', default: '5xx', title: 'its expected statuses' },
      timeoutS: {
        kind: 'number',
        min: 0.1,
        max: 60,
        default: 5,
        title: 'seconds until a request without an answer is given up (status 0)',
      },
      atMostS: { kind: 'number', min: 0, max: 14_400, default: 0, title: 'seconds it lasts at most; 0: as long as its leg' },
    },
  },
} as const satisfies Record<string, ScenarioMeta>

/** The tables of scenarios/README.md. */
export function scenariosMarkdown(scenarios: Readonly<Record<string, ScenarioMeta>>): string {
  const all = Object.entries(scenarios)
  const params = all.flatMap(([id, meta]) =>
    Object.entries(meta.params).map(([name, param]) => [id, name, shown(param.default), bounds(param), param.title]),
  )
  return [
    table(
      ['scenario', 'shape', 'why', 'used by'],
      all.map(([id, { title, why, usedBy }]) => [id, title, why, usedBy]),
    ),
    '',
    table(['scenario', 'parameter', 'default', 'may be', 'meaning'], params),
  ].join('\n')
}

function shown(value: string | number | undefined): string {
  return value === undefined ? '(needed)' : value === '' ? '(empty)' : String(value)
}

function bounds(meta: ParamMeta): string {
  if (meta.kind === 'choice') return meta.choices.map(shown).join(', ')
  if (meta.kind === 'text') return meta.is === undefined ? 'a text' : TEXTS[meta.is]
  return `${meta.kind === 'integer' ? 'whole, ' : ''}${meta.min} to ${meta.max}`
}

const TEXTS = { service: 'a service', path: 'a path', json: 'JSON', statuses: 'statuses' }

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
