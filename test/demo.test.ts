import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { test, type Test } from 'tap'
import ts from 'typescript'
import cors, { validateCorsOptions, type CorsIssue, type CorsOptions, type Explanation, type ExplainRequest } from '../lib/index.js'

type Authentication = 'none' | 'before' | 'after'
type Headers = Array<[string, string]>

interface Setup { options: CorsOptions, authentication: Authentication }

interface TheLab {
  setup: Setup
  server: FastifyInstance
  exchanges: Array<{ request: { method: string, url: string, headers: Headers }, response?: { status: number, headers: Headers } }>
  apply (setup: Setup): Promise<void>
  explain (request: ExplainRequest): Promise<Explanation>
}

interface Lesson {
  title: string
  text: string
  options: CorsOptions
  authentication?: Authentication
  request: { from?: string, method?: string, path: string, headers?: string, credentials?: 'same-origin' | 'include' }
  expected: 'read' | 'blocked' | 'refused'
}

interface Settings { api: string, pages: string[] }

const root = fileURLToPath(new URL('..', import.meta.url))
// The example is plain JavaScript: a computed specifier keeps the compiler from looking for its declarations.
const example = (file: string): Promise<unknown> => import(new URL(`../examples/basic/${file}`, import.meta.url).href)
const { buildApi } = await example('api.js') as {
  buildApi: (plugin: typeof cors, options: CorsOptions, authentication?: Authentication) => Promise<FastifyInstance>
}
const { Lab } = await example('lab.js') as { Lab: new (plugin: typeof cors) => TheLab }
const { buildPage } = await example('page.js') as {
  buildPage: (lab: TheLab, validate: typeof validateCorsOptions, settings: () => Settings) => FastifyInstance
}
const { lessons } = await example('public/lessons.js') as { lessons: (pages: string[]) => Lesson[] }
const { parseOptions, printOptions, readJson, writeJson } = await example('public/options.js') as {
  parseOptions: (text: string) => unknown
  printOptions: (options: object) => string
  readJson: (json: string) => unknown
  writeJson: (options: unknown) => string
}

const API = 'http://localhost:3000'
const ALLOWED = 'http://localhost:5173'
const REFUSED = 'http://localhost:5174'
const POLICY: CorsOptions = { origin: ALLOWED, credentials: true, maxAge: 0 }

/** What the page asks `explain` for a lesson. */
function asked ({ request: { from = ALLOWED, method = 'GET', path, headers = '', credentials = 'same-origin' } }: Lesson): ExplainRequest {
  const pairs = headers.split('\n').filter(line => line !== '').map(line => line.split(': '))
  return { origin: from, method, url: API + path, headers: Object.fromEntries(pairs) as Record<string, string>, credentials }
}

test('each lesson ends as it is meant to, and its cure, applied, lets the page read', async t => {
  for (const lesson of lessons([ALLOWED, REFUSED])) {
    await t.test(lesson.title, async t => {
      const { options, authentication = 'none', expected } = lesson
      const issues = validateCorsOptions(options)
      t.equal(issues.length > 0, expected === 'refused', issues[0]?.message ?? 'nothing is wrong with the policy')
      if (expected === 'refused') return
      const lab = new Lab(cors)
      await lab.apply({ options, authentication })
      const { verdict, cure, refusals } = await lab.explain(asked(lesson))
      t.equal(verdict, expected === 'read' ? 'allowed' : 'blocked')
      if (verdict === 'allowed') {
        t.equal(cure, undefined)
        return
      }
      if (refusals[0]?.code === 'CORS_DISABLED') {
        t.match(cure?.message, 'config.cors: false', 'which the page cannot change')
        return
      }
      if (cure?.where === 'order') await lab.apply({ options, authentication: 'after' })
      else await lab.apply({ options: { ...options, ...cure?.options }, authentication })
      t.equal((await lab.explain(asked(lesson))).verdict, 'allowed')
    })
  }
})

