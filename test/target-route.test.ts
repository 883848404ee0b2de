import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import t from 'tap'
import { corsPlugin, CorsOptionsError, type CorsOptions } from '../lib/index.js'
import { corsHeaders, preflight } from './support/cors-headers.js'

const APP = 'https://app.example.com'
const ADMIN = 'https://admin.example.com'
const handler = async (): Promise<string> => 'a'

async function build (declare: (app: FastifyInstance) => unknown, server: FastifyServerOptions = {}, options: CorsOptions = { origin: APP }): Promise<FastifyInstance> {
  const app = Fastify(server)
  await app.register(corsPlugin, options)
  await declare(app)
  await app.ready()
  return app
}

/** What a preflight from an allowed origin is told about methods. */
async function methodsFor (app: FastifyInstance, url: string, method: string, headers: Record<string, string> = {}, origin = APP): Promise<string | undefined> {
  const response = await app.inject({ method: 'OPTIONS', url, headers: { ...preflight(origin, method), ...headers } })
  return response.statusCode === 204 ? response.headers['access-control-allow-methods'] as string : `${response.statusCode}`
}

type Question = readonly [method: string, url: string, expected: string, headers?: Record<string, string>]

const tables: Array<{ title: string, server?: FastifyServerOptions, declare: (app: FastifyInstance) => unknown, questions: readonly Question[] }> = [
  {
    title: 'every way to declare a route counts',
    declare: app => {
      app.get('/a', handler)
      app.route({ method: ['POST', 'PATCH'], url: '/a', handler })
      app.delete('/a', handler)
      app.head('/b', handler)
      app.query('/b', handler)
      app.get('/c', { exposeHeadRoute: false }, handler)
      app.addHttpMethod('PROPFIND')
      app.route({ method: 'PROPFIND', url: '/c', handler })
    },
    questions: [
      ['PATCH', '/a', 'GET, HEAD, POST, PATCH, DELETE'],
      ['QUERY', '/b', 'HEAD, QUERY'],
      ['PROPFIND', '/c', 'GET, PROPFIND']
    ]
  },
  {
    title: 'routes of one URL in several plugins are listed together',
    declare: app => {
      app.register(async child => { child.get('/users/:id', handler) })
      app.register(async child => { child.put('/users/:userId', handler) })
      app.register(async child => { child.delete('/:id', handler) }, { prefix: '/users' })
    },
    questions: [['PUT', '/users/1', 'GET, HEAD, PUT, DELETE'], ['PATCH', '/users/1', 'GET, HEAD, PUT, DELETE']]
  },
  {
    title: 'the target may be a route with another pattern',
    declare: app => {
      app.get('/users/:id', handler)
      app.put('/users/*', handler)
      app.delete('/users/me', handler)
      app.patch('/users/:id(^\\d+$)', handler)
      app.get('/files/:name.:ext', handler)
      app.post('/*', handler)
    },
    questions: [
      ['PUT', '/users/1', 'GET, HEAD, POST, PUT, PATCH'],
      ['PUT', '/users/me', 'GET, HEAD, POST, PUT, DELETE'],
      ['DELETE', '/users/me', 'GET, HEAD, POST, PUT, DELETE'],
      ['DELETE', '/users/1', 'GET, HEAD, POST, PUT, PATCH'],
      ['GET', '/users/me', 'GET, HEAD, POST, PUT, DELETE'],
      ['GET', '/users/1/2', 'POST, PUT'],
      ['PUT', '/files/a.b', 'GET, HEAD, POST'],
      ['PUT', '/elsewhere', 'POST']
    ]
  },
  {
    title: 'the index route of a prefix is two URLs',
    declare: app => {
      app.register(async child => { child.get('/', handler); child.put('/', handler) }, { prefix: '/both' })
      app.register(async child => { child.put('/', { prefixTrailingSlash: 'no-slash' }, handler) }, { prefix: '/no-slash' })
      app.register(async child => { child.put('/', { prefixTrailingSlash: 'slash' }, handler) }, { prefix: '/slash' })
      app.register(async child => { child.put('', handler) }, { prefix: '/empty' })
      app.register(async child => { child.put('/a', handler) }, { prefix: '/ending/' })
    },
    questions: [
      ['PUT', '/both', 'GET, HEAD, PUT'],
      ['PUT', '/both/', 'GET, HEAD, PUT'],
      ['PUT', '/no-slash', 'PUT'],
      ['PUT', '/slash/', 'PUT'],
      ['PUT', '/empty', 'PUT'],
      ['PUT', '/ending/a', 'PUT']
    ]
  },
  {
    title: 'ignoreTrailingSlash',
    server: { routerOptions: { ignoreTrailingSlash: true } },
    declare: app => {
      app.put('/a/', handler)
      app.register(async child => { child.get('/', handler); child.put('/', handler) }, { prefix: '/b' })
    },
    questions: [['PUT', '/a', 'PUT'], ['PUT', '/a/', 'PUT'], ['PUT', '/b', 'GET, HEAD, PUT'], ['PUT', '/b/', 'GET, HEAD, PUT']]
  },
  {
    title: 'ignoreDuplicateSlashes',
    server: { routerOptions: { ignoreDuplicateSlashes: true } },
    declare: app => {
      app.register(async child => { child.get('/', handler); child.put('/', handler) }, { prefix: '/b/' })
    },
    questions: [['PUT', '/b/', 'GET, HEAD, PUT'], ['PUT', '//b//', 'GET, HEAD, PUT']]
  },
  {
    title: 'caseSensitive: false',
    server: { routerOptions: { caseSensitive: false } },
    declare: app => { app.put('/Users', handler); app.get('/users', handler) },
    questions: [['PUT', '/uSERS', 'GET, HEAD, PUT']]
  },
  {
    title: 'a compiled router',
    server: { routerOptions: { compile: true } },
    declare: app => { app.put('/users/:id', handler); app.get('/users/*', handler) },
    questions: [['PUT', '/users/1', 'GET, HEAD, PUT'], ['GET', '/users/1', 'GET, HEAD, PUT'], ['PUT', '/unknown', 'PUT']]
  },
  {
    title: 'optional parameters, encoded and odd URLs',
    declare: app => { app.put('/a/:id?', handler); app.get('/b/ü', handler); app.put('/b/:name', handler); app.put('*', handler) },
    questions: [
      ['PUT', '/a', 'PUT'],
      ['PUT', '/a/1?query=/b', 'PUT'],
      ['PUT', '/b/%C3%BC', 'GET, HEAD, PUT'],
      ['PUT', '/c/d/e', 'PUT'],
      ['PUT', '/%ZZ', '400']
    ]
  },
  {
    title: 'host constraints carry over',
    declare: app => {
      app.get('/a', handler)
      app.put('/a', { constraints: { host: 'one.example' } }, handler)
      app.delete('/a', { constraints: { host: /^t.*\.example$/ } }, handler)
      app.put('/b', { constraints: { host: 'one.example' } }, handler)
      app.register(async child => { child.delete('/b', { constraints: { host: 'two.example' } }, handler) })
    },
    questions: [
      ['PUT', '/a', 'GET, HEAD, PUT', { host: 'one.example' }],
      ['PUT', '/a', 'GET, HEAD, DELETE', { host: 'two.example' }],
      ['PUT', '/a', 'GET, HEAD', { host: 'other.example' }],
      ['PUT', '/b', 'PUT', { host: 'one.example' }],
      ['PUT', '/b', 'DELETE', { host: 'two.example' }],
      ['PUT', '/b', 'PUT', { host: 'none.example' }]
    ]
  },
  {
    title: 'a version is not something that a preflight carries',
    declare: app => {
      app.put('/a', { constraints: { version: '1.0.0' } }, handler)
      app.put('/a', { constraints: { version: '2.0.0' } }, handler)
      app.get('/a', handler)
    },
    questions: [['PUT', '/a', 'GET, HEAD, PUT']]
  },
  {
    title: 'TRACE is nothing that a page can send',
    declare: app => { app.all('/a', handler) },
    questions: [['PUT', '/a', 'GET, HEAD, POST, PUT, PATCH, DELETE, QUERY, OPTIONS']]
  },
  {
    title: 'a page may send OPTIONS to a route that has it',
    declare: app => { app.options('/a', handler) },
    questions: [['OPTIONS', '/a', 'OPTIONS']]
  },
  {
    title: 'a URL that has only OPTIONS has no route, as pages see it',
    declare: app => { app.options('*', handler) },
    questions: [['PUT', '/a', 'PUT']]
  }
]

