import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import cors, { validateCorsOptions, type CorsOptions } from '../../lib/index.js'
import { chromium } from './engines/chromium.js'
import type { Browser, Engine } from './engines/engine.js'
import { firefox } from './engines/firefox.js'
import { createMarker, killLeftProcesses, processesAfterClose } from './engines/processes.js'
import { webkit } from './engines/webkit.js'

// The demo's page as people use it, in the engines that are installed; BROWSERS=chromium,firefox chooses.

interface Setup { options: CorsOptions, authentication: 'none' | 'before' | 'after' }
interface TheLab { server: FastifyInstance, apply (setup: Setup): Promise<void> }
interface Lesson { title: string, expected: 'read' | 'blocked' | 'refused' }

// The example is plain JavaScript: a computed specifier keeps the compiler from looking for its declarations.
const folder = new URL('../../examples/basic/', import.meta.url)
const example = (file: string): Promise<unknown> => import(fileURLToPath(new URL(file, folder)))
const { Lab } = await example('lab.js') as { Lab: new (plugin: typeof cors) => TheLab }
const { buildPage } = await example('page.js') as {
  buildPage: (lab: TheLab, validate: typeof validateCorsOptions, settings: () => object) => FastifyInstance
}
const { lessons: lessonsFor } = await example('public/lessons.js') as { lessons: (pages: string[]) => Lesson[] }

/** What the page shows once it has nothing more to do. */
interface Shown {
  readonly summary: string
  readonly issues: string
  readonly invalid: string
  readonly browser: string
  readonly server: string
  readonly why: string
  readonly console: string
  readonly hasCure: boolean
  readonly focus: string
}

/** Runs in the page: does something, waits for what it leads to, and reads. */
function act (action: string): string {
  return `(async () => {
    const byId = id => document.getElementById(id)
    const results = byId('results')
    ;${action};
    await new Promise(resolve => {
      const look = () => results.getAttribute('aria-busy') === 'false' ? resolve() : setTimeout(look, 20)
      look()
    })
    const text = id => byId(id).innerText
    const headings = [...byId('why').querySelectorAll('h3')]
    return {
      summary: text('summary'), issues: text('issues'), invalid: byId('options').getAttribute('aria-invalid'),
      browser: text('browser'), server: text('server'), why: text('why'),
      console: headings.find(heading => heading.innerText.includes('console'))?.nextElementSibling.innerText ?? '',
      hasCure: byId('cure') !== null, focus: document.activeElement.id
    }
  })()`
}

const lesson = (title: string): string => `[...document.querySelectorAll('#lessons button')].find(button => button.textContent.endsWith(${JSON.stringify(title)})).click()`
const fill = (fields: Record<string, string>): string => Object.entries(fields).map(([id, value]) => `byId('${id}').value = ${JSON.stringify(value)}\n`).join('')
const SEND = "byId('send').click()"

const VERDICTS = { read: /^Readable: the page got 20\d\.$/, blocked: /^Blocked: the page got nothing\.$/, refused: /^Refused at startup\.$/ }

