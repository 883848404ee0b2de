import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { generate } from 'selfsigned'
import t, { type Test } from 'tap'
import { run } from '../lib/cli/main.js'
import type { JsonReport } from '../lib/cli/report.js'
import { failureText } from '../lib/cli/send.js'
import { MAX_LINE_LENGTH } from '../lib/cli/terminal.js'

const APP = 'https://app.example.com'

type Headers = ReadonlyArray<readonly [name: string, value: string]>

/** `{url}` in a header's value becomes the server's own URL, without a slash. */
interface Answer {
  readonly status?: number
  readonly headers?: Headers
}

interface Answers {
  readonly preflight?: Answer
  readonly actual?: Answer
  /** Those of some paths only. */
  readonly at?: Readonly<Record<string, Answer>>
}

interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

const ALLOW_APP = ['Access-Control-Allow-Origin', APP] as const
const ALLOW_ANY = ['Access-Control-Allow-Origin', '*'] as const
const CREDENTIALS = ['Access-Control-Allow-Credentials', 'true'] as const
const PUT = ['--method', 'PUT', '--send'] as const
const ALLOW_PUT = ['Access-Control-Allow-Methods', 'PUT'] as const

async function listen (t: Test, server: Server): Promise<number> {
  t.teardown(() => new Promise(resolve => {
    server.close(resolve)
    server.closeAllConnections()
  }))
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return (server.address() as AddressInfo).port
}

/** A server of any make: it answers as it is told. */
async function serve (t: Test, answers: Answers): Promise<{ url: string, received: Received[] }> {
  const received: Received[] = []
  const server = createHttpServer((request, response) => {
    received.push({ method: String(request.method), url: String(request.url), headers: request.headers })
    const answer = answers.at?.[String(request.url)] ?? (request.method === 'OPTIONS' ? answers.preflight : answers.actual)
    const { status = request.method === 'OPTIONS' ? 204 : 200, headers = [] } = answer ?? {}
    response.writeHead(status, headers.flatMap(([name, value]) => [name, value.replaceAll('{url}', url)]))
    response.end(request.method === 'OPTIONS' ? '' : 'a body that is not read'.repeat(1000))
  })
  const url = `http://127.0.0.1:${await listen(t, server)}`
  return { url, received }
}

interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

async function cli (argv: readonly string[], { isTTY = false, env = {} }: { isTTY?: boolean, env?: Record<string, string> } = {}): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  const status = await run(argv, {
    stdout: { write: text => { stdout += text } },
    stderr: { write: text => { stderr += text } },
    env,
    isTTY,
    version: '1.2.3'
  })
  return { status, stdout, stderr }
}

function explain (url: string, ...options: readonly string[]): Promise<Outcome> {
  const origin = options.includes('--origin') ? [] : ['--origin', APP]
  return cli(['explain', url, ...origin, ...options])
}

async function explainJson (url: string, ...options: readonly string[]): Promise<JsonReport> {
  return JSON.parse((await explain(url, ...options, '--json')).stdout) as JsonReport
}

const LIST_PUT: Answer = { headers: [ALLOW_APP, ALLOW_PUT] }
const GOOD_PUT: Answers = { preflight: LIST_PUT, actual: { headers: [ALLOW_APP] } }
const GOOD: Answers = { actual: { headers: [ALLOW_APP] } }
const GOOD_WITH_CREDENTIALS: Answers = { actual: { headers: [ALLOW_APP, CREDENTIALS] } }

/** A set-up that a browser refuses, what the command line says of it, and the same after the cure. */
interface Broken {
  readonly title: string
  readonly broken: Answers
  readonly options?: readonly string[]
  readonly path?: string
  readonly code: string
  /** A part of the console's line; `undefined`: Chromium has none. */
  readonly console: string | undefined
  readonly server: string
  readonly plugin: string
  readonly cured?: Answers
  /** What the page changes, where the cure is the page's. */
  readonly curedOptions?: readonly string[]
}