for (const { title, server = {}, declare, questions } of tables) {
  t.test(`Access-Control-Allow-Methods tells what the routes accept: ${title}`, async t => {
    const app = await build(declare, server)
    t.teardown(async () => { await app.close() })
    for (const [method, url, expected, headers] of questions) {
      t.equal(await methodsFor(app, url, method, headers), expected, `${method} ${url}`)
    }
  })
}

t.test('a route\'s own options count on its preflight and its requests', async t => {
  const app = await build(app => {
    app.get('/a', handler)
    app.put('/a', { config: { cors: { origin: ADMIN, allowedHeaders: ['X-Admin'], maxAge: 5 } } }, handler)
    app.delete('/a', { config: { cors: false } }, handler)
  }, {}, { origin: APP, credentials: true, exposedHeaders: 'Location' })
  t.teardown(async () => { await app.close() })

  const put = await app.inject({ method: 'OPTIONS', url: '/a', headers: preflight(ADMIN, 'PUT') })
  t.strictSame(corsHeaders(put), {
    vary: 'Origin, Access-Control-Request-Method',
    'access-control-allow-origin': ADMIN,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, PUT',
    'access-control-allow-headers': 'accept, accept-language, content-language, content-type, range, x-admin',
    'access-control-max-age': '5'
  })
  t.equal(await methodsFor(app, '/a', 'PUT'), '403')
  t.equal(await methodsFor(app, '/a', 'GET'), 'GET, HEAD', 'a list never names a method whose route has another policy')
  t.equal(await methodsFor(app, '/a', 'DELETE'), '404', 'as if the plugin were not there')

  const actual = async (method: 'GET' | 'PUT' | 'DELETE', origin: string): Promise<unknown> => corsHeaders(await app.inject({ method, url: '/a', headers: { origin } }))
  const rest = { 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'Location', vary: 'Origin' }
  t.strictSame(await actual('GET', APP), { ...rest, 'access-control-allow-origin': APP })
  t.strictSame(await actual('PUT', APP), { vary: 'Origin' })
  t.strictSame(await actual('PUT', ADMIN), { ...rest, 'access-control-allow-origin': ADMIN })
  t.strictSame(await actual('DELETE', APP), {})
})

