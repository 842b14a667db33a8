import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { FiredrillError } from '../model/error.ts'
import type { Access, Credentials, Target } from '../model/target.ts'
import type { Progress } from '../run/ports.ts'
import { redactText } from '../drivers/redact.ts'
import type { CommandIo } from '../model/command-io.ts'

const ENDPOINTS = ['prometheus', 'alertmanager', 'loki', 'jaeger', 'otlp'] as const

/** A segment of a path that needs no encoding; 16 random hexadecimal digits are 64 bits. */
const UNGUESSABLE = /^[\w-]{16,}$/

export interface AllCredentials {
  /** By endpoint. */
  to: Partial<Record<(typeof ENDPOINTS)[number], Credentials>>
  services: Record<string, Credentials>
  /** The first segment of every path that the receiver hears, where the target names its variable. */
  receiverPath?: string
  /** What of this, or of what parts are reached with, must reach neither disk nor screen. */
  secrets: string[]
}

/** The values behind a target's access. Throws what is missing or cannot be used (exit code 2), before anything is asked or touched. */
export function credentialsOf(target: Target, env: NodeJS.ProcessEnv): AllCredentials {
  const secrets = new Set<string>()
  const missing: string[] = []
  const value = (name: string, where: string): string => {
    const found = env[name]
    if (found === undefined || found === '') missing.push(`${name} (${where})`)
    else secrets.add(found)
    return found ?? ''
  }
  /** A header's value goes to undici, k6 and gRPC; what all of them take is printable ASCII. */
  const plain = (name: string, where: string): string => {
    const found = value(name, where)
    if (/[^ -~]/.test(found))
      throw new FiredrillError(
        'SECRET_UNUSABLE',
        `the environment variable ${name} (${where}) holds a line break or another character that no header can carry`,
        { next: 'Is there a newline at its end? It is not shown here.' },
      )
    return found
  }
  const one = ({ basicAuth, bearerTokenEnv, headersEnv, tls }: Access, where: string): Credentials => {
    const headers: Record<string, string> = {}
    if (basicAuth !== undefined) {
      // https://www.rfc-editor.org/rfc/rfc7617
      const pair = Buffer.from(`${basicAuth.user}:${value(basicAuth.passwordEnv, where)}`).toString('base64')
      secrets.add(pair)
      headers['authorization'] = `Basic ${pair}`
    }
    if (bearerTokenEnv !== undefined) headers['authorization'] = `Bearer ${plain(bearerTokenEnv, where)}`
    for (const [name, variable] of Object.entries(headersEnv ?? {})) headers[name.toLowerCase()] = plain(variable, where)
    return {
      headers,
      ...(tls === undefined ? {} : { tls: { ...tls, ...(tls.caFile === undefined ? {} : { ca: certificates(tls.caFile, where) }) } }),
    }
  }
  const { services, ...endpoints } = target.access ?? {}
  const to = Object.fromEntries(
    ENDPOINTS.flatMap((name) => (endpoints[name] === undefined ? [] : [[name, one(endpoints[name], `endpoints.${name}`)]])),
  )
  const ofServices = Object.fromEntries(
    Object.entries(services ?? {}).map(([name, access]) => [name, one(access, `endpoints.services.${name}`)]),
  )
  // Set and empty is a part without a password.
  const ofPart = (name: string | undefined, where: string): void => {
    if (name !== undefined && env[name] !== '') value(name, where)
  }
  for (const [name, { redis, mysql }] of Object.entries(target.parts)) {
    ofPart(redis?.passwordEnv, `parts.${name}.redis`)
    ofPart(mysql?.passwordEnv, `parts.${name}.mysql`)
  }
  const { pathEnv } = target.endpoints.receiver
  const receiverPath = pathEnv === undefined ? undefined : value(pathEnv, 'endpoints.receiver')
  if (missing.length > 0) {
    const last = missing.pop()
    throw new FiredrillError(
      'SECRET_MISSING',
      missing.length === 0
        ? `the environment variable ${last} is not set`
        : `the environment variables ${missing.join(', ')} and ${last} are not set`,
      {
        next:
          target.kind === 'compose'
            ? 'Set what is named, in .env or the environment; `make up` makes .env from .env.example. Nothing was touched.'
            : 'Set what is named to the password or token. Nothing was touched.',
      },
    )
  }
  if (receiverPath !== undefined && !UNGUESSABLE.test(receiverPath))
    throw new FiredrillError(
      'SECRET_UNUSABLE',
      `the environment variable ${pathEnv} (endpoints.receiver) is too easily guessed, or no path`,
      {
        next: 'It takes 16 characters or more of A-Z a-z 0-9 _ -, new for each run (openssl rand -hex 16). Alertmanager posts to http://HOST:PORT/IT/RECEIVER.',
      },
    )
  return { to, services: ofServices, ...(receiverPath === undefined ? {} : { receiverPath }), secrets: [...secrets] }
}

function certificates(file: string, where: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new FiredrillError(
      'TARGET_CA',
      `${where}: the CA file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      { next: 'tls.caFile is relative to the target file.', cause: error },
    )
  }
  try {
    new X509Certificate(text)
  } catch (error) {
    throw new FiredrillError('TARGET_CA', `${where}: no certificate (PEM) in ${file}`, {
      next: 'tls.caFile names the certificate of the authority that signed.',
      cause: error,
    })
  }
  return text
}

/**
 * From here on nothing that the command says shows a secret, its last error included: an endpoint may answer with what it was asked with.
 */
export function hideSecrets(io: CommandIo, secrets: readonly string[]): readonly string[] {
  const { stdout, stderr } = io
  if (secrets.length > 0) {
    io.stdout = (text) => {
      stdout(redactText(text, secrets))
    }
    io.stderr = (text) => {
      stderr(redactText(text, secrets))
    }
  }
  return secrets
}

/** The same for what a terminal shows live. */
export function hidingProgress(progress: Progress, secrets: readonly string[]): Progress {
  if (secrets.length === 0) return progress
  return {
    line(text) {
      progress.line(redactText(text, secrets))
    },
    update(state) {
      progress.update('done' in state ? state : { ...state, waitsFor: redactText(state.waitsFor, secrets) })
    },
  }
}