const table: Broken[] = [
  {
    title: 'no header at all',
    broken: {},
    code: 'ALLOW_ORIGIN_MISSING',
    console: "No 'Access-Control-Allow-Origin' header is present",
    server: `On every response, send 'Access-Control-Allow-Origin: ${APP}'`,
    plugin: `Write origin: ['${APP}']`,
    cured: GOOD
  },
  {
    title: 'an error without headers',
    broken: { actual: { status: 500 } },
    code: 'ALLOW_ORIGIN_MISSING',
    console: "No 'Access-Control-Allow-Origin' header is present",
    server: 'On errors too (this is a 500)',
    plugin: 'register the plugin in the scope of the route',
    cured: { actual: { status: 500, headers: [ALLOW_APP] } }
  },
  {
    title: 'headers on the preflight only',
    broken: { preflight: LIST_PUT },
    options: PUT,
    code: 'ALLOW_ORIGIN_MISSING',
    console: "policy: No 'Access-Control-Allow-Origin' header is present",
    server: 'On every response',
    plugin: `Write origin: ['${APP}']`,
    cured: GOOD_PUT
  },
  {
    title: 'headers on the actual response only',
    broken: GOOD,
    options: PUT,
    code: 'ALLOW_ORIGIN_MISSING',
    console: "preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin'",
    server: 'On the answer to OPTIONS, send',
    plugin: `Write origin: ['${APP}']`,
    cured: GOOD_PUT
  },
  ...[401, 407].map(status => ({
    title: `authentication that asks preflights too (${status})`,
    broken: { ...GOOD, preflight: { status } },
    options: PUT,
    code: 'ALLOW_ORIGIN_MISSING',
    console: "preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin'",
    server: 'before authentication: preflights carry no credentials; then answer with a status of 200 to 299',
    plugin: 'Register the plugin before the authentication hook',
    cured: GOOD_PUT
  })),
  {
    title: 'a firewall before the server',
    broken: { ...GOOD, preflight: { status: 403 } },
    options: PUT,
    code: 'ALLOW_ORIGIN_MISSING',
    console: 'access control check',
    server: 'CSRF protection and firewall',
    plugin: 'before whatever else answers 403',
    cured: GOOD_PUT
  },
  {
    title: '401 with headers on a preflight',
    broken: { ...GOOD, preflight: { status: 401, headers: [ALLOW_APP, ALLOW_PUT] } },
    options: PUT,
    code: 'PREFLIGHT_STATUS_NOT_OK',
    console: 'It does not have HTTP ok status',
    server: 'before authentication',
    plugin: 'before the authentication hook',
    cured: GOOD_PUT
  },
  ...[404, 405, 501].map(status => ({
    title: `nobody answers OPTIONS (${status})`,
    broken: { ...GOOD, preflight: { status, headers: [ALLOW_APP] } },
    options: PUT,
    code: 'PREFLIGHT_STATUS_NOT_OK',
    console: 'It does not have HTTP ok status',
    server: 'Answer OPTIONS at this URL',
    plugin: 'in the scope of the route',
    cured: GOOD_PUT
  })),
  {
    title: 'a proxy with no server behind it',
    broken: { ...GOOD, preflight: { status: 502, headers: [ALLOW_APP] } },
    options: PUT,
    code: 'PREFLIGHT_STATUS_NOT_OK',
    console: 'It does not have HTTP ok status',
    server: 'for the 502 see the log of the server',
    plugin: 'for the 502 look at hooks',
    cured: GOOD_PUT
  },
  {
    title: 'a preflight that is redirected',
    broken: { ...GOOD, preflight: { status: 308, headers: [ALLOW_APP, ['Location', '{url}/users/']] } },
    options: PUT,
    path: '/users',
    code: 'PREFLIGHT_REDIRECTED',
    console: 'Redirect is not allowed for a preflight request',
    server: 'let the page ask for the URL that it leads to (http://127.0.0.1:',
    plugin: 'Register the plugin before what redirects',
    cured: GOOD_PUT
  },
  {
    title: 'a preflight that is redirected to nowhere',
    broken: { ...GOOD, preflight: { status: 302, headers: [ALLOW_APP] } },
    options: PUT,
    code: 'PREFLIGHT_STATUS_NOT_OK',
    console: 'It does not have HTTP ok status',
    server: 'for the 302 see the log',
    plugin: 'for the 302 look at hooks',
    cured: GOOD_PUT
  },
  {
    title: 'another origin',
    broken: { actual: { headers: [['Access-Control-Allow-Origin', 'https://other.test']] } },
    code: 'ALLOW_ORIGIN_MISMATCH',
    console: "has a value 'https://other.test' that is not equal to the supplied origin",
    server: `Instead of 'https://other.test', send 'Access-Control-Allow-Origin: ${APP}'`,
    plugin: `Write origin: ['${APP}'].`,
    cured: GOOD
  },
  ...([
    ['http://app.example.com', 'it differs in the scheme'],
    ['https://www.app.example.com', 'it differs in the subdomain'],
    ['https://example.com', 'it differs in the subdomain'],
    ['http://app.example.com:8080', "and 'Vary: Origin'."],
    [`${APP}:8443`, 'it differs in the port'],
    [`${APP}/`, 'it differs in how it is written (a slash at the end'],
    ['https://APP.example.com', 'it differs in how it is written'],
    [`${APP}:443`, 'it differs in how it is written'],
    ['null', `Instead of 'null', send 'Access-Control-Allow-Origin: ${APP}' and 'Vary: Origin'.`]
  ] as const).map(([value, server]) => ({
    title: `an origin that is nearly right (${value})`,
    broken: { actual: { headers: [['Access-Control-Allow-Origin', value]] } } satisfies Answers,
    code: 'ALLOW_ORIGIN_MISMATCH',
    console: `has a value '${value}' that is not equal`,
    server,
    plugin: `Write origin: ['${APP}']`,
    cured: GOOD
  })),
  {
    title: 'headers of application and proxy',
    broken: { actual: { headers: [ALLOW_APP, ['access-control-allow-origin', APP]] } },
    code: 'ALLOW_ORIGIN_MULTIPLE',
    console: `contains multiple values '${APP}, ${APP}'`,
    server: 'Send Access-Control-Allow-Origin once: application and proxy',
    plugin: 'take it out of the proxy',
    cured: GOOD
  },
  {
    title: 'a list of origins in one header',
    broken: { actual: { headers: [['Access-Control-Allow-Origin', `${APP} https://other.test`]] } },
    code: 'ALLOW_ORIGIN_MULTIPLE',
    console: 'contains multiple values',
    server: 'send only the one that asks',
    plugin: 'with all allowed origins as items',
    cured: GOOD
  },
  {
    title: 'a host where an origin belongs',
    broken: { actual: { headers: [['Access-Control-Allow-Origin', 'app.example.com']] } },
    code: 'ALLOW_ORIGIN_INVALID',
    console: "contains the invalid value 'app.example.com'",
    server: "Instead of 'app.example.com', send",
    plugin: 'patterns',
    cured: GOOD
  },
  {
    title: 'the wildcard with credentials',
    broken: { actual: { headers: [ALLOW_ANY, CREDENTIALS] } },
    options: ['--credentials'],
    code: 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS',
    console: "must not be the wildcard '*'",
    server: `Instead of *, send 'Access-Control-Allow-Origin: ${APP}', 'Access-Control-Allow-Credentials: true'`,
    plugin: 'credentials: true',
    cured: GOOD_WITH_CREDENTIALS
  },
  {
    title: 'cookies without permission',
    broken: GOOD,
    options: ['--credentials'],
    code: 'ALLOW_CREDENTIALS_NOT_TRUE',
    console: "header in the response is '' which must be 'true'",
    server: "Send 'Access-Control-Allow-Credentials: true', in small letters",
    plugin: 'Write credentials: true',
    cured: GOOD_WITH_CREDENTIALS
  },
  {
    title: 'permission in capitals',
    broken: { actual: { headers: [ALLOW_APP, ['Access-Control-Allow-Credentials', 'True']] } },
    options: ['--credentials'],
    code: 'ALLOW_CREDENTIALS_NOT_TRUE',
    console: "header in the response is 'True' which must be 'true'",
    server: 'in small letters',
    plugin: 'Write credentials: true',
    cured: GOOD_WITH_CREDENTIALS
  },
  {
    title: 'permission of application and proxy',
    broken: { actual: { headers: [ALLOW_APP, CREDENTIALS, CREDENTIALS] } },
    options: ['--credentials'],
    code: 'ALLOW_CREDENTIALS_NOT_TRUE',
    console: "header in the response is 'true, true' which must be 'true'",
    server: "Send 'Access-Control-Allow-Credentials: true' once",
    plugin: 'Write credentials: true',
    cured: GOOD_WITH_CREDENTIALS
  },
  {
    title: 'a method that is not listed',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Methods', 'GET, POST']] } },
    options: PUT,
    code: 'METHOD_NOT_ALLOWED',
    console: 'Method PUT is not allowed',
    server: 'Add PUT to Access-Control-Allow-Methods.',
    plugin: "add 'PUT' to it",
    cured: GOOD_PUT
  },
  {
    title: 'any method, but with credentials',
    broken: { ...GOOD_WITH_CREDENTIALS, preflight: { headers: [ALLOW_APP, CREDENTIALS, ['Access-Control-Allow-Methods', '*']] } },
    options: [...PUT, '--credentials'],
    code: 'METHOD_NOT_ALLOWED',
    console: 'Method PUT is not allowed',
    server: 'Add PUT to Access-Control-Allow-Methods (with credentials, * is a name like any other)',
    plugin: "add 'PUT' to it",
    cured: { ...GOOD_WITH_CREDENTIALS, preflight: { headers: [ALLOW_APP, CREDENTIALS, ALLOW_PUT] } }
  },
  {
    title: 'a method in small letters',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Methods', 'PATCH']] } },
    options: ['--method', 'patch', '--send'],
    code: 'METHOD_NOT_ALLOWED',
    console: 'Method patch is not allowed',
    server: "Write method: 'PATCH' in the page",
    plugin: "Write method: 'PATCH' in the page",
    curedOptions: ['--method', 'PATCH', '--send']
  },
  {
    title: 'methods without commas',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Methods', 'GET PUT']] } },
    options: PUT,
    code: 'ALLOW_METHODS_MALFORMED',
    console: 'Cannot parse Access-Control-Allow-Methods',
    server: "Separate the methods by commas: 'Access-Control-Allow-Methods: GET, PUT'",
    plugin: 'Leave the option methods out',
    cured: GOOD_PUT
  },
  {
    title: 'header names without commas',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', 'X-A X-B']] } },
    options: ['--header', 'X-A: 1'],
    code: 'ALLOW_HEADERS_MALFORMED',
    console: 'Cannot parse Access-Control-Allow-Headers',
    server: 'Separate the header names by commas',
    plugin: 'Write allowedHeaders as a list',
    cured: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', 'X-A, X-B']] } }
  },
  {
    title: 'a JSON body',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP] } },
    options: ['--method', 'POST', '--header', 'content-type: application/json', '--send'],
    code: 'HEADER_NOT_ALLOWED',
    console: 'Request header field content-type is not allowed',
    server: 'Add content-type to Access-Control-Allow-Headers by name.',
    plugin: 'The plugin always allows content-type',
    cured: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', 'Content-Type']] } }
  },
  {
    title: 'Authorization under a wildcard',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', '*']] } },
    options: ['--header', 'Authorization'],
    code: 'HEADER_NOT_ALLOWED',
    console: 'Request header field authorization is not allowed',
    server: 'Add authorization to Access-Control-Allow-Headers by name (* does not cover it)',
    plugin: "Write allowedHeaders: ['authorization']",
    cured: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', 'authorization']] } }
  },
  {
    title: 'several headers',
    broken: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', 'X-B']] } },
    options: ['--header', 'X-A: 1', '--header', 'X-B: 1', '--header', 'Authorization', '--header', 'Content-Type'],
    code: 'HEADER_NOT_ALLOWED',
    console: 'Request header field authorization is not allowed',
    server: 'Add authorization, content-type, x-a to Access-Control-Allow-Headers by name.',
    plugin: "Write allowedHeaders: ['authorization', 'x-a'], beside",
    cured: { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', 'X-B, authorization, content-type, x-a']] } }
  },
  {
    title: 'any header, but with credentials',
    broken: { ...GOOD_WITH_CREDENTIALS, preflight: { headers: [ALLOW_APP, CREDENTIALS, ['Access-Control-Allow-Headers', '*']] } },
    options: ['--header', 'X-A: 1', '--credentials'],
    code: 'HEADER_NOT_ALLOWED',
    console: 'Request header field x-a is not allowed',
    server: '(with credentials, * is a name like any other)',
    plugin: "Write allowedHeaders: ['x-a']",
    cured: { ...GOOD_WITH_CREDENTIALS, preflight: { headers: [ALLOW_APP, CREDENTIALS, ['Access-Control-Allow-Headers', 'x-a']] } }
  },
  {
    title: 'a redirect to a file',
    broken: { actual: { status: 302, headers: [ALLOW_APP, ['Location', 'file:///etc/hosts']] } },
    code: 'REDIRECT_LOCATION_INVALID',
    console: undefined,
    server: "not to 'file:///etc/hosts'",
    plugin: 'no option changes it',
    cured: GOOD
  },
  {
    title: 'a redirect with a password',
    broken: { actual: { status: 302, headers: [ALLOW_APP, ['Location', 'http://user:secret@127.0.0.1/']] } },
    code: 'REDIRECT_WITH_USERINFO',
    console: 'contains a username and password',
    server: 'Redirect to a URL without user name and password',
    plugin: 'no option changes it',
    cured: GOOD
  },
  {
    title: 'redirects in a circle',
    broken: { actual: { status: 302, headers: [ALLOW_APP, ['Location', '{url}/']] } },
    code: 'TOO_MANY_REDIRECTS',
    console: undefined,
    server: 'in a circle',
    plugin: 'no option changes it',
    cured: GOOD
  },
  {
    title: 'a method that no page can use',
    broken: GOOD,
    options: ['--method', 'TRACE', '--send'],
    code: 'METHOD_FORBIDDEN',
    console: undefined,
    server: 'no page can send TRACE',
    plugin: 'route another method',
    curedOptions: ['--method', 'GET']
  }
]

