import type { PackedSeries, Sample, Series } from '../model/journal.ts'

/** More than any drill records of one series: a damaged journal must not fill the memory. */
const MOST_SAMPLES = 100_000

/** The samples of a series as two short texts: of a counter at rest, scraped at its interval, a few characters. */
export function packSeries({ metric, values }: Series): PackedSeries {
  const times = values.map(([timeS]) => Math.round(timeS * 1_000))
  return {
    metric,
    times: runs(times.map((atMs, index) => String(index === 0 ? atMs : atMs - (times[index - 1] ?? 0)))),
    values: runs(values.map(([, value]) => value)),
  }
}

/** Undoes packSeries. Of a damaged text what can be read: the samples up to the damage. */
export function unpackSeries({ metric, times, values }: PackedSeries): Series {
  const steps = unrun(times)
  const texts = unrun(values)
  const samples: Sample[] = []
  let atMs = 0
  for (const [index, step] of steps.entries()) {
    const value = texts[index]
    atMs += Number(step)
    if (value === undefined || !Number.isSafeInteger(atMs)) break
    samples.push([atMs / 1_000, value])
  }
  return { metric, values: samples }
}

/** 'a', 'a', 'b' -> 'a*2 b' */
function runs(texts: readonly string[]): string {
  const written: string[] = []
  for (let from = 0; from < texts.length;) {
    let to = from + 1
    while (texts[to] === texts[from]) to++
    written.push(to - from === 1 ? (texts[from] ?? '') : `${texts[from]}*${to - from}`)
    from = to
  }
  return written.join(' ')
}

function unrun(text: string): string[] {
  const texts: string[] = []
  for (const run of text.split(' ')) {
    const [one = '', count = '1'] = run.split('*')
    const times = Number(count)
    if (one === '' || !Number.isInteger(times) || times < 1 || texts.length + times > MOST_SAMPLES) break
    for (let n = 0; n < times; n++) texts.push(one)
  }
  return texts
}
