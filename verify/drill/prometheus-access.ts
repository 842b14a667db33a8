import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Credentials } from '../model/target.ts'
import { credentialsOf, hideSecrets } from '../targets/credentials.ts'
import { readTargetFile } from '../targets/target-file.ts'
import { findPlatform, readPlatform } from '../platform/read-platform.ts'
import { targetFile } from './choose-target.ts'

/** A Prometheus that is only read: its address, or the target file that has it. */
export interface PrometheusPlace {
  url?: string
  /** A target file, or a name in the platform's targets. */
  target?: string
  token?: string
  tokenEnv?: string
  tenant?: string
}

/** Address and credentials; from here on `io` prints no token. Throws before anything is asked (exit code 2). */
export function prometheusAccess(io: CommandIo, place: PrometheusPlace): { url: string; credentials: Credentials } {
  if ((place.url === undefined) === (place.target === undefined))
    throw new FiredrillError('BACKTEST_WHERE', 'which Prometheus?', { next: 'Give either --prometheus URL or --target FILE.' })
  const given: Credentials = { headers: {} }
  let url = place.url ?? ''
  const secrets: string[] = []
  if (place.target !== undefined) {
    const { target } = readTargetFile(namedFile(place.target, io))
    // Of the others nothing is asked, and so no variable.
    const { access: { prometheus } = {}, ...rest } = target
    const all = credentialsOf({ ...rest, parts: {}, ...(prometheus === undefined ? {} : { access: { prometheus } }) }, io.env)
    Object.assign(given, all.to.prometheus)
    secrets.push(...all.secrets)
    url = target.endpoints.prometheus
  }
  checkUrl(url)
  const token = place.tokenEnv === undefined ? place.token : io.env[place.tokenEnv]
  if (place.tokenEnv !== undefined && (token === undefined || token === ''))
    throw new FiredrillError('SECRET_MISSING', `the environment variable ${place.tokenEnv} is not set`, {
      next: 'Set it to the token. Nothing was asked.',
    })
  if (token !== undefined) {
    if (token === '' || /[^ -~]/.test(token))
      throw new FiredrillError('SECRET_UNUSABLE', 'the token is empty, or holds a character that no header can carry', {
        next: 'Is there a line break in it? It is not shown here.',
      })
    secrets.push(token)
    given.headers = { ...given.headers, authorization: `Bearer ${token}` }
  }
  if (place.tenant !== undefined) given.headers = { ...given.headers, 'x-scope-orgid': place.tenant }
  hideSecrets(io, secrets)
  return { url, credentials: given }
}

/** Without a platform a target is a file. */
function namedFile(target: string, io: CommandIo): string {
  if (existsSync(resolve(io.cwd, target)) || findPlatform(io) === undefined) return resolve(io.cwd, target)
  return targetFile(target, readPlatform(io), io.cwd)
}

/** @throws FiredrillError (exit code 2) where it is no base address; `of`: what is asked there */
export function checkUrl(text: string, of = 'Prometheus'): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const fail = (message: string, next: string): never => {
    throw new FiredrillError('BACKTEST_URL', message, { next })
  }
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return fail(`the address of ${of} is no http or https URL`, 'Write http://HOST:PORT.')
  if (url.username !== '' || url.password !== '')
    return fail('credentials in a URL end up in logs', 'Use --bearer-token-env, or --target FILE with basicAuth.')
  if (url.search !== '' || url.hash !== '') return fail('a base address has no ? and no #', `Write ${url.origin}${url.pathname}.`)
}