async function testPage (t: Tap, engine: Engine, browser: Browser, pages: readonly [string, string]): Promise<void> {
  const { open, evaluate } = browser
  const run = async (...actions: string[]): Promise<Shown> => await evaluate(act(actions.join(';\n'))) as Shown

  await t.test('opens with the policy in force, tried once', async t => {
    await open(pages[0])
    const shown = await run()
    t.match(shown, { summary: VERDICTS.read, issues: '✓ The plugin starts', invalid: 'false', browser: 'The first note' })
  })

  for (const { title, expected } of lessonsFor([...pages])) {
    await t.test(`lesson: ${title}`, async t => {
      const shown = await run(lesson(title))
      t.match(shown, { summary: VERDICTS[expected], invalid: String(expected === 'refused') })
      t.notMatch(shown.why, 'The browser decided otherwise', 'the explanation agrees with the browser')
      t.match(shown.server, expected === 'refused' ? 'There is no server' : /→ \d{3}/)
      if (expected === 'blocked') {
        t.match(shown.browser, 'TypeError')
        if (engine.name === 'chromium') t.ok(browser.console?.includes(shown.console), `Chromium's console says: ${shown.console}`)
      }
      if (!shown.hasCure) return
      const cured = await run("byId('cure').click()")
      t.match(cured, { summary: VERDICTS.read, focus: 'send' }, 'the button of the cure cures, and leaves the focus at Send')
    })
  }

  await t.test('says what is wrong with a policy while one types, before anything is sent', async t => {
    const issuesOf = async (options: string): Promise<string> => await evaluate(`new Promise(resolve => {
      const issues = document.getElementById('issues')
      new MutationObserver((_, observer) => { observer.disconnect(); resolve(issues.innerText) }).observe(issues, { childList: true })
      const options = document.getElementById('options')
      options.value = ${JSON.stringify(options)}
      options.dispatchEvent(new Event('input'))
    })`) as string
    t.match(await issuesOf("{ origin: 'https://App.example.com/', maxage: 0 }"), /2 mistakes[^]*\/maxage[^]*→ write maxAge[^]*\/origin[^]*→ write "https:\/\/app\.example\.com"/)
    t.match(await issuesOf('{ origin: process.env.X }'), /Line 1/)
    t.match(await issuesOf("{ origin: [/^https:\\/\\/a\\.example$/, 'https://*.b.example'] }"), '✓ The plugin starts')
  })

  await t.test('sends what one writes: from either origin, with headers, a body and cookies', async t => {
    const policy = `{ origin: ['${pages[1]}'], credentials: true, maxAge: 0, allowedHeaders: 'X-Debug', exposedHeaders: 'X-Total-Count' }`
    const from = (origin: string): string => `document.querySelector('[name=from][value="${origin}"]').checked = true`
    const request = { options: policy, authentication: 'none', method: 'GET', path: '/notes', headers: 'X-Debug: 1\nAccept: */*', body: 'not sent', credentials: 'include' }
    t.match(await run(fill(request), from(pages[1]), SEND), {
      summary: VERDICTS.read, browser: /x-total-count: 1/, server: /Preflight[^]*access-control-request-headers: x-debug[^]*Request[^]*x-debug: 1/
    })
    t.match(await run(from(pages[0]), SEND), { summary: VERDICTS.blocked, server: /→ 403[^]*never sent/, why: 'another port' })
    t.match(await run(from(pages[1]), fill({ method: 'POST', headers: 'Content-Type: application/json', body: '{"text":"<b>bold</b>"}' }), SEND), {
      summary: /got 201/, browser: /<b>bold<\/b>/
    }, 'an answer is text, never markup')
  })

  await t.test('says what keeps it from sending', async t => {
    const valid = { options: `{ origin: '${pages[0]}' }`, method: 'GET', path: '/notes', headers: '' }
    for (const [wrong, reason] of [
      [{ headers: 'nonsense' }, /^Not sent\. Write headers as Name: value/],
      [{ path: 'notes' }, /^Not sent\. The path begins with a slash/],
      [{ options: '{ origin: ' }, /^Not sent\. Line 1/]
    ] as const) {
      t.match((await run(fill({ ...valid, ...wrong }), SEND)).summary, reason)
    }
    t.match(await run(fill({ ...valid, method: 'TRACE' }), SEND), { summary: VERDICTS.blocked, server: 'Nothing arrived', why: 'forbidden method' })
  })

  await t.test('opens on the other origin as well', async t => {
    await open(pages[1])
    await run()
    t.match(await run(lesson('A policy that works')), { summary: VERDICTS.read }, 'sent through a frame of the first')
    t.match(await run(`document.querySelector('[name=from][value="${pages[1]}"]').checked = true`, SEND), { summary: VERDICTS.blocked })
  })

  await t.test('can be used without eyes or mouse', async t => {
    const unnamed = await evaluate(`[...document.querySelectorAll('input, select, textarea, button, iframe')].filter(field =>
      (field.labels?.[0] ?? field).textContent.trim() === '' && field.title === '').map(field => field.outerHTML)`)
    t.same(unnamed, [], 'each field has a label')
    const levels = await evaluate("[...document.querySelectorAll('h1, h2, h3')].map(heading => Number(heading.tagName[1]))") as number[]
    t.equal(levels[0], 1)
    t.ok(levels.slice(1).every((level, index) => level > 1 && level <= (levels[index] as number) + 1), `headings leave out no level: ${levels.join(' ')}`)
    t.same(await evaluate("['summary', 'issues', 'lesson-text'].filter(id => !document.getElementById(id).matches('[role=status], [aria-live=polite]'))"), [], 'news is announced')
    t.equal(await evaluate("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"])').length"), 0, 'the order of focus is that of the page')
    t.equal(await evaluate('document.documentElement.lang'), 'en')
  })
}

type Tap = Pick<typeof t, 'test'>

const chosen = process.env['BROWSERS']?.split(',')
const required = ['1', 'true'].includes(process.env['CI'] ?? '')
const marker = createMarker()
process.once('exit', () => killLeftProcesses(marker))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

for (const engine of [chromium, firefox, webkit]) {
  const programs = await engine.find()
  const skip = chosen !== undefined && !chosen.includes(engine.name) ? 'not in BROWSERS' : programs === undefined && !required ? 'not installed' : false
  await t.test(`the demo's page in ${engine.name}`, { skip }, async t => {
    if (programs === undefined) throw new Error(`${engine.name} is not installed; on Debian: apt-get install --no-install-recommends ${engine.packages.join(' ')}`)
    const lab = new Lab(cors)
    const settings = { api: '', pages: [] as string[] }
    const servers = [lab.server, ...[0, 1].map(() => buildPage(lab, validateCorsOptions, () => settings))]
    t.teardown(() => Promise.all(servers.map(server => server.close())))
    const origins: string[] = []
    for (const server of servers) {
      await server.listen({ host: 'localhost', port: 0 })
      origins.push(`http://localhost:${(server.server.address() as { port: number }).port}`)
    }
    const [api = '', page = '', other = ''] = origins
    Object.assign(settings, { api, pages: [page, other] })
    await lab.apply({ options: { origin: page, credentials: true, maxAge: 0 }, authentication: 'none' })
    const browser = await engine.launch(programs, marker)
    try {
      await testPage(t, engine, browser, [page, other])
    } finally {
      await browser.close()
    }
    t.same(await processesAfterClose(marker), [], 'no process is left behind')
  })
}
