import { z } from 'zod'

/** As it stands in a target file: an address, or an address and how to come in. */
export const url = z.url({ protocol: /^https?$/, abort: true }).superRefine((text, context) => {
  const { username, password, search, hash, origin, pathname } = new URL(text)
  if (username !== '' || password !== '') {
    // A name without a password may be a token.
    context.addIssue({
      code: 'custom',
      message: 'credentials in a URL end up in logs and are in a file that others read',
      params: { user: password === '' ? '' : username, address: origin + pathname.replace(/\/$/, '') },
    })
  } else if (search !== '' || hash !== '') context.addIssue({ code: 'custom', message: 'a base address has no ? and no #' })
})

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')

/** Hop by hop, of the body, or what ties a request to its drill. */
const OWN_HEADERS =
  /^(host|connection|content-length|content-type|transfer-encoding|expect|upgrade|keep-alive|te|trailer|accept|accept-encoding|traceparent|tracestate|baggage|x-request-id)$/i
/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

const headersEnv = z.record(z.string(), variable).superRefine((headers, context) => {
  const seen = new Set<string>()
  for (const name of Object.keys(headers)) {
    if (!HEADER.test(name)) context.addIssue({ code: 'custom', message: `"${name}" is no name of a header` })
    else if (OWN_HEADERS.test(name)) context.addIssue({ code: 'custom', message: `${name} is set by the exchange itself` })
    else if (seen.has(name.toLowerCase())) context.addIssue({ code: 'custom', message: `${name} is there twice` })
    seen.add(name.toLowerCase())
  }
})

const written = z
  .strictObject({
    url: url.describe('Base address. An address by itself is short for { url: ADDRESS }'),
    basicAuth: z
      .strictObject({
        user: z
          .string()
          .min(1)
          .regex(/^[^:]*$/, 'a user of basic authentication has no colon')
          .describe('User name'),
        passwordEnv: variable.describe('Environment variable that holds the password'),
      })
      .optional()
      .describe('HTTP basic authentication'),
    bearerTokenEnv: variable.optional().describe('Environment variable that holds a bearer token'),
    headersEnv: headersEnv.optional().describe('Header name -> environment variable that holds its value'),
    tls: z
      .strictObject({
        caFile: z.string().min(1).optional().describe('PEM file of the authority that signed the certificate, relative to the target file'),
        serverName: z
          .string()
          .min(1)
          .optional()
          .describe("Name in the certificate, when it is not the URL's host; not for services and otlp"),
      })
      .optional()
      .describe('For https'),
  })
  .superRefine(({ url: address, basicAuth, bearerTokenEnv, headersEnv: headers, tls }, context) => {
    const ways = [basicAuth, bearerTokenEnv, ...Object.keys(headers ?? {}).filter((name) => /^authorization$/i.test(name))].filter(
      (way) => way !== undefined,
    )
    if (ways.length > 1)
      context.addIssue({ code: 'custom', message: 'one Authorization at a time: basicAuth, bearerTokenEnv or headersEnv' })
    if (tls !== undefined && !/^https:/i.test(address))
      context.addIssue({ code: 'custom', path: ['tls'], message: 'goes with https alone' })
  })

const short = (value: unknown): unknown => (typeof value === 'object' && value !== null ? value : { url: value })

export const endpoint = z.preprocess(short, written)

const withoutServerName = written.superRefine(({ tls }, context) => {
  if (tls?.serverName !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['tls', 'serverName'],
      message: 'is not known to k6 and to gRPC here: let the certificate name the host of the URL',
    })
})

/** k6 takes further authorities, but no other name. */
export const serviceEndpoint = z.preprocess(short, withoutServerName)

export const grpcEndpoint = z.preprocess(
  short,
  withoutServerName.superRefine(({ url: address, headersEnv: headers }, context) => {
    if (new URL(address).pathname !== '/') context.addIssue({ code: 'custom', path: ['url'], message: 'OTLP over gRPC has no path' })
    // https://grpc.io/docs/guides/metadata/
    if (Object.keys(headers ?? {}).some((name) => /-bin$/i.test(name)))
      context.addIssue({ code: 'custom', path: ['headersEnv'], message: 'a header that ends in -bin is binary in gRPC' })
  }),
)
