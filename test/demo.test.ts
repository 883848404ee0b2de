import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { test, type Test } from 'tap'
import ts from 'typescript'
import cors from '../lib/index.js'

interface PageRequest {
  title: string
  path: string
  init?: { method?: 'GET' | 'POST' | 'PUT' | 'DELETE', headers?: Record<string, string>, body?: string, credentials?: 'omit' | 'include' }
  preflight?: true
  read?: string
  blocked?: string
}

interface Settings { api: string, pages: string[], allowedOrigins: string }

const root = fileURLToPath(new URL('..', import.meta.url))
// The example is plain JavaScript: a computed specifier keeps the compiler from looking for its declarations.
const example = (file: string): Promise<unknown> => import(new URL(`../examples/basic/${file}`, import.meta.url).href)
const { buildApi } = await example('api.js') as { buildApi: (plugin: typeof cors, options: { origin: string }) => Promise<FastifyInstance> }
const { buildPage } = await example('page.js') as { buildPage: (settings: () => Settings) => FastifyInstance }
const { requests } = await example('public/requests.js') as { requests: PageRequest[] }

const ALLOWED = 'http://localhost:5173'
const REFUSED = 'http://localhost:5174'

const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST']

/** https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names, for the headers of the page. */
function unsafeHeaders ({ init }: PageRequest): string[] {
  return Object.entries(init?.headers ?? {})
    .filter(([name, value]) => name !== 'Content-Type' || value !== 'text/plain')
    .map(([name]) => name.toLowerCase())
}

function names (header: unknown): string[] {
  return typeof header === 'string' ? header.split(',').map(name => name.trim()) : []
}

/** https://fetch.spec.whatwg.org/#cors-check */
function passes (headers: Record<string, unknown>, origin: string, { init }: PageRequest): boolean {
  const allowed = headers['access-control-allow-origin']
  if (init?.credentials !== 'include') return allowed === '*' || allowed === origin
  return allowed === origin && headers['access-control-allow-credentials'] === 'true'
}

/** What a page on an origin gets: the answer's status, or where the browser stopped. */
async function browse (api: FastifyInstance, request: PageRequest, origin: string): Promise<number | 'not sent' | 'not read'> {
  const { path, init: { method = 'GET', headers = {}, body } = {} } = request
  const unsafe = unsafeHeaders(request)
  if (!SAFELISTED_METHODS.includes(method) || unsafe.length > 0) {
    const preflight = await api.inject({
      method: 'OPTIONS',
      url: path,
      headers: {
        origin,
        'access-control-request-method': method,
        ...(unsafe.length > 0 ? { 'access-control-request-headers': unsafe.join(',') } : {})
      }
    })
    const methods = [...SAFELISTED_METHODS, ...names(preflight.headers['access-control-allow-methods'])]
    const allowed = names(preflight.headers['access-control-allow-headers'])
    const grants = preflight.statusCode < 300 && passes(preflight.headers, origin, request) &&
      methods.includes(method) && unsafe.every(name => allowed.includes(name))
    if (!grants) return 'not sent'
  }
  const response = await api.inject({ method, url: path, headers: { ...headers, origin }, ...(body === undefined ? {} : { payload: body }) })
  return passes(response.headers, origin, request) ? response.statusCode : 'not read'
}

