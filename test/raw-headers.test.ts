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

for (const [who, options, origin, expected] of policies) {
  t.test(`with rawHeaders, replies that bypass Fastify carry the headers for ${who}, each once`, async t => {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await app.register(corsPlugin, { ...options, rawHeaders: true })
    for (const [index, [, reply]] of bypasses.entries()) app.get(`/${index}`, (_request, response) => { reply(response) })
    await app.listen({ port: 0, host: '127.0.0.1' })
    for (const [index, [what]] of bypasses.entries()) {
      const { headers, names, body } = await get(`${app.listeningOrigin}/${index}`, origin)
      t.strictSame([body, corsHeaders({ headers })], ['a', expected], what)
      t.equal(new Set(names).size, names.length, `${what}: no field twice`)
    }
  })
}

t.test('without rawHeaders, the headers are with Fastify, for handlers that write their own head', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP })
  app.get('/', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, reply.getHeaders() as Record<string, string>)
    reply.raw.end('a')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.strictSame(corsHeaders(await get(app.listeningOrigin, APP)), { vary: 'Origin', 'access-control-allow-origin': APP })
})