test('what the lessons tell beyond the verdict is so', async t => {
  const app = await buildApi(cors, { origin: ALLOWED })
  await app.inject({ method: 'POST', url: '/notes', headers: { origin: REFUSED, 'content-type': 'text/plain' }, payload: 'from afar' })
  const notes = await app.inject({ url: '/notes', headers: { origin: ALLOWED } })
  t.match(notes.json(), [{ id: '1' }, { id: '2', text: 'from afar' }], 'a refused plain text POST is carried out')
  t.equal(notes.headers['x-total-count'], '2')
  t.equal(notes.headers['access-control-expose-headers'], undefined)
  const preflight = await app.inject({ method: 'OPTIONS', url: '/notes/1', headers: { origin: ALLOWED, 'access-control-request-method': 'PUT' } })
  t.equal(preflight.headers['access-control-allow-methods'], 'PUT, DELETE')
})

test('the API', async t => {
  await t.test('keeps the last five notes', async t => {
    const app = await buildApi(cors, POLICY)
    const ids = async (): Promise<string[]> => (await app.inject('/notes')).json<Array<{ id: string }>>().map(({ id }) => id)
    for (let i = 0; i < 5; i++) await app.inject({ method: 'POST', url: '/notes', payload: { text: `note ${i}` } })
    t.same(await ids(), ['2', '3', '4', '5', '6'])
    t.same((await app.inject({ method: 'PUT', url: '/notes/3', payload: { text: 'new' } })).json(), { id: '3', text: 'new' })
    t.equal((await app.inject({ method: 'DELETE', url: '/notes/2' })).statusCode, 204)
    t.same(await ids(), ['3', '4', '5', '6'])
  })

  await t.test('counts visits with the cookie only', async t => {
    const app = await buildApi(cors, POLICY)
    const first = await app.inject('/visits')
    t.same(first.json(), { visits: 1 })
    t.same((await app.inject('/visits')).json(), { visits: 1 })
    const cookie = String(first.headers['set-cookie']).split(';')[0] as string
    t.same((await app.inject({ url: '/visits', headers: { cookie } })).json(), { visits: 2 })
  })

  await t.test('has routes with policies of their own', async t => {
    const app = await buildApi(cors, POLICY)
    const allowOrigin = async (url: string) => (await app.inject({ url, headers: { origin: REFUSED } })).headers['access-control-allow-origin']
    t.equal(await allowOrigin('/status'), '*')
    t.equal(await allowOrigin('/internal'), undefined)
    t.equal((await app.inject({ url: '/internal', headers: { origin: ALLOWED } })).headers['vary'], undefined, 'as if the plugin were not there')
  })

  await t.test('wants a token where there is authentication, for the preflight too if that comes first', async t => {
    const preflight = { method: 'OPTIONS', url: '/notes', headers: { origin: ALLOWED, 'access-control-request-method': 'GET' } } as const
    for (const [authentication, status] of [['none', 204], ['after', 204], ['before', 401]] as const) {
      const app = await buildApi(cors, POLICY, authentication)
      t.equal((await app.inject(preflight)).statusCode, status, authentication)
      t.equal((await app.inject('/notes')).statusCode, authentication === 'none' ? 200 : 401)
      t.equal((await app.inject({ url: '/notes', headers: { authorization: 'Bearer demo' } })).statusCode, 200)
    }
  })
})