test('the API answers the requests of the page as the page says', async t => {
  const expected: Record<string, { allowed: number | 'not sent', refused: number | 'not sent' | 'not read' }> = {
    'Simple GET': { allowed: 200, refused: 'not read' },
    'GET without credentials': { allowed: 200, refused: 'not read' },
    'GET with credentials': { allowed: 200, refused: 'not read' },
    'Plain text POST': { allowed: 201, refused: 'not read' },
    'JSON POST': { allowed: 201, refused: 'not sent' },
    'PUT with credentials': { allowed: 200, refused: 'not sent' },
    DELETE: { allowed: 204, refused: 'not sent' },
    'GET with a header that is not allowed': { allowed: 'not sent', refused: 'not sent' },
    'GET of a public route': { allowed: 200, refused: 200 }
  }
  const api = await buildApi(cors, { origin: ALLOWED })
  const actual: typeof expected = {}
  for (const request of requests) {
    const allowed = await browse(api, request, ALLOWED)
    const refused = await browse(api, request, REFUSED)
    actual[request.title] = { allowed: allowed as number, refused }
    const outcomes = [allowed, refused].map(outcome => typeof outcome === 'number' ? 'read' : 'blocked')
    t.same(new Set(outcomes), new Set((['read', 'blocked'] as const).filter(outcome => request[outcome] !== undefined)),
      `${request.title}: the page has a reason for each outcome that occurs, and for no other`)
    t.equal(request.preflight ?? false, !SAFELISTED_METHODS.includes(request.init?.method ?? 'GET') || unsafeHeaders(request).length > 0,
      `${request.title}: the page says whether the browser asks first`)
    if (request.blocked?.includes('403') === true) {
      const preflight = await api.inject({ method: 'OPTIONS', url: request.path, headers: { origin: REFUSED, 'access-control-request-method': 'PUT' } })
      t.equal(preflight.statusCode, 403, `${request.title}: a refused origin's preflight gets the 403 that the page tells of`)
    }
  }
  t.same(actual, expected)
})

test('a refused plain text POST is carried out, a refused JSON POST, PUT or DELETE is not', async t => {
  const api = await buildApi(cors, { origin: ALLOWED })
  for (const request of requests) await browse(api, request, REFUSED)
  t.same((await api.inject('/notes')).json(), [{ id: '1', text: 'Sent as a form could' }])
})

test('an allowed page writes, replaces and deletes notes, of which the API keeps the last five', async t => {
  const api = await buildApi(cors, { origin: ALLOWED })
  const ids = async (): Promise<string[]> => (await api.inject('/notes')).json<Array<{ id: string }>>().map(({ id }) => id)
  for (let i = 0; i < 6; i++) await api.inject({ method: 'POST', url: '/notes', payload: { text: `note ${i}` } })
  t.same(await ids(), ['2', '3', '4', '5', '6'])
  t.same((await api.inject({ method: 'PUT', url: '/notes/3', payload: { text: 'new' } })).json(), { id: '3', text: 'new' })
  t.equal((await api.inject({ method: 'DELETE', url: '/notes/2' })).statusCode, 204)
  t.same(await ids(), ['3', '4', '5', '6'])
})

test('the count of visits goes up with the cookie only', async t => {
  const api = await buildApi(cors, { origin: ALLOWED })
  const first = await api.inject('/visits')
  t.same(first.json(), { visits: 1 })
  t.same((await api.inject('/visits')).json(), { visits: 1 })
  const cookie = String(first.headers['set-cookie']).split(';')[0] as string
  t.same((await api.inject({ url: '/visits', headers: { cookie } })).json(), { visits: 2 })
})

test('a wrong list of origins is the error of the plugin', async t => {
  await t.rejects(buildApi(cors, { origin: `${ALLOWED}/` }), { name: 'CorsOptionsError', message: `write "${ALLOWED}"` })
})

test('the page comes with all that it refers to, and with the settings', async t => {
  const settings = { api: 'http://localhost:3000', pages: [ALLOWED, REFUSED], allowedOrigins: ALLOWED }
  const page = buildPage(() => settings)
  const html = await page.inject('/')
  t.match(html.headers['content-type'], 'text/html')
  const files = [...html.body.matchAll(/(?:src|href)="([\w.]+)"/g)].map(([, file]) => file as string)
  t.same(files, ['style.css', 'main.js'])
  for (const file of [...files, 'requests.js']) t.equal((await page.inject(`/${file}`)).statusCode, 200, file)
  t.same((await page.inject('/settings.json')).json(), settings)
})

/** The example beside a package that holds the plugin: `dist` need not be there. */
function install (t: Test): string {
  const dir = t.testdir()
  const lib = join(root, 'lib')
  // A package.json without the project's name, or Node would take the project itself for the package.
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }')
  cpSync(join(root, 'examples/basic'), join(dir, 'basic'), { recursive: true })
  const plugin = join(dir, 'node_modules/fastify-cors-policy')
  for (const file of readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))) {
    const { outputText } = ts.transpileModule(readFileSync(join(lib, file), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }
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
    const settings = await (await fetch(`${page}/settings.json`)).json() as Settings
    t.same(settings, { api, pages: [page, other], allowedOrigins: page })
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
