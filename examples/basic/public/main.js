import { requests } from './requests.js'

const byId = id => document.getElementById(id)
const settings = await (await fetch('settings.json')).json()

/** Sends one request to the API. `status` is missing if the browser kept the answer from the page. */
async function send ({ path, init }) {
  try {
    const response = await fetch(settings.api + path, init)
    const body = await response.text()
    return { status: response.status, text: `${response.status} ${response.statusText}\n${body}`.trim() }
  } catch (error) {
    // Browsers tell a page nothing else, on purpose: the reason is in the console.
    return { text: String(error) }
  }
}

/** Whether the API runs at all: without CORS a page may send, only not read. */
async function isRunning () {
  return fetch(`${settings.api}/status`, { mode: 'no-cors' }).then(() => true, () => false)
}

function describe ({ path, preflight, init: { method = 'GET', credentials, headers = {}, body = '' } = {} }) {
  return [
    `${method} ${path}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    body,
    `(${preflight ? 'preflight first' : 'no preflight'}${credentials ? `, credentials: ${credentials}` : ''})`
  ].filter(Boolean).join('\n')
}

function show (request, { status, text }) {
  const verdict = status === undefined ? 'blocked' : 'read'
  const item = byId('result').content.cloneNode(true).firstElementChild
  const fill = (selector, content) => { item.querySelector(selector).textContent = content }
  item.className = verdict
  fill('h2', request.title)
  fill('.verdict', verdict === 'read' ? '✓ read' : '✗ blocked')
  fill('.sent', describe(request))
  fill('.answer', text)
  fill('.why', request[verdict] ?? 'Not what this page expects: has the API been changed?')
  byId('results').append(item)
  return verdict
}

async function sendAll () {
  byId('again').disabled = true
  byId('summary').textContent = 'Sending…'
  byId('results').replaceChildren()
  if (await isRunning()) {
    const verdicts = []
    // One after the other: PUT comes before DELETE.
    for (const request of requests) verdicts.push(show(request, await send(request)))
    const read = verdicts.filter(verdict => verdict === 'read').length
    byId('summary').textContent = `${verdicts.length} requests: ${read} read, ${verdicts.length - read} blocked.`
  } else {
    byId('summary').textContent = `Nothing answers at ${settings.api}. Is the demo still running?`
  }
  byId('again').disabled = false
}

const other = settings.pages.find(origin => origin !== location.origin)
byId('page').textContent = location.origin
byId('api').textContent = settings.api
byId('allowed').textContent = settings.allowedOrigins
byId('other').textContent = other
byId('other').href = other
byId('again').addEventListener('click', sendAll)
await sendAll()