for (const { title, broken, options = [], path = '/', code, console, server, plugin, cured, curedOptions } of table) {
  t.test(`blocked and cured: ${title}`, async t => {
    const { url } = await serve(t, broken)
    const { status, stdout, stderr } = await explain(url + path, ...options)
    t.equal(status, 1, stdout)
    t.equal(stderr, '')
    t.match(stdout, `BLOCKED: ${code}`)
    t.equal(/blocked by CORS policy: (.*)/.exec(stdout)?.[0].includes(console ?? ''), console === undefined ? undefined : true, stdout)
    t.match(/Any server: (.*)/.exec(stdout)?.[0], server)
    t.match(/fastify-cors-policy: (.*)/.exec(stdout)?.[0], plugin)

    const repaired = await serve(t, cured ?? broken)
    const after = await explain(repaired.url + path, ...(curedOptions ?? options))
    t.equal(after.status, 0, after.stdout)
    t.match(after.stdout, 'ALLOWED: the page gets the response')
  })
}

t.test('an origin that a redirect made null is cured by the last URL', async t => {
  for (const headers of [[ALLOW_APP], []] satisfies Headers[]) {
    const last = await serve(t, { actual: { headers } })
    const first = await serve(t, { actual: { status: 302, headers: [ALLOW_APP, ['Location', `${last.url}/last`]] } })
    const { status, stdout } = await explain(first.url)
    t.equal(status, 1)
    t.match(stdout, 'Any server: Let the page ask for the last URL itself')
    t.match(stdout, "'Origin: null'")
    t.equal(last.received[0]?.headers.origin, 'null')
  }
  const { url } = await serve(t, GOOD)
  t.equal((await explain(`${url}/last`)).status, 0)
})