test('the lab', async t => {
  const lab = new Lab(cors)
  await lab.apply({ options: POLICY, authentication: 'none' })
  const api = await lab.server.listen({ host: 'localhost', port: 0 })
  t.teardown(() => lab.server.close())
  const allowOrigin = async (origin: string) => (await fetch(`${api}/notes`, { headers: { origin } })).headers.get('access-control-allow-origin')

  await t.test('answers with the policy of the moment behind one port; one that is refused changes nothing', async t => {
    t.equal(await allowOrigin(ALLOWED), ALLOWED)
    await lab.apply({ options: { origin: REFUSED }, authentication: 'none' })
    t.equal(await allowOrigin(ALLOWED), null)
    t.equal(await allowOrigin(REFUSED), REFUSED)
    await t.rejects(lab.apply({ options: { origin: '*', credentials: true }, authentication: 'none' }), { name: 'CorsOptionsError' })
    t.equal(await allowOrigin(REFUSED), REFUSED)
    t.same(lab.setup, { options: { origin: REFUSED }, authentication: 'none' })
  })

  await t.test('records what arrived since, with the answers, and not what explain made up', async t => {
    await lab.apply({ options: POLICY, authentication: 'none' })
    t.same(lab.exchanges, [])
    await lab.explain({ origin: ALLOWED, url: `${api}/notes/1`, method: 'PUT' })
    t.same(lab.exchanges, [])
    await (await fetch(`${api}/visits`, { headers: { origin: ALLOWED } })).text()
    t.match(lab.exchanges, [{ request: { method: 'GET', url: '/visits' }, response: { status: 200 } }])
    t.match(new Map(lab.exchanges[0]?.request.headers).get('origin'), ALLOWED)
    const answered = new Map(lab.exchanges[0]?.response?.headers)
    t.equal(answered.get('access-control-allow-origin'), ALLOWED)
    t.match(answered.get('set-cookie'), /^visits=1;/)
    for (let i = 0; i < 21; i++) await (await fetch(`${api}/status?${i}`)).text()
    t.equal(lab.exchanges.length, 20, 'the last 20')
    t.equal(lab.exchanges[0]?.request.url, '/status?1')
  })
})

