import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyReply } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { corsHeaders } from './support/cors-headers.js'

const APP = 'https://app.example.com'

/** A response as it is on the wire: repeated fields stay apart in `raw`. */
interface OnTheWire { headers: IncomingHttpHeaders, names: string[], body: string }

async function get (url: string, origin: string): Promise<OnTheWire> {
  return await new Promise((resolve, reject) => {
    httpRequest(url, { headers: { origin } }, response => {
      const names = response.rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase())
      text(response).then(body => { resolve({ headers: response.headers, names, body }) }, reject)
    }).on('error', reject).end()
  })
}

const bypasses: Array<[string, (reply: FastifyReply) => unknown]> = [
  ['a hijacked reply', reply => { reply.hijack(); reply.raw.end('a') }],
  ['a hijacked reply with a head of its own', reply => { reply.hijack(); reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }); reply.raw.end('a') }],
  ['a stream piped into the Node response', reply => { reply.hijack(); Readable.from(['a']).pipe(reply.raw) }],
  ['a reply that Fastify sends', reply => reply.send('a')]
]

const policies: Array<[string, CorsOptions, string, Record<string, string>]> = [
  ['an allowed origin', { origin: APP, credentials: true, exposedHeaders: 'X-A' }, APP, { vary: 'Origin', 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'X-A' }],
  ['a refused origin', { origin: APP, credentials: true }, 'https://evil.example', { vary: 'Origin' }],
  ['any origin', { origin: '*' }, APP, { 'access-control-allow-origin': '*' }]
]

for (const rawHeaders of [true, false]) {
  for (const [who, options, origin, expected] of policies) {
    t.test(`replies that bypass Fastify carry the headers for ${who}, each once, rawHeaders being ${String(rawHeaders)}`, async t => {
      const app = Fastify()
      t.teardown(async () => { await app.close() })
      await app.register(corsPlugin, { ...options, rawHeaders })
      for (const [index, [, reply]] of bypasses.entries()) app.get(`/${index}`, (_request, response) => { reply(response) })
      await app.listen({ port: 0, host: '127.0.0.1' })
      for (const [index, [what]] of bypasses.entries()) {
        const { headers, names, body } = await get(`${app.listeningOrigin}/${index}`, origin)
        t.strictSame([body, corsHeaders({ headers })], ['a', expected], what)
        t.equal(new Set(names).size, names.length, `${what}: no field twice`)
      }
    })
  }
}

t.test('handlers find the headers with Fastify, and with rawHeaders on the Node response too', async t => {
  const expected = { vary: 'Origin', 'access-control-allow-origin': APP }
  for (const rawHeaders of [true, false]) {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await app.register(corsPlugin, { origin: APP, rawHeaders })
    app.get('/', async (_request, reply) => ({ raw: reply.raw.getHeaders(), reply: reply.getHeaders() }))
    const found: Record<string, object> = (await app.inject({ url: '/', headers: { origin: APP } })).json()
    t.strictSame(found, { raw: rawHeaders ? expected : {}, reply: expected })
  }
})