t.test('the page of a custom scheme gets no comparison that would be wrong', async t => {
  for (const allowed of ['https://localhost:8100', 'ionic://localhost']) {
    const { url } = await serve(t, { actual: { headers: [['Access-Control-Allow-Origin', allowed]] } })
    const { status, stdout } = await explain(url, '--origin', 'capacitor://localhost')
    t.equal(status, 1)
    t.match(stdout, "send 'Access-Control-Allow-Origin: capacitor://localhost' and 'Vary: Origin'.\n")
  }
})

t.test('what is sent is what a browser sends', async t => {
  const preflight: Answer = { headers: [ALLOW_APP, CREDENTIALS, ALLOW_PUT, ['Access-Control-Allow-Headers', 'x-a,authorization']] }
  const { url, received } = await serve(t, { preflight, actual: { headers: [ALLOW_APP, CREDENTIALS] } })
  const { status, stdout } = await explain(`${url}/users?a=b#fragment`, ...PUT, '--credentials',
    '-H', 'X-A: 1', '-H', 'x-a: 2', '-H', 'Authorization: Bearer token', '-H', 'Accept-Language: de', '-H', 'Cookie: a=b', '-H', 'cookie: c=d')
  t.equal(status, 0)
  const [asked, sent] = received
  t.equal(received.length, 2)
  t.match(asked, {
    method: 'OPTIONS',
    url: '/users?a=b',
    headers: {
      origin: APP,
      accept: '*/*',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,x-a',
      cookie: undefined,
      authorization: undefined,
      'accept-language': undefined
    }
  })
  t.match(sent, {
    method: 'PUT',
    url: '/users?a=b',
    headers: { origin: APP, 'x-a': '1, 2', authorization: 'Bearer token', 'accept-language': 'de', cookie: 'a=b; c=d', 'content-length': '0' }
  })
  t.match(stdout, 'The Cookie header stands for what the browser has')
})

