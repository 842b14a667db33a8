import { render } from 'preact'
import type { Page } from '../model/page.ts'
import { App } from './app.tsx'

const place = document.getElementById('app')
const events = place?.dataset['events']
if (place !== null && events !== undefined) follow(place, events)
else if (place !== null) {
  // The answer, the causes and the tables are in the file already, for whom no script runs; this takes their place.
  const data = document.getElementById('page')?.textContent
  if (data !== null && data !== undefined) {
    render(<App page={JSON.parse(data) as Page} />, place)
    document.getElementById('static')?.remove()
  }
}

/** Draws a drill while it runs. Each event is the whole state, so that nothing is missed when the connection was lost. */
function follow(at: HTMLElement, address: string): void {
  let page: Page | undefined
  const draw = (connected: boolean): void => {
    if (page !== undefined) render(<App page={page} connected={connected} />, at)
  }
  const source = new EventSource(address)
  const taken = (event: MessageEvent<string>): void => {
    // What stood here until there was something to draw.
    if (page === undefined) at.replaceChildren()
    page = JSON.parse(event.data) as Page
    draw(true)
  }
  source.addEventListener('page', taken)
  source.addEventListener('end', (event) => {
    source.close()
    taken(event as MessageEvent<string>)
  })
  source.addEventListener('error', () => draw(false))
}