test('the server of the page', async t => {
  const lab = new Lab(cors)
  await lab.apply({ options: POLICY, authentication: 'none' })
  const page = buildPage(lab, validateCorsOptions, () => ({ api: API, pages: [ALLOWED, REFUSED] }))
  const own = { origin: ALLOWED, host: 'localhost:5173', 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  const post = (url: string, body: object, headers: Record<string, string> = own) =>
    page.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })
  const setup = (options: unknown, authentication = 'none') => ({ options: writeJson(options), authentication })

  await t.test('has all files that they refer to', async t => {
    const seen = new Set<string>()
    const visit = async (file: string): Promise<void> => {
      if (seen.has(file)) return
      seen.add(file)
      const { statusCode, body } = await page.inject(`/${file}`)
      t.equal(statusCode, 200, file)
      for (const [, found] of body.matchAll(/(?:src|href|from|id)[= ]["'](?:\.\/)?([\w]+\.(?:js|css|html))["']/g)) await visit(found as string)
    }
    await visit('index.html')
    await visit('sender.html')
    t.same([...seen].sort(), ['index.html', 'lessons.js', 'main.js', 'options.js', 'send.js', 'sender.html', 'sender.js', 'style.css', 'view.js'])
  })

  await t.test('tells the settings, with the policy in force', async t => {
    t.same((await page.inject('/settings.json')).json(), {
      api: API, pages: [ALLOWED, REFUSED], setup: { options: JSON.stringify(POLICY), authentication: 'none' }
    })
  })

  await t.test('validates, and changes nothing by it', async t => {
    const { issues } = (await post('/validate', setup({ origins: '*', credentials: 'yes' }))).json<{ issues: CorsIssue[] }>()
    t.match(issues.map(({ path, code }) => [code, path]), [['MISSING_ORIGIN', '/origin'], ['UNKNOWN_OPTION', '/origins'], ['INVALID_TYPE', '/credentials']])
    t.same((await post('/validate', setup({ origin: /^https:\/\/a\.example$/ }))).json(), { issues: [] })
    t.same(lab.setup.options, POLICY)
  })

  await t.test('applies a policy, or says why not', async t => {
    t.same((await post('/apply', setup({ origin: /http:\/\/localhost:5173/ }, 'after'))).json(), { issues: [] })
    t.same(lab.setup, { options: { origin: /http:\/\/localhost:5173/ }, authentication: 'after' })
    const { issues, message } = (await post('/apply', setup({ origin: '*', credentials: true }))).json<{ issues: CorsIssue[], message: string }>()
    t.match(issues, [{ code: 'ANY_ORIGIN_WITH_CREDENTIALS', path: '/origin' }])
    t.match(message, /^CorsOptionsError: Invalid CORS options:\n {2}\/origin: /)
    t.same((await post('/apply', setup(POLICY))).json(), { issues: [] })
  })

  await t.test('explains', async t => {
    const request = { origin: REFUSED, method: 'GET', path: '/notes', headers: {}, credentials: 'omit' }
    const { explanation, cureOptions, exchanges } = (await post('/explain', request)).json<{ explanation: Explanation, cureOptions: string, exchanges: [] }>()
    t.match(explanation, { verdict: 'blocked', refusals: [{ code: 'ORIGIN_NOT_ALLOWED' }] })
    t.same(JSON.parse(cureOptions), { origin: [ALLOWED, REFUSED] })
    t.same(exchanges, [])
    t.notOk((await post('/explain', { ...request, origin: ALLOWED })).json<{ cureOptions?: string }>().cureOptions, 'nothing to cure')
  })

  await t.test('lets nobody but its own page do so', async t => {
    const wide = setup({ origin: '*' })
    const { origin: _, ...withoutOrigin } = own
    const { 'sec-fetch-site': __, ...older } = own
    const attempts: Array<[string, Record<string, string>, number]> = [
      ['another origin', { ...own, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
      ["the demo's other page, which has a server of its own", { ...own, origin: REFUSED, 'sec-fetch-site': 'same-site' }, 403],
      ['no origin', withoutOrigin, 403],
      ['the origin null', { ...own, origin: 'null' }, 403],
      ['a name that was pointed here', { ...own, origin: 'http://evil.example:5173', host: 'evil.example:5173' }, 403],
      ['another site, says the browser', { ...own, 'sec-fetch-site': 'cross-site' }, 403],
      ['text, which any form could send', { ...own, 'content-type': 'text/plain' }, 415],
      ['a form', { ...own, 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['a browser without Sec-Fetch-Site', older, 200]
    ]
    for (const [title, headers, status] of attempts) {
      t.equal((await post('/validate', wide, headers)).statusCode, status, title)
      if (status !== 200) t.equal((await post('/apply', wide, headers)).statusCode, status, title)
    }
    t.equal((await post('/explain', {}, { ...own, origin: 'https://evil.example' })).statusCode, 403)
    t.same(lab.setup.options, POLICY)
    const preflight = await page.inject({ method: 'OPTIONS', url: '/apply', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } })
    t.equal(preflight.statusCode, 404)
    t.equal(preflight.headers['access-control-allow-origin'], undefined)
  })

  await t.test('answers 400 to what is no setup and no request', async t => {
    const request = { origin: ALLOWED, method: 'GET', path: '/notes', headers: {}, credentials: 'omit' }
    const bad: Array<[string, object]> = [
      ['/validate', {}],
      ['/validate', { options: '{', authentication: 'none' }],
      ['/apply', { options: '{"origin":{"$regexp":["(","" ]}}', authentication: 'none' }],
      ['/apply', { options: '{"origin":{"$regexp":["a","?" ]}}', authentication: 'none' }],
      ['/apply', setup(POLICY, 'sometimes')],
      ['/explain', { ...request, path: '@evil.example/' }],
      ['/explain', { ...request, origin: 'nowhere' }],
      ['/explain', { ...request, credentials: 'maybe' }]
    ]
    for (const [url, body] of bad) t.equal((await post(url, body)).statusCode, 400, `${url} ${JSON.stringify(body)}`)
    t.same(lab.setup.options, POLICY)
  })
})

test('options as text', async t => {
  await t.test('are read as JavaScript writes them', t => {
    const good: Array<[string, unknown]> = [
      ['{}', {}],
      ["{ origin: 'https://a.example', credentials: true, maxAge: 600 }", { origin: 'https://a.example', credentials: true, maxAge: 600 }],
      ['{"origin": ["https://a.example", "*"], "cacheControl": null, x: -1.5,}', { origin: ['https://a.example', '*'], cacheControl: null, x: -1.5 }],
      ['// ours\n{ origin: [/^https:\\/\\/[/\\]]+\\.a$/i, /b/,], /* not\nyet */ }', { origin: [/^https:\/\/[/\]]+\.a$/i, /b/] }],
      ["{ 'a-b': 'it\\'s \"so\" \\\\', c: \"it's \\\"so\\\"\" }", { 'a-b': 'it\'s "so" \\', c: 'it\'s "so"' }],
      ["'*'", '*'],
      ['[]', []]
    ]
    for (const [text, options] of good) t.same(parseOptions(text), options, text)
    t.end()
  })

  await t.test('that cannot be read name the line', t => {
    const bad: Array<[string, string]> = [
      ['', 'Line 1: a value expected, not the end'],
      ['{ origin: process.env.ORIGINS }', 'Line 1: a string in quotes, a number, true, false, a list or a RegExp'],
      ['{\n  origin: () => true\n}', 'Line 2: ( is not understood here'],
      ["{\n  origin: 'a'\n  credentials: true\n}", 'Line 3: , or } expected, not credentials'],
      ["{ origin: ['a' }", 'Line 1: , or ] expected, not }'],
      ["{ origin 'a' }", "Line 1: : expected, not 'a'"],
      ['{ : 1 }', 'Line 1: the name of an option expected, not :'],
      ["{ origin: 'a' } + 1", 'Line 1: + is not understood here'],
      ["{ origin: 'a' } {}", 'Line 1: the end expected, not {'],
      ["{ origin: 'a", "Line 1: ' is not understood here"],
      ['{\n origin: ', 'Line 2: a value expected, not the end'],
      ['{ origin: /(/ }', 'Invalid regular expression: /(/']
    ]
    for (const [text, message] of bad) t.throws(() => parseOptions(text), { name: 'SyntaxError', message }, text)
    t.end()
  })

  await t.test('are the same after they were printed, or sent', t => {
    const all = [
      ...lessons([ALLOWED, REFUSED]).map(({ options }) => options),
      { origin: [/^https:\/\/a\.example$/i, 'https://a-rather-long-name.example', 'https://another-name.example'], 'x-y': "'\\\n\"" }
    ]
    for (const options of all) {
      t.same(parseOptions(printOptions(options)), options, printOptions(options))
      t.same(readJson(writeJson(options)), options)
    }
    t.equal(printOptions({ origin: '*', maxAge: false, methods: ['GET'] }), "{\n  origin: '*',\n  maxAge: false,\n  methods: ['GET']\n}")
    t.end()
  })
})

test('a wrong list of origins is the error of the plugin', async t => {
  await t.rejects(buildApi(cors, { origin: `${ALLOWED}/` }), { name: 'CorsOptionsError', message: `write "${ALLOWED}"` })
})

/** The example beside a package that holds the plugin: `dist` need not be there. */
function install (t: Test): string {
  const dir = t.testdir()
  const lib = join(root, 'lib')
  // A package.json without the project's name, or Node would take the project itself for the package.
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }')
  cpSync(join(root, 'examples/basic'), join(dir, 'basic'), { recursive: true })
  const plugin = join(dir, 'node_modules/fastify-cors-policy')
  for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(name => /\.c?ts$/.test(name))) {
    // Each as what its own name says: .cts is CommonJS.
    const module = file.endsWith('.cts') ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext
    const { outputText } = ts.transpileModule(readFileSync(join(lib, file), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module, verbatimModuleSyntax: true }
    })
    const target = join(plugin, file.replace(/ts$/, 'js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, outputText)
  }
  writeFileSync(join(plugin, 'package.json'), '{ "name": "fastify-cors-policy", "type": "module", "exports": "./index.js" }')
  return join(dir, 'basic/demo.js')
}

test('demo.js', async t => {
  const file = install(t)

  function run (t: Test, env: Record<string, string>) {
    const { ALLOWED_ORIGINS: _, NODE_OPTIONS: __, ...inherited } = process.env
    const child = spawn(process.execPath, [file], { env: { ...inherited, API_PORT: '0', PAGE_PORT: '0', REFUSED_PORT: '0', ...env } })
    t.teardown(() => { child.kill('SIGKILL') })
    let output = ''
    let errors = ''
    child.stdout.on('data', chunk => { output += String(chunk) })
    child.stderr.on('data', chunk => { errors += String(chunk) })
    const closed = once(child, 'close')
    return {
      child,
      started: async () => {
        while (!output.includes('curl')) await Promise.race([once(child.stdout, 'data'), closed.then(() => { throw new Error(errors) })])
        return output
      },
      ended: async () => {
        const [code, signal] = await closed as [number | null, string | null]
        return { code, signal, output, errors }
      }
    }
  }

  await t.test('prints where to look and what to try, and ends cleanly on SIGINT, with a connection still open', async t => {
    const { child, started, ended } = run(t, {})
    const output = await started()
    const [api, page, other] = ['API', 'Page', 'Same page'].map(label => new RegExp(`^${label} +(http://localhost:\\d+)`, 'm').exec(output)?.[1] as string)
    t.equal(output.match(/^\d\. /gm)?.length, 3, 'three things to try')

    // Node's fetch keeps its connections open.
    t.same(await (await fetch(`${page}/settings.json`)).json(), {
      api, pages: [page, other], setup: { options: `{"origin":"${page}","credentials":true,"maxAge":0}`, authentication: 'none' }
    })
    for (const [origin, allowOrigin] of [[page, page], [other, null]] as const) {
      const response = await fetch(`${api}/notes`, { headers: { origin: origin as string } })
      t.equal(response.headers.get('access-control-allow-origin'), allowOrigin)
      await response.text()
    }

    child.kill('SIGINT')
    t.match(await ended(), { code: 0, signal: null, errors: '' })
  })

  await t.test('takes the origins from ALLOWED_ORIGINS, and ends cleanly on SIGTERM', async t => {
    const { child, started, ended } = run(t, { ALLOWED_ORIGINS: 'https://a.example, https://b.example' })
    const api = /^API +([^,]+),/m.exec(await started())?.[1] as string
    const response = await fetch(`${api}/notes`, { headers: { origin: 'https://b.example' } })
    t.equal(response.headers.get('access-control-allow-origin'), 'https://b.example')
    child.kill('SIGTERM')
    t.match(await ended(), { code: 0, signal: null, errors: '' })
  })

  await t.test('says what has to be corrected, without a stack, and exits with 1', async t => {
    const server = createServer().listen(0, 'localhost')
    await once(server, 'listening')
    t.teardown(() => { server.close() })
    const { port } = server.address() as AddressInfo
    const mistakes: Array<[Record<string, string>, RegExp]> = [
      [{ ALLOWED_ORIGINS: '*' }, /^Invalid CORS options:\n {2}\/origin: '\*' with credentials: true .*\n$/],
      [{ ALLOWED_ORIGINS: '' }, /^Invalid CORS options:\n {2}\/origin: .* empty.*\n$/],
      [{ API_PORT: String(port) }, new RegExp(`^Port ${port} is already taken\\. Choose another: API_PORT=… npm run demo\n$`)],
      [{ PAGE_PORT: 'many' }, /^Port many cannot be used \(ERR_SOCKET_BAD_PORT\)\. Choose another: PAGE_PORT=… npm run demo\n$/]
    ]
    const ends = await Promise.all(mistakes.map(([env]) => run(t, env).ended()))
    for (const [index, [env, errors]] of mistakes.entries()) {
      t.match(ends[index], { code: 1, output: '', errors }, JSON.stringify(env))
    }
  })
})
