/** A parameter of a fault or a scenario: what it may be, and what it is when it is not given (absent: it has to be given). */
export type ParamMeta =
  | { kind: 'number' | 'integer'; min: number; max: number; default?: number; title: string }
  | { kind: 'choice'; choices: readonly string[]; default?: string; title: string }
  /** `is`: what the text has to be. service: of the specification and of the target; statuses: `200,3xx`. */
  | { kind: 'text'; is?: 'service' | 'path' | 'json' | 'statuses'; default?: string; title: string }

/** A fault or scenario by what a specification may say of it. */
export interface Unit {
  id: string
  params: Readonly<Record<string, ParamMeta>>
}
