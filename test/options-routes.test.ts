import { connect } from 'node:http2'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { preflight } from './support/cors-headers.js'

const APP = 'https://app.example.com'

t.test('hideOptionsRoute keeps the plugin\'s routes out of @fastify/swagger, and only those', async t => {
  for (const [hideOptionsRoute, expected] of [
    [undefined, { '/a': ['get', 'options'], '/api/b': ['put'] }],
    [false, { '/a': ['get', 'options'], '/api/b': ['options', 'put'] }]
  ] as const) {
    const app = Fastify()
    await app.register(swagger)
    await app.register(corsPlugin, { origin: APP, ...(hideOptionsRoute === undefined ? {} : { hideOptionsRoute }) })
    app.get('/a', async () => 'a')
    app.options('/a', async () => 'a')
    app.register(async child => {
      await child.register(corsPlugin, { origin: APP, ...(hideOptionsRoute === undefined ? {} : { hideOptionsRoute }) })
      child.put('/b', async () => 'b')
    }, { prefix: '/api' })
    await app.ready()
    const paths = Object.entries(app.swagger().paths ?? {}).map(([url, item]) => [url, Object.keys(item as object).sort()])
    t.strictSame(Object.fromEntries(paths), expected, String(hideOptionsRoute))
    await app.close()
  }
})

t.test('logLevel is that of the OPTIONS routes', async t => {
  for (const [logLevel, expected] of [['silent', 0], [undefined, 2]] as Array<[CorsOptions['logLevel'], number]>) {
    const lines: string[] = []
    const app = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } })
    await app.register(corsPlugin, { origin: APP, ...(logLevel === undefined ? {} : { logLevel }) })
    app.get('/', async () => 'a')
    await app.inject({ method: 'OPTIONS', url: '/', headers: preflight(APP, 'GET') })
    t.equal(lines.length, expected, String(logLevel))
    await app.inject({ url: '/' })
    t.equal(lines.length, expected + 2, 'requests are logged as ever')
    await app.close()
  }
})

t.test('the plugin adds nothing to printRoutes but OPTIONS routes under its constraint', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP })
  app.get('/a', async () => 'a')
  await app.ready()
  t.equal(app.printRoutes(), '└── /\n    └── a (OPTIONS) {"corsPolicy":0}\n        a (GET, HEAD)\n')
})

t.test('HTTP/2, with host constraints', async t => {
  const app = Fastify({ http2: true })
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP, rawHeaders: true })
  app.get('/a', async () => 'a')
  app.put('/a', { constraints: { host: 'one.example' } }, async () => 'a')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const client = connect(app.listeningOrigin)
  t.teardown(() => { client.close() })
  const ask = async (headers: Record<string, string>): Promise<Record<string, unknown>> => await new Promise((resolve, reject) => {
    const stream = client.request({ ':path': '/a', ...headers })
    stream.on('response', resolve).on('error', reject).resume().end()
  })
  const answer = await ask({ ':method': 'OPTIONS', ':authority': 'one.example', ...preflight(APP, 'PUT') })
  t.match(answer, { ':status': 204, 'access-control-allow-origin': APP, 'access-control-allow-methods': 'GET, HEAD, PUT' })
  t.match(await ask({ ':method': 'GET', origin: APP }), { ':status': 200, 'access-control-allow-origin': APP, vary: 'Origin' })
})
