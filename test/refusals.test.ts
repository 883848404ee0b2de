import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions, type InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import type { HeaderList } from '../lib/fetch/header-list.js'
import { corsPlugin, REFUSAL_CHANNEL, type CorsOptions, type Refusal, type RefusalMessage } from '../lib/index.js'
import { rawRequest } from './support/raw-request.js'

const APP = 'https://app.example.com'
const EVIL = 'https://evil.example'

/** What the channel tells until the test ends. */
function listen (t: Test): RefusalMessage[] {
  const messages: RefusalMessage[] = []
  const listener = (message: unknown): void => { messages.push(message as RefusalMessage) }
  subscribe(REFUSAL_CHANNEL, listener)
  t.teardown(() => unsubscribe(REFUSAL_CHANNEL, listener))
  return messages
}

interface LogLine { level: number, msg: string, cors: Refusal }

/** A logger, and the lines about refusals that it writes. */
function loggerAt (level: string): { logger: object, lines: LogLine[], text: string[] } {
  const lines: LogLine[] = []
  const text: string[] = []
  const write = (line: string): void => {
    text.push(line)
    const parsed = JSON.parse(line) as LogLine
    if (parsed.cors !== undefined) lines.push(parsed)
  }
  return { logger: { level, stream: { write } }, lines, text }
}

async function build (t: Test, cors: CorsOptions, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(options)
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, cors)
  app.get('/users', async () => 'users')
  app.put('/users', async () => 'users')
  app.get('/internal', { config: { cors: false } }, async () => 'internal')
  await app.register(async child => {
    await child.register(corsPlugin, { origin: false })
    child.get('/', async () => 'dark')
  }, { prefix: '/dark' })
  return app
}

interface Row {
  title: string
  cors?: CorsOptions
  method?: 'GET' | 'PUT' | 'OPTIONS'
  url?: string
  headers: Record<string, string>
  /** Everything but what the request says itself. */
  expected: Array<Omit<Refusal, 'origin' | 'url'>>
}

function asks (method: string, headers?: string, origin = APP): Pick<Row, 'method' | 'headers'> {
  return {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, ...(headers === undefined ? {} : { 'access-control-request-headers': headers }) }
  }
}