t.test('of routes that differ by host, the most specific one is the target', async t => {
  const app = await build(app => {
    app.put('/a', { config: { cors: false } }, handler)
    app.register(async child => {
      child.put('/a', { constraints: { host: /^one\./g }, config: { cors: { maxAge: 1 } } }, handler)
      child.put('/a', { constraints: { host: 'one.example' }, config: { cors: { maxAge: 2 } } }, handler)
    })
  })
  t.teardown(async () => { await app.close() })
  const maxAge = async (host: string): Promise<unknown> =>
    (await app.inject({ method: 'OPTIONS', url: '/a', headers: { ...preflight(APP, 'PUT'), host } })).headers['access-control-max-age']
  t.strictSame([await maxAge('one.example'), await maxAge('one.test'), await maxAge('one.test'), await maxAge('two.example')], ['2', '1', '1', undefined])
})

t.test('a preflight without a Host is about the routes for every host', async t => {
  const app = await build(app => {
    app.get('/a', handler)
    app.put('/a', { constraints: { host: 'one.example' } }, handler)
  })
  t.teardown(async () => { await app.close() })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.end(`OPTIONS /a HTTP/1.0\r\nOrigin: ${APP}\r\nAccess-Control-Request-Method: PUT\r\n\r\n`)
  t.match(await text(socket), /access-control-allow-methods: GET, HEAD\r\n/)
})

