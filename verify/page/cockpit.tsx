import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Cockpit as State, InEffect } from '../model/page.ts'
import { took } from '../report/time.ts'
import { Chooser } from './chooser.tsx'
import { ask, say } from './say.ts'
import { clock } from './verdict-signs.ts'

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['i', 'choose what to inject'],
  ['r', 'repeat the last one'],
  ['u', 'undo the newest'],
  ['U', 'undo all'],
  ['p', 'pause, resume'],
  ['n', 'write a note'],
  ['h', 'hand over'],
  ['f', 'finish and judge'],
]

/** A game day from the page: choose, see what should fire, confirm, watch, undo, pause, note, hand over; each by mouse and by key. */
export function Cockpit({ cockpit, nowMs }: { cockpit: State; nowMs: number }) {
  // The address of the colleague's page, for who handed over to send it on.
  const [handed, setHanded] = useState('')
  return (
    <section class="cockpit" aria-label="Game day">
      {handed === '' ? null : (
        <p role="status">
          The page of {cockpit.lead}: <code>{handed}</code>. Send it on; this page only watches from now on.
        </p>
      )}
      <h2>In effect</h2>
      <InEffectList cockpit={cockpit} nowMs={nowMs} />
      {cockpit.mayAct ? (
        <Controls cockpit={cockpit} nowMs={nowMs} onHanded={setHanded} />
      ) : (
        <p>{cockpit.lead} leads. This page only watches.</p>
      )}
      <h2>What was said</h2>
      <Said lines={cockpit.said} />
    </section>
  )
}

/** The newest line is in sight, unless who reads has scrolled away from it. */
function Said({ lines }: { lines: readonly string[] }) {
  const place = useRef<HTMLPreElement>(null)
  const follows = useRef(true)
  const text = lines.slice(-40).join('\n')
  useLayoutEffect(() => {
    if (place.current !== null && follows.current) place.current.scrollTop = place.current.scrollHeight
  }, [text])
  return (
    <pre
      class="said"
      ref={place}
      tabIndex={0}
      aria-live="polite"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 20
      }}
    >
      {text}
    </pre>
  )
}

