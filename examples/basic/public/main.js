import { lessons as lessonsFor } from './lessons.js'
import { parseOptions, printOptions, readJson, writeJson } from './options.js'
import { send } from './send.js'
import { browserView, element, issues, paragraph, refusedView, serverView, whyView } from './view.js'

const byId = id => document.getElementById(id)
const [options, authentication, method, path, headers, body, credentials, summary] =
  ['options', 'authentication', 'method', 'path', 'headers', 'body', 'credentials', 'summary'].map(byId)
const settings = await (await fetch('settings.json')).json()
const origins = [location.origin, ...settings.pages.filter(origin => origin !== location.origin)]
// The lessons' policies allow the first of the demo's pages, wherever they are read.
const lessons = lessonsFor(settings.pages)

/** Asks the page's own server. */
async function ask (url, question) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(question)
  }).catch(() => { throw new Error('The demo does not answer. Is it still running?') })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.message)
  return answer
}

// Startup validation, while one types.

function readSetup () {
  return { options: writeJson(parseOptions(options.value)), authentication: authentication.value }
}

/** What the plugin would say, or what cannot even be read. */
async function validate () {
  let setup
  try {
    setup = readSetup()
  } catch (error) {
    return [{ path: '', message: error.message }]
  }
  return (await ask('validate', setup)).issues
}

let latest = 0

async function showIssues () {
  const mine = ++latest
  const found = await validate()
  // An answer that was overtaken by more typing is no news.
  if (mine !== latest) return
  options.setAttribute('aria-invalid', found.length > 0)
  byId('issues').replaceChildren(...issues(found))
}

let timer
options.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(() => showIssues().catch(notSent), 150)
})

// Sending, from this origin or, through a frame, from the other one.

const frame = element('iframe', { src: `${origins[1]}/sender.html`, title: 'Sends from the other origin', hidden: true })
const frameReady = fromFrame()
document.body.append(frame)

function fromFrame () {
  return new Promise(resolve => {
    window.addEventListener('message', function listen ({ source, data }) {
      if (source !== frame.contentWindow) return
      window.removeEventListener('message', listen)
      resolve(data)
    })
  })
}

async function sendFrom (origin, path, init) {
  if (origin === location.origin) return send(settings.api + path, init)
  await frameReady
  const answer = fromFrame()
  frame.contentWindow.postMessage({ path, init }, origin)
  return answer
}

/** @throws TypeError for a line that is no header */
function readHeaders () {
  const pairs = headers.value.split('\n').map(line => line.trim()).filter(line => line !== '').map(line => {
    const colon = line.indexOf(':')
    if (colon < 1) throw new TypeError(`Write headers as Name: value, not ${line}`)
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return Object.fromEntries(new Headers(pairs))
}

function readRequest () {
  if (!path.value.startsWith('/')) throw new TypeError('The path begins with a slash')
  return {
    origin: document.querySelector('[name=from]:checked').value,
    method: method.value,
    path: path.value,
    headers: readHeaders(),
    credentials: credentials.value
  }
}

function show (text, ...views) {
  summary.textContent = text
  for (const [index, id] of ['browser', 'server', 'why'].entries()) byId(id).replaceChildren(...views[index])
}

async function run () {
  const request = readRequest()
  const { issues, message } = await ask('apply', readSetup())
  if (issues.length > 0) {
    const nothing = [paragraph('Nothing was sent: an API with this policy would not start.')]
    show('Refused at startup.', nothing, [paragraph('There is no server to answer.')], refusedView(message))
    return
  }
  const hasBody = body.value !== '' && !/^(get|head)$/i.test(request.method)
  const init = {
    method: request.method,
    headers: request.headers,
    credentials: request.credentials,
    ...(hasBody ? { body: body.value } : {})
  }
  const outcome = await sendFrom(request.origin, request.path, init)
  const { explanation, cureOptions, exchanges } = await ask('explain', request)
  const readable = outcome.error === undefined
  const preflightExpected = explanation.exchanges[0]?.request.kind === 'preflight'
  show(
    readable ? `Readable: the page got ${outcome.status}.` : 'Blocked: the page got nothing.',
    browserView(outcome),
    serverView(exchanges, preflightExpected),
    whyView(explanation, readable, cureFor(explanation, cureOptions))
  )
}

/** What the cure's button does, if the page can do anything. */
function cureFor ({ cure, refusals }, cureOptions) {
  const ofRoute = refusals.some(({ code }) => code === 'CORS_DISABLED')
  if (cureOptions !== undefined && !ofRoute) {
    return () => {
      options.value = printOptions({ ...parseOptions(options.value), ...readJson(cureOptions) })
      return cured()
    }
  }
  if (cure?.where === 'order' && authentication.value === 'before') {
    return () => {
      authentication.value = 'after'
      return cured()
    }
  }
}

/** The cure's button goes with the old results; the focus stays where one goes on. */
async function cured () {
  byId('send').focus()
  await sendNow()
}

function notSent ({ message }) {
  show(`Not sent. ${message}`, [], [], [])
}

let last
let queue = Promise.resolve()

/** One after the other: each sends what stands in the fields when its turn comes. */
async function sendNow () {
  const mine = last = Symbol('turn')
  summary.textContent = 'Sending…'
  byId('results').setAttribute('aria-busy', true)
  queue = queue.then(() => Promise.all([showIssues(), run()])).catch(notSent)
  await queue
  if (mine === last) byId('results').setAttribute('aria-busy', false)
}

byId('form').addEventListener('submit', event => {
  event.preventDefault()
  sendNow()
})

// Lessons, and what is in force when the page opens.

function fill (setup, request) {
  options.value = printOptions(setup.options)
  authentication.value = setup.authentication ?? 'none'
  method.value = request.method ?? 'GET'
  path.value = request.path
  headers.value = request.headers ?? ''
  body.value = request.body ?? ''
  credentials.value = request.credentials ?? 'same-origin'
  document.querySelector(`[name=from][value="${request.from ?? settings.pages[0]}"]`).checked = true
}

byId('page').textContent = location.origin
byId('api').textContent = settings.api
byId('from').append(...origins.map((origin, index) => element('label', {},
  element('input', { type: 'radio', name: 'from', value: origin, checked: index === 0 }),
  ` ${origin} `, element('span', { className: 'note' }, index === 0 ? '(this page)' : '(a frame)'))))
byId('lessons').append(...lessons.map((lesson, index) => {
  const button = element('button', { type: 'button' }, `${index + 1}. ${lesson.title}`)
  button.setAttribute('aria-pressed', false)
  button.addEventListener('click', () => {
    for (const other of byId('lessons').children) other.setAttribute('aria-pressed', other === button)
    byId('lesson-text').textContent = lesson.text
    fill(lesson, lesson.request)
    sendNow()
  })
  return button
}))

fill({ ...settings.setup, options: readJson(settings.setup.options) }, { path: '/notes', from: location.origin })
byId('lesson-text').textContent = 'Below is the policy that is in force. Choose a lesson, or write your own.'
await sendNow()