t.test('cors: false leaves preflights to the application\'s own OPTIONS routes', async t => {
  const app = await build(app => {
    app.put('/a', { config: { cors: false } }, handler)
    app.put('/b', { config: { cors: false } }, handler)
    app.options('/a', async () => 'own')
    app.all('/*', async () => 'all')
  })
  t.teardown(async () => { await app.close() })
  for (const [url, payload] of [['/a', 'own'], ['/b', 'all']] as const) {
    const response = await app.inject({ method: 'OPTIONS', url, headers: preflight(APP, 'PUT') })
    t.strictSame([response.statusCode, response.payload, corsHeaders(response)], [200, payload, {}], url)
  }
  t.match(await methodsFor(app, '/c', 'PUT'), /PUT/, 'while the route for everything else has its preflights answered')
})

t.test('an override is shared by the HEAD route, both URLs of an index route, and routes with the same object', async t => {
  const cors = { origin: ADMIN }
  const app = await build(app => {
    app.register(async child => {
      child.get('/', { config: { cors } }, handler)
      child.put('/', { config: { cors } }, handler)
    }, { prefix: '/a' })
  })
  t.teardown(async () => { await app.close() })
  for (const url of ['/a', '/a/']) {
    t.equal(await methodsFor(app, url, 'PUT', {}, ADMIN), 'GET, HEAD, PUT', url)
    for (const method of ['GET', 'HEAD', 'PUT'] as const) {
      const response = await app.inject({ method, url, headers: { origin: ADMIN } })
      t.equal(response.headers['access-control-allow-origin'], ADMIN, `${method} ${url}`)
    }
  }
})

t.test('an override may turn CORS on where the scope has none, and undefined overrides nothing', async t => {
  const app = await build(app => {
    app.put('/on', { config: { cors: { origin: ADMIN } } }, handler)
    app.put('/off', { config: { cors: { credentials: undefined } as object } }, handler)
  }, {}, { origin: false })
  t.teardown(async () => { await app.close() })
  t.equal(await methodsFor(app, '/on', 'PUT', {}, ADMIN), 'PUT')
  t.equal(await methodsFor(app, '/on', 'DELETE', {}, ADMIN), '404', 'for other methods the scope speaks')
  t.equal(await methodsFor(app, '/off', 'PUT', {}, ADMIN), '404')
})

t.test('a route\'s options are validated when it is added', async t => {
  const cases: Array<[unknown, string, string]> = [
    [true, 'INVALID_TYPE', ''],
    ['x', 'INVALID_TYPE', ''],
    [null, 'INVALID_TYPE', ''],
    [{ origin: '*' }, 'ANY_ORIGIN_WITH_CREDENTIALS', '/origin'],
    [{ orgin: APP }, 'UNKNOWN_OPTION', '/orgin'],
    [{ methods: ['get'] }, 'INVALID_METHOD', '/methods/0']
  ]
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP, credentials: true })
  for (const [cors, code, path] of cases) {
    try {
      app.put('/a', { config: { cors: cors as false } }, handler)
      t.fail(`${JSON.stringify(cors)} was accepted`)
    } catch (error) {
      t.type(error, CorsOptionsError)
      t.match(error, { code: 'CORS_INVALID_OPTIONS', message: /route PUT \/a/, issues: [{ code, path }] })
    }
  }
})

t.test('routes with different policies that a preflight cannot tell apart are refused at startup', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, { origin: APP })
  app.put('/a', { constraints: { version: '1.0.0' } }, handler)
  app.put('/a', { constraints: { version: '2.0.0' }, config: { cors: false } }, handler)
  await t.rejects(async () => await app.ready(), { code: 'CORS_INVALID_OPTIONS', message: /route PUT \/a/, issues: [{ code: 'AMBIGUOUS_ROUTE_POLICY' }] })
})
