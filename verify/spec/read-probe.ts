/** A request that the drill sends, and an answer that is promised while a fault is in force. */
import type { AnswerPromise, HttpProbe } from '../model/spec.ts'
import { service } from './named.ts'
import {
  byDefault,
  duration,
  httpStatus,
  integerFrom,
  mapOf,
  mapping,
  may,
  need,
  numberFrom,
  oneOf,
  problem,
  refined,
  text,
} from './reader.ts'
import type { Read } from './reader.ts'
import { messageOf } from '../text/error-text.ts'

const jsonText = refined(text, 'JSON, as a text', (value, place) => {
  try {
    JSON.parse(value)
    return value
  } catch (error) {
    return problem(place, 'SPEC_JSON', `not JSON: ${messageOf(error)}`)
  }
})

const path = refined(text, 'a path that begins with /', (value, place) =>
  value.startsWith('/') ? value : problem(place, 'SPEC_PATH', `"${value}" must begin with /`),
)

const method = oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE')

export const probe: Read<HttpProbe> = mapping({
  service: need(service, 'The service that is asked.'),
  method: need(method, 'The method.'),
  path: need(path, 'May contain `{stamp}`, which is another text in each request.'),
  headers: byDefault(mapOf(text), {}, 'May contain `{stamp}`.', { example: "headers: { X-Client-Id: '{stamp}' }" }),
  expectStatus: need(httpStatus, 'The status that it must be answered with.'),
  body: may(jsonText, 'May contain `{stamp}`.'),
  primedBy: may(
    integerFrom(1, 1000),
    'So many untraced requests of the same stamp are sent before, so that the service has a reason to refuse this one.',
  ),
})

/** One line of keeps-answering. */
export const answerPromise: Read<AnswerPromise> = mapping(
  {
    service: need(service, 'The service that is asked.'),
    method: byDefault(method, 'GET', 'The method.'),
    path: need(path, 'May contain `{stamp}`, which is another text in each request.'),
    headers: byDefault(mapOf(text), {}, 'May contain `{stamp}`.', { example: "headers: { X-Client-Id: '{stamp}' }" }),
    body: may(jsonText, 'JSON; may contain `{stamp}`.', { example: `body: '{"id":"{stamp}"}'` }),
    status: need(httpStatus, 'The status without the fault, and with it unless `status-meanwhile` says otherwise.'),
    statusMeanwhile: may(httpStatus, 'The status while the fault is in force, such as 502 where the harmed part is needed.', {
      key: 'status-meanwhile',
      example: 'status-meanwhile: 502',
    }),
    withinMs: need(duration, 'The longest an answer may take. Not compressed.', { key: 'within' }),
    share: byDefault(numberFrom(0, 1), 1, 'Of the requests sent while the fault is in force, the share that must be answered so.', {
      example: 'share: 0.95',
    }),
    because: need(text, 'Why it is promised.'),
  },
  ({ service: name, method: verb, path: target, headers, body, status, ...promise }) => ({
    request: { service: name, method: verb, path: target, headers, expectStatus: status, ...(body === undefined ? {} : { body }) },
    ...promise,
  }),
)