t.test('a cookie goes to no other host, and nowhere without --credentials', async t => {
  const last = await serve(t, { actual: { headers: [['Access-Control-Allow-Origin', 'null'], CREDENTIALS] } })
  const elsewhere = last.url.replace('127.0.0.1', 'localhost')
  const first = await serve(t, { actual: { status: 302, headers: [ALLOW_APP, CREDENTIALS, ['Location', elsewhere]] } })
  const { status } = await explain(first.url, '--credentials', '--header', 'Cookie: a=b', '--header', 'Accept: text/plain')
  // On a machine where localhost is not this server, nothing arrived there either.
  t.equal(status === 0 ? last.received.length : 1, 1)
  t.equal(first.received[0]?.headers.cookie, 'a=b')
  t.equal(first.received[0]?.headers.accept, 'text/plain')
  t.equal(last.received[0]?.headers.cookie, undefined)

  const without = await serve(t, GOOD)
  const { stdout } = await explain(without.url, '--header', 'Cookie: a=b')
  t.equal(without.received[0]?.headers.cookie, undefined)
  t.match(stdout, 'a browser sends cookies only with --credentials')

  const own = await serve(t, GOOD)
  await explain(own.url, '--origin', own.url, '--header', 'Cookie: a=b')
  t.equal(own.received[0]?.headers.cookie, 'a=b', 'to its own origin a page sends cookies by default')
})

