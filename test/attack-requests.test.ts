import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { attackedConfigurations } from './fixtures/attack-origins.js'
import { rightfulConfigurations } from './fixtures/rightful-origins.js'
import { corsHeaders, preflight, type CorsHeaders } from './support/cors-headers.js'
import { showText } from './support/show-text.js'

async function build (options: CorsOptions): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(corsPlugin, options)
  app.get('/', async () => 'a')
  return app
}

for (const { kind, options, attacks } of attackedConfigurations) {
  t.test(`${kind}: a refused origin learns nothing but Vary, and its preflight gets 403`, async t => {
    const app = await build(options)
    t.teardown(async () => { await app.close() })
    const isNone = options.origin === false
    const vary: CorsHeaders = isNone ? {} : { vary: 'Origin' }
    const preflightVary: CorsHeaders = isNone ? {} : { vary: 'Origin, Access-Control-Request-Method' }
    // A sample: every seventh, so that all groups of rows have a part in it.
    const sample = attacks.filter((_, index) => index % 7 === 0)
    t.ok(sample.length > 40)
    const refusal = { actual: [200, vary], asked: [isNone ? 404 : 403, preflightVary] }
    for (const [origin, why] of sample) {
      const actual = await app.inject({ url: '/', headers: { origin } })
      const asked = await app.inject({ method: 'OPTIONS', url: '/', headers: preflight(origin, 'GET') })
      const answer = { actual: [actual.statusCode, corsHeaders(actual)], asked: [asked.statusCode, corsHeaders(asked)] }
      if (!isDeepStrictEqual(answer, refusal)) t.strictSame(answer, refusal, `${showText(origin)}: ${why}`)
    }
  })
}

for (const { kind, options, origins } of rightfulConfigurations) {
  t.test(`${kind}: what is odd but rightful gets its headers`, async t => {
    for (const [origin, why] of origins.filter((_, index) => index % 5 === 0)) {
      const app = await build(options(origin))
      const response = await app.inject({ url: '/', headers: { origin } })
      t.equal(response.headers['access-control-allow-origin'], options(origin).origin === '*' ? '*' : origin, `${showText(origin)}: ${why}`)
      await app.close()
    }
  })
}

interface RawResponse {
  readonly status: number
  readonly text: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

/** Sends bytes that no client library would, one character of `text` a byte, and reads all that comes back. */
async function send (port: number, text: string): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => { chunks.push(chunk) })
  // A server that gives up on a request may do so with a reset.
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(Buffer.from(text, 'latin1'))
  await closed
  const answer = Buffer.concat(chunks).toString('latin1')
  const [head = ''] = answer.split('\r\n\r\n')
  const [statusLine = '', ...fields] = head.split('\r\n')
  return {
    status: Number(statusLine.split(' ')[1]),
    text: answer,
    headers: fields.map(field => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()])
  }
}

function request (...fields: string[]): string {
  return ['GET / HTTP/1.1', 'Host: api.example', ...fields, 'Connection: close', '', ''].join('\r\n')
}

function preflightRequest (...fields: string[]): string {
  return ['OPTIONS / HTTP/1.1', 'Host: api.example', 'Access-Control-Request-Method: GET', ...fields, 'Connection: close', '', ''].join('\r\n')
}

/** What a response says about CORS, every field line of it. */
function corsFields ({ headers }: RawResponse): ReadonlyArray<readonly [name: string, value: string]> {
  return headers.filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
}

const APP = 'https://app.example.com'
const GRANTED = [['vary', 'Origin'], ['access-control-allow-origin', APP], ['access-control-allow-credentials', 'true']]

/** Policies that allow APP, and would allow whatever is near it if they were careless. */
const onTheWire: Array<[kind: string, origin: CorsOptions['origin']]> = [
  ['an exact origin', [APP]],
  ['a pattern', ['https://*.example.com']],
  ['a RegExp', /https:\/\/app\.example\.com/m],
  ['a function', origin => origin.includes('app.example.com')]
]