const rows: Row[] = [
  {
    title: 'an origin that is not allowed, actual request',
    headers: { origin: EVIL },
    expected: [{ code: 'ORIGIN_NOT_ALLOWED', message: `Origin "${EVIL}" is not allowed`, hint: `if its pages are yours, add "${EVIL}" to origin`, method: 'GET', preflight: false }]
  },
  {
    title: 'an origin that is not allowed, preflight',
    ...asks('PUT', 'x-id', EVIL),
    expected: [{ code: 'ORIGIN_NOT_ALLOWED', message: `Origin "${EVIL}" is not allowed`, hint: `if its pages are yours, add "${EVIL}" to origin`, method: 'PUT', preflight: true }]
  },
  {
    title: 'a near miss',
    headers: { origin: 'http://app.example.com' },
    expected: [{ code: 'ORIGIN_NOT_ALLOWED', message: 'Origin "http://app.example.com" is not allowed: it has another scheme: "https://app.example.com" is allowed', hint: 'if its pages are yours, add "http://app.example.com" to origin', method: 'GET', preflight: false }]
  },
  {
    title: 'the origin null',
    headers: { origin: 'null' },
    expected: [{ code: 'ORIGIN_NOT_ALLOWED', message: 'Origin "null" is not allowed', hint: 'serve the page from an origin of its own; a sandboxed frame or a file has none that could be listed safely', method: 'GET', preflight: false }]
  },
  {
    title: 'a function that says no',
    cors: { origin: async () => false },
    headers: { origin: EVIL },
    expected: [{ code: 'ORIGIN_NOT_ALLOWED', message: `Origin "${EVIL}" is not allowed`, hint: `the origin function has to answer true for "${EVIL}"`, method: 'GET', preflight: false }]
  },
  {
    title: 'a malformed origin that is near',
    headers: { origin: 'HTTPS://App.example.com:443/' },
    expected: [{ code: 'ORIGIN_MALFORMED', message: `Origin "HTTPS://App.example.com:443/" is not written as browsers send it: "${APP}" is allowed`, hint: `send "${APP}"`, method: 'GET', preflight: false }]
  },
  {
    title: 'a malformed origin that is like nothing',
    headers: { origin: 'nonsense' },
    expected: [{ code: 'ORIGIN_MALFORMED', message: 'Origin "nonsense" is not written as browsers send it, and so is never allowed', hint: 'send the origin of a page: scheme://host[:port], without a path', method: 'GET', preflight: false }]
  },
  {
    title: 'a method that no route has',
    ...asks('DELETE'),
    expected: [{ code: 'METHOD_NOT_ALLOWED', message: 'Method "DELETE" is not allowed: the routes at this URL have GET, HEAD, PUT', hint: 'add a route for "DELETE", or mend the URL', method: 'DELETE', preflight: true }]
  },
  {
    title: 'a method in lower case',
    ...asks('put'),
    expected: [{ code: 'METHOD_NOT_ALLOWED', message: 'Method "put" is not allowed: methods are compared byte by byte, and PUT is', hint: 'write "PUT" in the page\'s fetch()', method: 'put', preflight: true }]
  },
  {
    title: 'a method that the option leaves out',
    cors: { origin: APP, methods: ['PATCH'] },
    ...asks('PUT'),
    expected: [{ code: 'METHOD_NOT_ALLOWED', message: 'Method "PUT" is not allowed: the methods option has PATCH', hint: 'add "PUT" to methods, or leave the option out', method: 'PUT', preflight: true }]
  },
  {
    title: "a method that methods: '*' does not send back",
    cors: { origin: APP, methods: '*' },
    ...asks('TRACE'),
    expected: [{ code: 'METHOD_NOT_ALLOWED', message: 'Method "TRACE" is not allowed: the methods option has none', hint: 'add "TRACE" to methods, or leave the option out', method: 'TRACE', preflight: true }]
  },
  {
    title: 'each header that is not allowed, by its name',
    ...asks('PUT', 'content-type,x-id,authorization'),
    expected: ['x-id', 'authorization'].map(header => ({
      code: 'HEADER_NOT_ALLOWED', message: `Request header "${header}" is not allowed`, hint: `add "${header}" to allowedHeaders`, header, method: 'PUT', preflight: true
    }))
  },
  {
    title: 'method and header',
    ...asks('DELETE', 'x-id'),
    expected: [
      { code: 'METHOD_NOT_ALLOWED', message: 'Method "DELETE" is not allowed: the routes at this URL have GET, HEAD, PUT', hint: 'add a route for "DELETE", or mend the URL', method: 'DELETE', preflight: true },
      { code: 'HEADER_NOT_ALLOWED', message: 'Request header "x-id" is not allowed', hint: 'add "x-id" to allowedHeaders', header: 'x-id', method: 'DELETE', preflight: true }
    ]
  },
  {
    title: 'cookies, where the policy has no credentials',
    headers: { origin: APP, cookie: 'a=b' },
    expected: [{ code: 'CREDENTIALS_NOT_ALLOWED', message: 'The request carries cookies, and the policy has no credentials', hint: "write credentials: true, or leave credentials out of the page's fetch()", method: 'GET', preflight: false }]
  },
  {
    title: 'a route with cors: false',
    url: '/internal',
    headers: { origin: APP },
    expected: [{ code: 'CORS_DISABLED', message: 'CORS is switched off for "GET" "/internal"', hint: 'remove config.cors: false from the route, or origin: false from its scope', method: 'GET', preflight: false }]
  },
  {
    title: 'the preflight of a route with cors: false',
    url: '/internal',
    ...asks('GET', 'x-id'),
    expected: [{ code: 'CORS_DISABLED', message: 'CORS is switched off for "GET" "/internal"', hint: 'remove config.cors: false from the route, or origin: false from its scope', method: 'GET', preflight: true }]
  },
  {
    title: 'a scope with origin: false',
    url: '/dark?a=b',
    headers: { origin: APP },
    expected: [{ code: 'CORS_DISABLED', message: 'CORS is switched off for "GET" "/dark?a=b"', hint: 'remove config.cors: false from the route, or origin: false from its scope', method: 'GET', preflight: false }]
  },
  { title: 'nothing for an allowed origin', headers: { origin: APP }, expected: [] },
  { title: 'nothing for a preflight that is granted', ...asks('PUT', 'content-type'), expected: [] },
  { title: 'nothing for a safelisted method that no route has', ...asks('POST', 'content-type'), expected: [] },
  { title: 'nothing for a request without Origin', headers: { cookie: 'a=b' }, expected: [] },
  { title: 'nothing for cookies with credentials: true', cors: { origin: APP, credentials: true }, headers: { origin: APP, cookie: 'a=b' }, expected: [] },
  { title: 'nothing for a page of the same host', method: 'PUT', headers: { origin: 'https://api.example.com', host: 'api.example.com' }, expected: [] },
  { title: 'nothing for cookies of a page of the same host', cors: { origin: '*' }, method: 'PUT', headers: { origin: 'http://localhost:3000', host: 'localhost:3000', cookie: 'a=b' }, expected: [] },
  { title: 'nothing for what the browser calls same-origin, whatever the host behind a proxy', method: 'PUT', headers: { origin: EVIL, host: 'internal', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, expected: [] },
  { title: 'nothing for a form of another site: no script reads the answer', headers: { origin: EVIL, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, expected: [] },
  { title: 'nothing for a WebSocket', headers: { origin: EVIL, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'websocket' }, expected: [] },
  {
    title: 'the same host under another scheme, which the browser calls same-site',
    headers: { origin: 'http://api.example.com', host: 'api.example.com', 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    expected: [{ code: 'ORIGIN_NOT_ALLOWED', message: 'Origin "http://api.example.com" is not allowed', hint: 'if its pages are yours, add "http://api.example.com" to origin', method: 'GET', preflight: false }]
  }
]

t.test('a refusal is told on the channel and on request.log', async t => {
  for (const { title, cors = { origin: APP }, method = 'GET', url = '/users', headers, expected } of rows) {
    await t.test(title, async t => {
      const messages = listen(t)
      const { logger, lines } = loggerAt('debug')
      const app = await build(t, cors, { logger })
      await app.inject({ method, url, headers })
      const refusals = expected.map(refusal => ({ ...refusal, origin: headers['origin'], url }))
      t.same(messages.map(({ refusal }) => refusal), refusals)
      t.ok(messages.every(({ request }) => request.url === url && request.server.server === app.server), 'with its request')
      t.same(lines.map(line => line.cors), refusals, 'the log has the same')
      t.same(lines.map(({ level, msg }) => [level, msg]), expected.map(({ message, hint }) => [20, `${message} → ${hint}`]))
    })
  }
})

t.test('a preflight that no registration covers is told where a hook of the plugin sees it', async t => {
  const messages = listen(t)
  const app = Fastify()
  app.put('/users', async () => 'users')
  await app.register(async child => {
    await child.register(corsPlugin, { origin: APP })
    child.options('/users', async () => '')
  })
  await app.inject({ method: 'OPTIONS', url: '/users', headers: asks('PUT').headers })
  t.same(messages.map(({ refusal }) => refusal), [{
    code: 'OUTSIDE_SCOPE', message: 'No registration of fastify-cors-policy covers "PUT" "/users"', hint: 'register the plugin in the scope of this route, or in one around it', origin: APP, method: 'PUT', url: '/users', preflight: true
  }])
})

t.test('while nobody listens no reason is looked for', async t => {
  const { logger, lines } = loggerAt('info')
  const app = await build(t, { origin: [/https:\/\/app\.example\.com/] }, { logger })
  await app.ready()
  // Near misses look at what the entries were written as; decisions don't.
  let looked = 0
  const [entry] = app.cors.policy.origin as [RegExp]
  const { source } = entry
  Object.defineProperty(entry, 'source', { get () { looked++; return source } })
  const ask = async (): Promise<unknown> => await app.inject({ url: '/users', headers: { origin: EVIL } })
  await ask()
  t.equal(looked, 0)
  t.strictSame(lines, [])
  const messages = listen(t)
  await ask()
  t.ok(looked > 0, 'the count is one that would have shown it')
  t.equal(messages.length, 1)
  t.strictSame(lines, [], 'the log has its own level')
})

/** What would break a line, steer a terminal, or turn the direction of the text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

t.test('nothing of a request gets into a message unescaped', async t => {
  const attacks = ['\r\nfake line', '\u001b[2J\u001b[31m', '\u009b31m', '\u202egnp.exe', '\u2066', '\u2028', '\u0000', '\u007f', '\u200b', '\ufeff', 'x'.repeat(4000)]
  for (const attack of attacks) {
    await t.test(encodeURIComponent(attack.slice(0, 12)), async t => {
      const messages = listen(t)
      const { logger, lines, text } = loggerAt('debug')
      for (const cors of [{ origin: APP }, { origin: '*' }, { origin: APP, methods: ['GET'] }, { origin: false as const }, { origin: () => false }]) {
        const app = await build(t, cors, { logger })
        for (const headers of [
          { origin: `${APP}${attack}` },
          { origin: attack },
          asks(`P${attack}`).headers,
          asks(attack, undefined, attack).headers,
          asks('PUT', `x-id,${attack}`).headers
        ]) {
          await app.inject({ method: 'access-control-request-method' in headers ? 'OPTIONS' : 'GET', url: '/users', headers })
        }
      }
      t.ok(messages.length >= 10)
      for (const { refusal } of messages) {
        for (const said of [refusal.message, refusal.hint]) {
          if (UNSAFE.test(said) || said.length > 500) t.fail(`unsafe or long: ${JSON.stringify(said)}`)
        }
      }
      t.equal(lines.length, messages.length)
      t.notOk(lines.some(({ msg }) => UNSAFE.test(msg)))
      t.notOk(text.some(line => line.trimEnd().includes('\n')), 'one line each')
    })
  }
})

t.test('nothing of what a socket can send gets into a message unescaped', async t => {
  const messages = listen(t)
  const { logger, lines } = loggerAt('debug')
  const app = await build(t, { origin: APP }, { logger })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const send = async (method: string, target: string, headers: HeaderList): Promise<number> =>
    (await rawRequest(app, method, target, [['host', 'api.example'], ...headers])).status
  // What Node's parser lets through: tabs, and the bytes from 0x80 on, C1's control characters among them.
  t.equal(await send('GET', '/users', [['origin', `${APP}\t\u009b2J\u0085`]]), 200)
  t.equal(await send('OPTIONS', '/users', [['origin', APP], ['access-control-request-method', '\u009b31mPUT']]), 204)
  t.equal(await send('OPTIONS', '/users', [['origin', APP], ['access-control-request-method', 'PUT'], ['access-control-request-headers', 'x-\u009bid']]), 204)
  // What it doesn't.
  t.equal(await send('GET', '/users', [['origin', `${APP}\u001b[2J`]]), 400)
  t.equal(await send('GET', '/users\u001b[2J', [['origin', APP]]), 400)
  t.equal(await send('GET', '/internal?\u009b31m', [['origin', APP]]), 400)
  t.equal(await send('\u009bGET', '/users', [['origin', APP]]), 400)
  t.strictSame(messages.map(({ refusal }) => refusal.code), ['ORIGIN_MALFORMED', 'METHOD_NOT_ALLOWED'])
  t.notOk(messages.some(({ refusal }) => UNSAFE.test(refusal.message + refusal.hint)))
  t.strictSame(messages.map(({ refusal }) => refusal.message.slice(0, 39)), [
    'Origin "https://app.example.com\\t\\u009b',
    'Method "\\u009b31mPUT" is not allowed: t'
  ])
  t.notOk(lines.some(({ msg }) => UNSAFE.test(msg)))
})

t.test('a logger without isLevelEnabled is asked for its level', async t => {
  for (const [level, expected] of [['debug', 1], ['trace', 1], ['info', 0], [undefined, 0]] as const) {
    let told = 0
    const silent = (): void => {}
    const loggerInstance = {
      ...(level === undefined ? {} : { level }),
      info: silent,
      warn: silent,
      error: silent,
      fatal: silent,
      trace: silent,
      silent,
      debug: (facts: { cors?: unknown }) => { if (facts.cors !== undefined) told++ },
      child () { return this }
    } as unknown as FastifyBaseLogger
    const app = await build(t, { origin: APP }, { loggerInstance })
    t.equal((await app.inject({ url: '/users', headers: { origin: EVIL } })).statusCode, 200)
    t.equal(told, expected, String(level))
  }
})

t.test('a subscriber that throws does not break the request', async t => {
  const bad = (): void => { throw new Error('from a subscriber') }
  subscribe(REFUSAL_CHANNEL, bad)
  t.teardown(() => unsubscribe(REFUSAL_CHANNEL, bad))
  const messages = listen(t)
  // Node reports what subscribers throw as uncaught exceptions, after the request has gone on.
  const uncaught = new Promise<unknown>(resolve => process.setUncaughtExceptionCaptureCallback(resolve))
  t.teardown(() => process.setUncaughtExceptionCaptureCallback(null))
  const app = await build(t, { origin: APP })
  const response = await app.inject({ url: '/users', headers: { origin: EVIL } })
  t.equal(response.body, 'users')
  t.match(await uncaught, { message: 'from a subscriber' })
  t.equal(messages.length, 1, 'the others are told')
})

t.test('the example counts refusals by code', async t => {
  const { build: buildExample } = await import('../examples/metrics/server.js' as string) as { build: (cors: typeof corsPlugin) => Promise<FastifyInstance> }
  const app = await buildExample(corsPlugin)
  t.teardown(async () => { await app.close() })
  const ask = async (options: InjectOptions): Promise<unknown> => await app.inject({ url: '/users', ...options })
  await ask({ headers: { origin: EVIL } })
  await ask({ headers: { origin: EVIL } })
  await ask(asks('PUT'))
  await ask({ headers: { origin: APP } })
  t.equal((await app.inject('/metrics')).body, [
    '# TYPE cors_refusals_total counter',
    'cors_refusals_total{code="ORIGIN_NOT_ALLOWED",preflight="false"} 2',
    'cors_refusals_total{code="METHOD_NOT_ALLOWED",preflight="true"} 1',
    ''
  ].join('\n'))
})