t.test('a method other than GET and HEAD is not sent unasked', async t => {
  t.test('what its preflight allows is allowed, as far as seen', async t => {
    const { url, received } = await serve(t, { preflight: LIST_PUT })
    const { status, stdout, stderr } = await explain(url, '--method', 'put')
    t.equal(status, 0)
    t.match(stdout, 'ALLOWED by the preflight; the actual PUT was not sent (use --send)')
    t.equal(stderr, '')
    t.strictSame(received.map(({ method }) => method), ['OPTIONS'])
    t.match(await explainJson(url, '--method', 'PUT'), { verdict: 'preflight-allowed', failure: null, response: null, reason: null })
  })

  t.test('without a preflight nothing can be told', async t => {
    const { url, received } = await serve(t, GOOD)
    const { status, stdout, stderr } = await explain(url, '--method', 'POST', '--header', 'content-type: text/plain')
    t.equal(status, 2)
    t.match(stdout, 'COULD NOT TELL\n')
    t.equal(stderr, 'fastify-cors-policy: this POST needs no preflight, so that only its own response can tell, and it was not sent; use --send\n')
    t.strictSame(received, [])
  })

  t.test('HEAD is sent', async t => {
    const { url, received } = await serve(t, GOOD)
    t.equal((await explain(url, '--method', 'HEAD')).status, 0)
    t.strictSame(received.map(({ method }) => method), ['HEAD'])
  })
})

t.test('a method keeps its case on the wire', async t => {
  const sockets: string[] = []
  const port = await rawServer(t, socket => {
    socket.once('data', data => {
      sockets.push(String(data).split('\r\n')[0] as string)
      socket.end(`HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: patch\r\n${''}\r\n`)
    })
  })
  t.equal((await explain(`http://127.0.0.1:${port}/`, '--method', 'patch', '--send')).status, 0)
  t.strictSame(sockets, ['OPTIONS / HTTP/1.1', 'patch / HTTP/1.1'])
})

async function rawServer (t: Test, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createTcpServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return (server.address() as AddressInfo).port
}

t.test('no answer is no verdict, and one clear line', async t => {
  const cases: Array<{ title: string, onConnection: (socket: Socket) => void, reason: RegExp, options?: string[] }> = [
    { title: 'silence', onConnection: () => {}, reason: /: no answer within 0\.05 s$/, options: ['--timeout', '0.05'] },
    { title: 'a closed connection', onConnection: socket => socket.destroy(), reason: /: the server closed the connection without an answer$/ },
    { title: 'another protocol', onConnection: socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), reason: /: the answer is not HTTP\/1\.1 \(HPE_INVALID_CONSTANT\)$/ },
    {
      title: 'a head without end',
      onConnection: socket => socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(300 * 1024)}`),
      reason: /: the answer is not HTTP\/1\.1 \(HPE_HEADER_OVERFLOW\)$/
    },
    { title: 'an answer to something else', onConnection: socket => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'), reason: /: the server closed the connection without an answer$/ }
  ]
  for (const { title, onConnection, reason, options = [] } of cases) {
    t.test(title, async t => {
      const url = `http://127.0.0.1:${await rawServer(t, onConnection)}/`
      const { status, stdout, stderr } = await explain(url, ...options)
      t.equal(status, 2)
      t.match(stdout, 'COULD NOT TELL\n')
      t.match(stderr.trimEnd(), reason)
      t.match(stderr, `fastify-cors-policy: GET ${url}: `)
      t.equal(stderr.split('\n').length, 2, 'one line')
    })
  }

  t.test('nobody listens', async t => {
    const { status, stderr } = await explain(`http://127.0.0.1:${await freePort()}/`)
    t.equal(status, 2)
    t.match(stderr, 'connection refused: nothing listens there')
  })

  t.test('nobody listens, as JSON', async t => {
    const { status, stdout, stderr } = await explain(`http://127.0.0.1:${await freePort()}/`, '--json')
    t.equal(status, 2)
    t.match(stderr, 'nothing listens there')
    t.match(JSON.parse(stdout), { verdict: 'unknown', reason: /nothing listens there/, exchanges: [], failure: null, cure: null })
  })

  const texts: Array<[error: { code?: string, message: string }, text: string]> = [
    [{ code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND x' }, 'there is no such host'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: 'wrong version number' }, 'TLS failed there: is it http: that is spoken?'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'x' }, 'the certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID); NODE_EXTRA_CA_CERTS names a file with authorities to trust'],
    [{ code: 'EADDRNOTAVAIL', message: 'connect EADDRNOTAVAIL' }, 'EADDRNOTAVAIL: connect EADDRNOTAVAIL'],
    [{ message: 'something else' }, 'something else']
  ]
  for (const [error, text] of texts) t.equal(failureText(Object.assign(new Error(error.message), error)), text)

  t.test('after a preflight that went well', async t => {
    const { url } = await serve(t, { preflight: LIST_PUT, actual: { status: 302, headers: [ALLOW_APP, ['Location', `http://127.0.0.1:${await freePort()}/`]] } })
    const { status, stdout } = await explain(url, ...PUT)
    t.equal(status, 2)
    t.match(stdout, '✓ Access-Control-Allow-Methods lists PUT')
  })
})

