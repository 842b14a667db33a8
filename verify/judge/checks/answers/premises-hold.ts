import type { AnswerPromise, HttpProbe, Spec } from '../../../model/spec.ts'
import { defineCheck } from '../../drill-check.ts'
import { breaksPromise, countAnswers, disturbs, specified, specifiedAs } from '../../signal/faults-in-force.ts'
import { Stretches } from '../../signal/stretches.ts'

export const check = defineCheck(
  {
    id: 'premises-hold',
    scope: 'drill',
    title: 'every fault left alone what the plan assumed it leaves alone',
    failureTitle: 'a fault disturbed a service that the plan assumed it leaves alone',
    why: 'Experiments run beside one another because the specification says what each disturbs. When that is wrong, a failure is blamed on the wrong fault.',
    mend: 'Mend the service. Or add it to effects of the named experiment or outage ("SERVICE:answers"), so that nothing else that needs it runs beside.',
    example: 'redis-hung leaves the answers of shop alone: 3 of 12 answered 200 within 1 s (9 x 500), slowest 2.20 s',
    needs: ['spec', 'faultsInForce', 'answers'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, faultsInForce, answers }) => {
    const requests = promisedIn(spec).flatMap(({ request, withinMs }) => {
      const rows = answers(request)
      return rows === undefined ? [] : [{ request, withinMs, rows }]
    })
    const expected = 'each service answers as promised while a fault is in force that is not known to disturb it'
    if (requests.length === 0)
      return { status: 'skipped', expected, observed: 'no answers are promised, so none were recorded', pointers: [] }
    const breaks = new Map(
      [...new Set(requests.map(({ request }) => request.service))].map((service) => [
        service,
        faultsInForce.filter((each) => disturbs(each, service) || breaksPromise(each, spec, service, answers)),
      ]),
    )
    const premises = [...new Set(faultsInForce.map(({ id }) => id))].flatMap((id) => {
      const own = faultsInForce.filter((each) => each.id === id)
      const inForce = new Stretches(own.map(({ onFromMs, offFromMs }) => [onFromMs, offFromMs]))
      return requests.flatMap(({ request, withinMs, rows }) => {
        if (own.some((each) => disturbs(each, request.service)) || promises(spec, id, request)) return []
        const others = new Stretches(
          (breaks.get(request.service) ?? []).filter((each) => each.id !== id).map((each) => [each.onFromMs, each.recoveredMs]),
        )
        const meanwhile = inForce
          .all()
          .flatMap(([fromMs, untilMs]) => rows.between(fromMs, untilMs))
          .filter(({ sentMs, tookMs }) => inForce.holds(sentMs) && !others.meets(sentMs, sentMs + tookMs))
        const { good, text } = countAnswers(meanwhile, request.expectStatus, withinMs)
        return meanwhile.length === 0
          ? []
          : [{ id, service: request.service, kept: good === meanwhile.length, rows: meanwhile.length, text }]
      })
    })
    const broken = premises.filter(({ kept }) => !kept)
    if (broken.length > 0)
      return {
        status: 'fail',
        expected,
        observed: broken.map(({ id, service, text }) => `${id} leaves the answers of ${service} alone: ${text}`).join('; '),
        pointers: [],
      }
    if (premises.length === 0)
      return {
        status: 'skipped',
        expected,
        observed: 'each fault in force promises or disturbs every service that was asked',
        pointers: [],
      }
    const total = premises.reduce((sum, { rows }) => sum + rows, 0)
    return {
      status: 'pass',
      expected,
      observed: `${premises.length} of ${premises.length} premises held, by ${total} requests`,
      pointers: [],
    }
  },
)

/** Each promised request once, with the longest of its time limits. */
function promisedIn(spec: Spec): Pick<AnswerPromise, 'request' | 'withinMs'>[] {
  const all = specified(spec).flatMap(({ keepsAnswering = [] }) => keepsAnswering)
  const longest = new Map<string, AnswerPromise>()
  for (const promise of all) {
    const { service, method, path, body } = promise.request
    const key = JSON.stringify([service, method, path, body])
    if ((longest.get(key)?.withinMs ?? -1) < promise.withinMs) longest.set(key, promise)
  }
  return [...longest.values()]
}

/** What it promises of the service is no assumption: keeps-answering judges that. */
function promises(spec: Spec, id: string, { service }: HttpProbe): boolean {
  return specifiedAs(spec, id)?.keepsAnswering?.some(({ request }) => request.service === service) ?? false
}
