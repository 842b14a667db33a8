import type { AnswerPromise, HttpProbe, Spec } from '../../../model/spec.ts'
import { starvedText, type Starved } from '../../record/cpu-waits.ts'
import { defineCheck } from '../../drill-check.ts'
import { AnswerCount, breaksPromise, disturbs, specified, specifiedAs } from '../../signal/faults-in-force.ts'
import type { InForce } from '../../signal/faults-in-force.ts'
import { longestOf, machineMade } from '../../signal/late-answers.ts'
import { Stretches, type Stretch } from '../../signal/stretches.ts'

export const check = defineCheck(
  {
    id: 'premises-hold',
    scope: 'drill',
    title: 'every fault left alone what the plan assumed it leaves alone',
    failureTitle: 'a fault disturbed a service that the plan assumed it leaves alone',
    why: 'Experiments run beside one another because the specification says what each disturbs. When that is wrong, a failure is blamed on the wrong fault.',
    mend: 'Mend the service. Or add it to effects of the named experiment or outage ("SERVICE:answers"), so that nothing else that needs it runs beside.',
    example: 'redis-hung leaves the answers of shop alone: 3 of 12 answered 200 within 1 s (9 x 500), slowest 2.20 s',
    needs: ['spec', 'faultsInForce', 'answers', 'requestWaits'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, faultsInForce, answers, requestWaits }) => {
    const requests = promisedIn(spec).flatMap(({ request, withinMs }) => {
      const rows = answers(request)
      return rows === undefined ? [] : [{ request, withinMs, rows, waits: requestWaits(request) }]
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
      return requests.flatMap(({ request, withinMs, rows, waits }) => {
        if (own.some((each) => disturbs(each, request.service)) || promises(spec, id, request)) return []
        const others = new Stretches(disturbed(breaks.get(request.service) ?? [], id))
        const count = new AnswerCount(request.expectStatus, withinMs)
        const made: { aside: number; longest: Starved | undefined } = { aside: 0, longest: undefined }
        const look = (sentMs: number, tookMs: number, status: number): void => {
          if (!inForce.holds(sentMs) || others.meets(sentMs, sentMs + tookMs)) return
          const waited = count.isGood(tookMs, status)
            ? undefined
            : machineMade({ sentMs, tookMs, status }, [request.expectStatus], withinMs, waits)
          if (waited === undefined) return count.add(tookMs, status)
          made.aside++
          made.longest = longestOf([made.longest, waited])
        }
        for (const [fromMs, untilMs] of inForce.all()) rows.eachSentIn(fromMs, untilMs, look)
        const { all, good } = count
        return all + made.aside === 0 ? [] : [{ id, service: request.service, kept: good === all, rows: all, ...made, text: count.text() }]
      })
    })
    const broken = premises.filter(({ kept }) => !kept)
    if (broken.length > 0)
      return {
        status: 'fail',
        expected,
        observed: broken.map(({ id, service, text }) => `${id} leaves the answers of ${service} alone: ${text}`).join('; '),
        pointers: [],
        waitsJudged: true,
      }
    const longest = longestOf(premises.map((each) => each.longest))
    const unjudged = premises.filter(({ rows, aside }) => aside > rows)
    if (longest !== undefined && unjudged.length > 0)
      return {
        status: 'unknown',
        cause: 'machine-starved',
        expected,
        observed: `${unjudged.map(({ id, service, rows, aside }) => `${id} leaves the answers of ${service} alone: ${aside} of ${rows + aside} requests wrong or late while their services were kept waiting`).join('; ')}: ${starvedText(longest)}`,
        pointers: [longest.seq],
      }
    if (premises.length === 0)
      return {
        status: 'skipped',
        expected,
        observed: 'each fault in force promises or disturbs every service that was asked',
        pointers: [],
      }
    const total = premises.reduce((sum, { rows }) => sum + rows, 0)
    const aside = premises.reduce((sum, each) => sum + each.aside, 0)
    return {
      status: 'pass',
      expected,
      observed: `${premises.length} of ${premises.length} premises held, by ${total} requests${longest === undefined ? '' : `; ${aside} wrong or late, which are not counted, while ${starvedText(longest)}`}`,
      pointers: longest === undefined ? [] : [longest.seq],
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

/** When others than that one disturbed it. One by one: they are as many as the faults of the drill. */
function* disturbed(faults: readonly InForce[], id: string): Generator<Stretch> {
  for (const each of faults) if (each.id !== id) yield [each.onFromMs, each.recoveredMs]
}

/** What it promises of the service is no assumption: keeps-answering judges that. */
function promises(spec: Spec, id: string, { service }: HttpProbe): boolean {
  return specifiedAs(spec, id)?.keepsAnswering?.some(({ request }) => request.service === service) ?? false
}