async function freePort (): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => { server.close(resolve) })
  return port
}

t.test('a certificate that is not trusted is no verdict, and TLS is spoken', async t => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
  const server = createHttpsServer({ key, cert }, (_request, response) => response.end())
  const url = `https://127.0.0.1:${await listen(t, server as unknown as Server)}/`
  const { status, stderr } = await explain(url)
  t.equal(status, 2)
  t.match(stderr, /the certificate is not trusted \([A-Z_]+\); NODE_EXTRA_CA_CERTS names a file/)

  const plain = await serve(t, GOOD)
  t.match((await explain(plain.url.replace('http:', 'https:'))).stderr, 'TLS failed there: is it http: that is spoken?')
})

t.test('what is nobody’s answer but a mistake of the program is thrown', async t => {
  const { explainUrl } = await import('../lib/cli/explain-url.js')
  const { url } = await serve(t, GOOD)
  await t.rejects(explainUrl({
    name: 'explain', request: { url, origin: url }, cookie: 'a\nb', send: false, engine: undefined, timeout: 5, json: false, notes: []
  }), { code: 'ERR_INVALID_CHAR' })
  await t.rejects(run(['--version'], {
    stdout: { write () { throw new RangeError('full') } }, stderr: { write () {} }, env: {}, isTTY: false, version: ''
  }), RangeError)
})

t.test('an engine’s departure from the standard is named, and counts when asked for', async t => {
  const { url } = await serve(t, { ...GOOD, preflight: { headers: [ALLOW_APP, ['Access-Control-Allow-Headers', '*']] } })
  const authorization = ['--header', 'Authorization: Bearer token']
  const standard = await explainJson(url, ...authorization)
  t.equal(standard.verdict, 'blocked')
  t.match(standard.notes, [/compare with --engine chromium, --engine gecko, --engine webkit$/])
  for (const engine of ['chromium', 'Chrome', 'edge', 'gecko', 'firefox', 'webkit', 'safari']) {
    const { verdict, notes } = await explainJson(url, ...authorization, '--engine', engine)
    t.equal(verdict, 'allowed', engine)
    t.strictSame(notes, [])
  }
  t.match((await explainJson(url)).notes, [], 'no note where all agree')
})

t.test('an http: URL under an https: page is mixed content, loopback excepted', async t => {
  const { url } = await serve(t, GOOD)
  t.strictSame((await explainJson(url)).notes, [])
  const { explainUrl } = await import('../lib/cli/explain-url.js')
  // 0.0.0.0 reaches this machine, and is no loopback address to the standard.
  const insecure = `${url.replace('127.0.0.1', '0.0.0.0')}/`
  const explain = async (origin: string): Promise<readonly string[]> => (await explainUrl({
    name: 'explain', request: { url: insecure, origin }, cookie: undefined, send: false, engine: undefined, timeout: 5, json: false, notes: []
  })).notes
  t.strictSame(await explain(APP), [`Whatever CORS allows, browsers block ${insecure} as mixed content: the page is https:, the URL is not`])
  t.strictSame(await explain('http://app.example.com'), [])
})

t.test('--json is one document with every property', async t => {
  const { url } = await serve(t, { actual: { status: 201, headers: [ALLOW_APP, ['X-Secret', '1'], ['Content-Type', 'text/plain'], ['Set-Cookie', 'a=b'], ['Set-Cookie', 'c=d']] } })
  const allowed = await explain(`${url}/`, '--json', '--header', 'Accept: text/plain')
  t.equal(allowed.status, 0)
  t.equal(allowed.stderr, '')
  const report = JSON.parse(allowed.stdout) as JsonReport
  const { exchanges, ...rest } = report
  t.strictSame(rest, {
    verdict: 'allowed',
    request: { url: `${url}/`, origin: APP, method: 'GET', headers: [['Accept', 'text/plain']], credentials: 'same-origin' },
    steps: [
      { section: '#main-fetch', passed: true, text: 'GET with these headers needs no preflight' },
      { section: '#cors-check', passed: true, text: `Access-Control-Allow-Origin is the request's origin '${APP}'` }
    ],
    failure: null,
    consoleText: null,
    cure: null,
    response: { status: 201, headers: [['Content-Type', 'text/plain']] },
    reason: null,
    notes: []
  })
  t.equal(exchanges.length, 1)
  t.match(exchanges[0], {
    kind: 'actual', method: 'GET', url: `${url}/`, requestHeaders: [['Accept', 'text/plain'], ['origin', APP]], status: 201
  })
  t.strictSame(exchanges[0]?.responseHeaders.slice(0, 5),
    [ALLOW_APP, ['X-Secret', '1'], ['Content-Type', 'text/plain'], ['Set-Cookie', 'a=b'], ['Set-Cookie', 'c=d']], 'as on the wire')

  const blocked = await explainJson(`${url}/`, '--credentials')
  t.strictSame(Object.keys(blocked), Object.keys(report), 'the same properties in the same order')
  t.match(blocked, {
    verdict: 'blocked',
    request: { credentials: 'include' },
    failure: { code: 'ALLOW_CREDENTIALS_NOT_TRUE', value: '' },
    consoleText: /^Access to fetch at/,
    cure: { server: String, plugin: 'Write credentials: true' },
    response: null,
    reason: null,
    notes: ["No cookie was sent; one can be given with --header 'Cookie: …'"]
  })
})