function Controls({ cockpit, nowMs, onHanded }: { cockpit: State; nowMs: number; onHanded: (address: string) => void }) {
  const section = useRef<HTMLDivElement>(null)
  const [asks, setAsks] = useState<keyof typeof ASKED | undefined>()
  const newest = cockpit.active.at(-1)?.number
  const paused = cockpit.pausedMs !== null
  useEffect(() => {
    const focus = (id: string): void => section.current?.querySelector<HTMLElement>(`#${id}`)?.focus()
    const pressed = (event: KeyboardEvent): void => {
      if (
        event.target instanceof HTMLInputElement ||
        event.target instanceof HTMLSelectElement ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey
      )
        return
      const does: Record<string, () => void> = {
        u: () => newest !== undefined && void say(`undo ${newest}`),
        U: () => newest !== undefined && void say('undo all'),
        p: () => void say(paused ? 'resume' : 'pause'),
        r: () => !paused && setAsks('repeat'),
        f: () => setAsks('finish'),
        i: () => focus('choose'),
        n: () => focus('note'),
        h: () => focus('taker'),
      }
      if (!Object.hasOwn(does, event.key)) return
      // The letter must not land in the field that it opens.
      event.preventDefault()
      does[event.key]?.()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [newest, paused])
  return (
    <div ref={section}>
      {paused ? (
        <p role="status">
          Paused for {took(nowMs - (cockpit.pausedMs ?? nowMs))}: nothing is injected, nothing is in effect, no time limit runs.
        </p>
      ) : (
        <Chooser choices={cockpit.choices} />
      )}
      <p class="choose">
        <button type="button" aria-keyshortcuts="p" onClick={() => void say(paused ? 'resume' : 'pause')}>
          {paused ? 'resume' : 'pause'}
        </button>
        <button type="button" aria-keyshortcuts="r" disabled={paused} onClick={() => setAsks('repeat')}>
          repeat
        </button>
        <button type="button" aria-keyshortcuts="Shift+U" disabled={newest === undefined} onClick={() => void say('undo all')}>
          undo all
        </button>
        <button type="button" onClick={() => void say('status')}>
          status
        </button>
        <button type="button" aria-keyshortcuts="f" onClick={() => setAsks('finish')}>
          finish
        </button>
      </p>
      {asks === undefined || (asks === 'repeat' && paused) ? null : <Sure key={asks} what={asks} done={() => setAsks(undefined)} />}
      <Note />
      <HandOver lead={cockpit.lead} onHanded={onHanded} />
      <p class="keys">
        {KEYS.map(([key, does]) => (
          <span key={key}>
            <kbd>{key}</kbd> {does}{' '}
          </span>
        ))}
      </p>
    </div>
  )
}

function InEffectList({ cockpit, nowMs }: { cockpit: State; nowMs: number }) {
  if (cockpit.active.length === 0) return <p>Nothing is in effect.</p>
  const limit = ({ untilMs }: InEffect): string =>
    untilMs === undefined ? '' : `, undone by itself in ${took(untilMs - nowMs)} (${clock(untilMs)} UTC)`
  return (
    <ul class="active">
      {cockpit.active.map((each) => (
        <li key={each.number}>
          {each.number}: {each.id}
          {each.target === '' ? '' : ` on ${each.target}`}, for {took(nowMs - each.sinceMs)}
          {limit(each)}{' '}
          {cockpit.mayAct ? (
            <button type="button" onClick={() => void say(`undo ${each.number}`)}>
              undo {each.number}
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

const ASKED = {
  repeat: { text: 'Inject the last one once more, as it was.', yes: 'yes, inject it again', lines: ['again', 'yes'] },
  finish: {
    text: 'Undo everything, wait until its alerts have resolved, end the game day and judge it.',
    yes: 'yes, finish',
    lines: ['quit'],
  },
} as const

/** Asks before it is done; who came by key confirms by key. */
function Sure({ what, done }: { what: keyof typeof ASKED; done: () => void }) {
  const yes = useRef<HTMLButtonElement>(null)
  // Before the browser paints: the next Enter is for this question, and never for the button that had the focus.
  useLayoutEffect(() => yes.current?.focus(), [])
  const asked = ASKED[what]
  return (
    <p class="change" role="alert">
      {asked.text}{' '}
      <button
        type="button"
        class="stop"
        ref={yes}
        onClick={() => {
          done()
          void say(...asked.lines)
        }}
      >
        {asked.yes}
      </button>{' '}
      <button type="button" onClick={done}>
        no
      </button>
    </p>
  )
}

function Note() {
  const [text, setText] = useState('')
  const write = (event: Event): void => {
    event.preventDefault()
    const note = text.replace(/\s+/g, ' ').trim()
    if (note !== '') void say(`note ${note}`).then((taken) => taken && setText(''))
  }
  return (
    <form class="choose" onSubmit={write}>
      <label>
        note <input id="note" value={text} maxLength={500} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit">write it into the journal</button>
    </form>
  )
}

function HandOver({ lead, onHanded }: { lead: string; onHanded: (address: string) => void }) {
  const [giver, setGiver] = useState(lead)
  const [taker, setTaker] = useState('')
  const hand = (event: Event): void => {
    event.preventDefault()
    if (taker.trim() !== '')
      void ask('hand-over', `${giver.trim()}\n${taker.trim()}`).then((address) => address !== null && onHanded(address))
  }
  return (
    <form class="choose" onSubmit={hand}>
      <label>
        your name <input value={giver} maxLength={80} size={12} onInput={(event) => setGiver(event.currentTarget.value)} />
      </label>
      <label>
        hand over to{' '}
        <input id="taker" value={taker} maxLength={80} size={12} required onInput={(event) => setTaker(event.currentTarget.value)} />
      </label>
      <button type="submit">hand over</button>
    </form>
  )
}
