import type { Test } from 'tap'
import type { Failure } from '../../../lib/fetch/failure.js'
import type { Browser, Engine } from '../engines/engine.js'
import { createCertificate } from '../servers/certificate.js'
import { startPages } from '../servers/pages.js'
import { Recorder } from '../servers/recorder.js'
import { waitFor } from '../wait.js'
import { startGeneratedApi } from './api.js'
import { generateCase, type Case } from './case.js'
import { compare, type Observation } from './compare.js'
import { isMeantToBeReadable } from './intent.js'
import { Random } from './random.js'
import { generateSetup } from './setup.js'

const SETUPS = 80
const CASES = Number(process.env['CASES'] ?? 1500)
const BATCH = 100

/** Random configurations, requests and origins: the Fetch model and the engine must say the same of each. */
export async function testGeneratedCases (t: Test, engine: Engine, browser: Browser): Promise<void> {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
  t.comment(`SEED=${seed} repeats these cases`)
  const random = new Random(seed)
  const certificate = await createCertificate()
  const recorder = new Recorder()
  const pages = await startPages(certificate, recorder)
  t.teardown(() => pages.close())
  const setups = Array.from({ length: SETUPS }, (_, index) => generateSetup(random, index, pages.all))
  const api = await startGeneratedApi(setups, certificate, recorder)
  t.teardown(() => api.close())

  const target = {
    pages: pages.all,
    setups,
    httpOrigin: `http://localhost:${api.httpPort}`,
    httpsOrigin: `https://localhost:${api.httpsPort}`,
    otherHttpOrigin: `http://127.0.0.1:${api.httpPort}`,
    otherHttpsOrigin: `https://127.0.0.1:${api.httpsPort}`
  }
  const cases = Array.from({ length: CASES }, (_, index) => generateCase(random, index, target))
  const outcomes = new Map<string, number>()
  const expectedConsole: ExpectedLine[] = []
  const intents = { readable: 0, unreadable: 0 }
  let failed = 0
  for (const page of pages.all) {
    await browser.open(page.url)
    const own = cases.filter(({ page: { name } }) => name === page.name)
    for (let start = 0; start < own.length; start += BATCH) {
      const batch = own.slice(start, start + BATCH)
      for (const { id, broken } of batch) if (broken !== undefined) api.broken.set(id, broken)
      const observations = await observe(browser, batch)
      for (const [index, generated] of batch.entries()) {
        const observed = observations[index] as Observation
        const exchanges = recorder.of(generated.id)
        const { verdict, disagreements } = compare(generated, exchanges, observed, engine.model)
        const outcome = verdict?.outcome === 'blocked' ? verdict.failure.code : verdict?.outcome ?? 'undecided'
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        if (verdict?.outcome === 'blocked' && verdict.consoleText !== undefined) {
          expectedConsole.push({ id: generated.id, text: verdict.consoleText, failure: verdict.failure })
        }
        const intent = isMeantToBeReadable(generated, engine.model)
        if (intent !== undefined) {
          intents[intent ? 'readable' : 'unreadable']++
          if (intent !== observed.readable) disagreements.push(`by its options it is ${intent ? '' : 'not '}to be readable`)
        }
        if (disagreements.length > 0) {
          failed++
          t.fail(`case ${generated.id}: ${disagreements.join('; ')}`, { case: describe(generated), exchanges, observed, verdict })
        }
      }
    }
  }
  t.comment(`${cases.length} cases, ${failed} disagreements; ${[...outcomes].map(([code, count]) => `${code} ${count}`).sort().join(', ')}`)
  t.comment(`by the plugin's options ${intents.readable} were to be readable, ${intents.unreadable} not`)
  t.equal(failed, 0, `the model and ${engine.name} say the same of ${cases.length} generated cases`)
  if (engine.name === 'chromium') await testConsole(t, browser.console ?? [], expectedConsole)
}

interface ExpectedLine {
  readonly id: string
  readonly text: string
  readonly failure: Failure
}

/** The line that the model predicts is the one that a developer reads. */
async function testConsole (t: Test, lines: readonly string[], expected: readonly ExpectedLine[]): Promise<void> {
  const byCase = new Map<string, string>()
  const collect = () => {
    for (const line of lines) {
      const id = /^Access to fetch at '[^']*[?&]case=(\d+)/.exec(line)?.[1]
      if (id !== undefined) byCase.set(id, line)
    }
    return expected.every(({ id }) => byCase.has(id))
  }
  // The console comes by another way than the results, perhaps later.
  await waitFor(collect).catch(() => {})
  const differing = expected.map(line => ({ ...line, shown: byCase.get(line.id) })).filter(({ text, failure, shown }) => {
    // Of several headers it may name any.
    const texts = failure.code === 'HEADER_NOT_ALLOWED'
      ? failure.headers.map(name => text.replace(`field ${failure.headers[0]} is`, `field ${name} is`))
      : [text]
    return shown === undefined || !texts.includes(shown)
  })
  t.same(differing, [], `the model predicts the console's line of ${expected.length} blocked cases`)
}

async function observe (browser: Browser, batch: readonly Case[]): Promise<readonly Observation[]> {
  const requests = batch.map(({ request: { url, method, headers, credentials }, body }) => ({ url, method, headers, credentials, body }))
  return await browser.evaluate(`call('fetchAll', ${JSON.stringify(requests)})`) as readonly Observation[]
}

function describe ({ request, body, setup, broken }: Case): unknown {
  // Functions and regular expressions are lost in JSON.
  const readable = (_key: string, value: unknown) => typeof value === 'function' || value instanceof RegExp ? String(value) : value
  return JSON.parse(JSON.stringify({ request, body, setup, broken }, readable))
}