t.test('what a server sends cannot steer the terminal', async t => {
  const bytes = Buffer.from('https://a\tb\u009b31mc\u0085d\u00ad', 'latin1')
  const port = await rawServer(t, socket => {
    socket.once('data', () => {
      socket.end(Buffer.concat([
        Buffer.from('HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: '), bytes, Buffer.from('\r\n\r\n')
      ]))
    })
  })
  const url = `http://127.0.0.1:${port}/`
  for (const { stdout } of [await explain(url), await explain(url, '--json')]) {
    t.notMatch(stdout, /[^\n\P{Cc}]|\p{Cf}/u)
    t.match(stdout, 'b\\u009b31mc\\u0085d\\u00ad')
  }
  t.equal(new Map((await explainJson(url)).exchanges[0]?.responseHeaders).get('Access-Control-Allow-Origin'), bytes.toString('latin1'),
    'as JSON it is still the same value')

  const long = await serve(t, { actual: { headers: [['Access-Control-Allow-Origin', 'x'.repeat(10 * MAX_LINE_LENGTH)]] } })
  const lines = (await explain(long.url)).stdout.split('\n').map(line => line.length)
  t.equal(Math.max(...lines), MAX_LINE_LENGTH + 1)
})

t.test('the text shows what was exchanged, as far as CORS looks at it', async t => {
  const { url } = await serve(t, { preflight: LIST_PUT, actual: { headers: [['X-Secret', '1'], ['Vary', 'Origin'], ['Content-Type', 'text/plain'], ALLOW_APP] } })
  const { stdout } = await explain(`${url}/`, ...PUT)
  t.equal(stdout, `\
PUT ${url}/ from ${APP}, without credentials
ALLOWED: the page gets the response (200)

Requests
  OPTIONS ${url}/ (preflight)
    > accept: */*
    > origin: ${APP}
    > access-control-request-method: PUT
    < 204
    < Access-Control-Allow-Origin: ${APP}
    < Access-Control-Allow-Methods: PUT
  PUT ${url}/
    > origin: ${APP}
    < 200
    < Vary: Origin
    < Access-Control-Allow-Origin: ${APP}

Steps of https://fetch.spec.whatwg.org
  ✓ PUT with these headers needs a preflight (#main-fetch)
  ✓ Access-Control-Allow-Origin is the request's origin '${APP}' (#cors-check)
  ✓ The preflight's status 204 is an ok status (#cors-preflight-fetch)
  ✓ Access-Control-Allow-Methods lists PUT (#cors-preflight-fetch)
  ✓ Access-Control-Allow-Origin is the request's origin '${APP}' (#cors-check)

Headers that the page can read
  Content-Type
`)
  const bare = await serve(t, GOOD)
  t.match((await explain(bare.url)).stdout, 'Headers that the page can read\n  none\n')
})

t.test('colours are for terminals that want them', async t => {
  const { url } = await serve(t, {})
  const argv = ['explain', url, '--origin', APP]
  const escape = '\u001b['
  t.ok((await cli(argv, { isTTY: true })).stdout.includes(`${escape}31mBLOCKED: ALLOW_ORIGIN_MISSING${escape}0m\n`))
  t.ok((await cli(argv, { isTTY: true, env: { NO_COLOR: '' } })).stdout.includes(escape), 'an empty NO_COLOR is none')
  t.notOk((await cli(argv)).stdout.includes(escape))
  t.notOk((await cli(argv, { isTTY: true, env: { NO_COLOR: '1' } })).stdout.includes(escape))
  t.notOk((await cli(argv, { isTTY: true, env: { TERM: 'dumb' } })).stdout.includes(escape))
  t.notOk((await cli([...argv, '--json'], { isTTY: true })).stdout.includes(escape))
})