for (const [kind, origin] of onTheWire) {
  t.test(`${kind}, over a socket`, async t => {
    const app = await build({ origin, credentials: true, allowedHeaders: '*', methods: '*' })
    await app.listen({ port: 0, host: '127.0.0.1' })
    t.teardown(async () => { await app.close() })
    const { port } = app.server.address() as AddressInfo

    await t.test('white space around a field value is not part of it (RFC 9110 §5.5), and names have no case', async t => {
      for (const field of [`Origin: ${APP}`, `origin:${APP}`, `ORIGIN:\t ${APP}`, `Origin: ${APP} `, `Origin: ${APP}\t\t`, `oRiGiN:  ${APP}  `]) {
        const response = await send(port, request(field))
        t.strictSame([response.status, corsFields(response)], [200, GRANTED], showText(field))
      }
    })

    await t.test('a byte that an origin does not have is refused, by Node or by the policy', async t => {
      const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
        // A line end is the next test's; white space at the ends is the test's before.
        .filter(byte => !'\r\n'.includes(byte))
      const texts = bytes.flatMap(byte => [
        // A letter gives another scheme, digits, - and _ another label, a dot a trailing dot: well-formed, and in the tables.
        ...('\t '.includes(byte) || /[a-z]/.test(byte) ? [] : [`${byte}${APP}`]),
        ...('\t '.includes(byte) || /[a-z0-9_.-]/.test(byte) ? [] : [`${APP}${byte}`]),
        ...(/[a-z0-9_-]/.test(byte) ? [] : [`https://app${byte}.example.com`, `https://evil.example${byte}.app.example.com`])
      ])
      const asked = await Promise.all(texts.map(async text => [text, await send(port, request(`Origin: ${text}`))] as const))
      const wrong = asked.filter(([, response]) => ![200, 400].includes(response.status) || corsFields(response).some(([name]) => name !== 'vary'))
      t.strictSame(wrong.map(([text]) => showText(text)), [])
      t.ok(asked.some(([, { status }]) => status === 200) && asked.some(([, { status }]) => status === 400))
    })

    await t.test('no line end gets from a request into a response', async t => {
      for (const end of ['\r\n', '\n', '\r', '\r\n ', '\n ', '\r\n\t', '\r\r\n', '\n\r', '\x0b', '\x0c', '\x85', '\u0000', '\r\n \r\n ']) {
        for (const text of [`${APP}${end}X-Evil: 1`, `${APP}${end}Access-Control-Allow-Origin: https://evil.example`, `https://evil.example${end}${APP}`, `${APP}${end}.evil.example`]) {
          for (const make of [request, preflightRequest]) {
            const response = await send(port, make(`Origin: ${text}`))
            const names = response.headers.map(([name]) => name)
            const allowed = response.headers.filter(([name]) => name === 'access-control-allow-origin')
            // What is left of a line end is a request with this Origin, and another field.
            t.ok(allowed.length === 0 || (allowed.length === 1 && allowed[0]?.[1] === APP && /^(\r\n|\n)[^ \t]/.test(`${end}X`)), `${response.status} ${showText(text)}`)
            t.notOk(names.includes('x-evil') || response.text.includes('evil'), `nothing of it comes back: ${showText(text)}`)
          }
        }
      }
    })

    await t.test('several Origin fields are no origin, whatever their order', async t => {
      const EVIL = 'https://evil.example'
      for (const fields of [[APP, EVIL], [EVIL, APP], [APP, APP], [APP, 'null'], ['null', APP], [APP, ''], ['', APP], [EVIL, APP, EVIL], [APP, APP, APP]]) {
        const response = await send(port, request(...fields.map(field => `Origin: ${field}`)))
        t.strictSame(corsFields(response), [['vary', 'Origin']], fields.join(' + '))
        const asked = await send(port, preflightRequest(...fields.map((field, index) => `${index % 2 === 0 ? 'Origin' : 'ORIGIN'}: ${field}`)))
        t.strictSame([asked.status, corsFields(asked).map(([name]) => name)], [403, ['vary']], `preflight: ${fields.join(' + ')}`)
      }
    })

    await t.test('a field that only looks like Origin is none', async t => {
      for (const field of [`Origin : ${APP}`, ` Origin: ${APP}`, `\tOrigin: ${APP}`, `Origin\0: ${APP}`, `Origin\x0b: ${APP}`, `X-Origin: ${APP}`, `Origin-: ${APP}`, `Sec-Origin: ${APP}`, `Or\u00efgin: ${APP}`, `Origin=${APP}`, `Referer: ${APP}`, `Host: ${APP}`]) {
        const response = await send(port, request(field))
        t.strictSame(corsFields(response).filter(([name]) => name !== 'vary'), [], `${response.status} ${showText(field)}`)
      }
      const trailer = `POST / HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: chunked\r\nTrailer: Origin\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\nOrigin: ${APP}\r\n\r\n`
      t.strictSame(corsFields(await send(port, trailer)), [['vary', 'Origin']], 'a trailer')
    })

    await t.test('an over-long Origin is refused, and one that Node does not read is not answered with CORS', async t => {
      for (const length of [300, 1000, 4096, 8192, 16_000, 20_000]) {
        for (const text of [`${APP}${'/'.repeat(length)}`, `https://${'a'.repeat(length)}.app.example.com`, `${'a'.repeat(length)}`, `${APP},`.repeat(Math.ceil(length / APP.length))]) {
          const response = await send(port, request(`Origin: ${text}`))
          t.ok([200, 431].includes(response.status), `${response.status} ${showText(text)}`)
          t.strictSame(corsFields(response).filter(([name]) => name !== 'vary'), [], showText(text))
        }
      }
    })
  })
}
