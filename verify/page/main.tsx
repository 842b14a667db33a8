import { render } from 'preact'
import type { Page } from '../model/page.ts'
import { App } from './app.tsx'

// The answer, the causes and the tables are in the file already, for whoever reads it without a script; this takes their place.
const data = document.getElementById('page')?.textContent
const place = document.getElementById('app')
if (data !== null && data !== undefined && place !== null) {
  const page = JSON.parse(data) as Page
  render(<App page={page} />, place)
  document.getElementById('static')?.remove()
}
