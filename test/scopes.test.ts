import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { corsPlugin, type CorsOptions } from '../lib/index.js'
import { corsHeaders, preflight } from './support/cors-headers.js'

const APP = 'https://app.example.com'
const ADMIN = 'https://admin.example.com'
const handler = async (): Promise<string> => 'a'
const cors = (origin: CorsOptions['origin']): CorsOptions => ({ origin })

/** What a preflight and an actual request from APP and ADMIN are told: the allowed origin, or the status. */
async function ask (app: FastifyInstance, method: string, url: string): Promise<Record<'preflight' | 'actual', string[]>> {
  const told: Record<'preflight' | 'actual', string[]> = { preflight: [], actual: [] }
  for (const origin of [APP, ADMIN]) {
    const answer = await app.inject({ method: 'OPTIONS', url, headers: preflight(origin, method) })
    told.preflight.push(String(answer.headers['access-control-allow-origin'] ?? answer.statusCode))
    const response = await app.inject({ method: method as 'GET', url, headers: { origin } })
    told.actual.push(String(response.headers['access-control-allow-origin'] ?? response.headers.vary ?? 'none'))
  }
  return told
}

/** The answers of a policy that allows one origin, and of none at all. */
const toApp = { preflight: [APP, '403'], actual: [APP, 'Origin'] }
const toAdmin = { preflight: ['403', ADMIN], actual: ['Origin', ADMIN] }
const none = { preflight: ['404', '404'], actual: ['none', 'none'] }

const applications: Array<{
  title: string
  declare: (app: FastifyInstance) => unknown
  expected: ReadonlyArray<readonly [method: string, url: string, told: Record<'preflight' | 'actual', string[]>]>
}> = [
  {
    title: 'a child\'s registration replaces the parent\'s',
    declare: async app => {
      await app.register(corsPlugin, cors(APP))
      app.put('/a', handler)
      app.register(async child => {
        await child.register(corsPlugin, cors(ADMIN))
        child.put('/', handler)
        child.register(async grandchild => { grandchild.put('/b', handler) })
      }, { prefix: '/admin' })
      app.register(async child => { child.put('/c', handler) })
    },
    expected: [
      ['PUT', '/a', toApp], ['PUT', '/c', toApp], ['PUT', '/unknown', toApp],
      ['PUT', '/admin', toAdmin], ['PUT', '/admin/', toAdmin], ['PUT', '/admin/b', toAdmin],
      ['PUT', '/admin/unknown', toAdmin], ['GET', '/admin/unknown', toAdmin], ['PUT', '/adminxyz', toApp]
    ]
  },
  {
    title: 'a child\'s registration that isn\'t awaited counts for its routes all the same',
    declare: async app => {
      await app.register(corsPlugin, cors(APP))
      app.register(async child => {
        child.register(corsPlugin, cors(ADMIN))
        child.put('/a', handler)
        child.put('/own', { config: { cors: { allowedHeaders: ['X-Own'] } } }, handler)
      })
    },
    expected: [['PUT', '/a', toAdmin], ['PUT', '/own', toAdmin]]
  },
  {
    title: 'a parent\'s registration that loads after the child\'s leaves the child alone',
    declare: app => {
      app.register(async child => {
        await child.register(corsPlugin, cors(ADMIN))
        child.put('/a', handler)
      }, { prefix: '/admin' })
      app.register(corsPlugin, cors(APP))
      app.register(async child => { child.put('/b', handler) })
    },
    expected: [['PUT', '/admin/a', toAdmin], ['PUT', '/b', toApp]]
  },
  {
    title: 'siblings with prefixes work side by side, and the rest has no CORS',
    declare: app => {
      app.register(async child => { await child.register(corsPlugin, cors(APP)); child.put('/a', handler) }, { prefix: '/api' })
      app.register(async child => { await child.register(corsPlugin, cors(ADMIN)); child.put('/a', handler) }, { prefix: '/admin' })
      app.put('/a', handler)
      app.put('/apixyz', handler)
    },
    expected: [
      ['PUT', '/api/a', toApp], ['PUT', '/admin/a', toAdmin],
      ['PUT', '/a', none], ['PUT', '/apixyz', none], ['PUT', '/unknown', none],
      ['PUT', '/api', toApp], ['DELETE', '/api/unknown/deep', toApp], ['PUT', '/admin/unknown', toAdmin]
    ]
  },
  {
    title: 'siblings without prefixes work side by side, and speak for their routes only',
    declare: app => {
      app.register(async child => { await child.register(corsPlugin, cors(APP)); child.put('/a', handler); child.get('/b', handler) })
      app.register(async child => { await child.register(corsPlugin, cors(ADMIN)); child.delete('/a', handler); child.put('/:any', handler) })
      app.patch('/a', handler)
      app.post('/c', handler)
    },
    expected: [
      ['PUT', '/a', toApp], ['DELETE', '/a', toAdmin], ['PATCH', '/a', none], ['GET', '/b', toApp],
      ['PUT', '/b', toAdmin], ['POST', '/c', none], ['PUT', '/unknown/deep', none]
    ]
  },
  {
    title: 'a scope does not answer for a route outside it that shadows one of its own',
    declare: app => {
      app.register(async child => { await child.register(corsPlugin, cors(APP)); child.put('/users/*', handler); child.get('/users/:id', handler) })
      app.put('/users/:id', handler)
      app.register(async child => { child.put('/users/me/photo', handler) })
    },
    expected: [['PUT', '/users/1', none], ['PUT', '/users/1/photo', toApp], ['PUT', '/users/me/photo', none], ['GET', '/users/1', toApp]]
  },
  {
    title: 'a prefixed scope does not answer for routes of others under its prefix, when its registration is awaited',
    declare: app => {
      app.put('/api/early', handler)
      app.register(async child => { await child.register(corsPlugin, cors(APP)); child.get('/a', handler) }, { prefix: '/api' })
      app.register(async child => { child.put('/late', handler) }, { prefix: '/api' })
      app.delete('/api/a', handler)
    },
    expected: [['PUT', '/api/early', none], ['PUT', '/api/late', none], ['DELETE', '/api/a', none], ['GET', '/api/a', toApp]]
  },
  {
    title: 'nested prefixes',
    declare: app => {
      app.register(async api => {
        await api.register(corsPlugin, cors(APP))
        api.put('/a', handler)
        api.register(async admin => {
          await admin.register(corsPlugin, cors(ADMIN))
          admin.put('/a', handler)
        }, { prefix: '/admin' })
        api.register(async off => {
          await off.register(corsPlugin, cors(false))
          off.put('/a', handler)
        }, { prefix: '/off' })
      }, { prefix: '/api' })
    },
    expected: [
      ['PUT', '/api/a', toApp], ['PUT', '/api/admin/a', toAdmin], ['PUT', '/api/off/a', none],
      ['PUT', '/api/unknown', toApp], ['PUT', '/api/admin/unknown', toAdmin]
    ]
  },
  {
    title: 'a route of an enclosing scope for everything is that scope\'s, under a child\'s prefix too',
    declare: async app => {
      await app.register(corsPlugin, cors(APP))
      app.route({ method: ['GET', 'PUT'], url: '/*', handler })
      app.register(async child => { await child.register(corsPlugin, cors(ADMIN)) }, { prefix: '/admin' })
    },
    expected: [['PUT', '/admin/a', toApp], ['DELETE', '/admin/a', toAdmin]]
  },
  {
    title: 'a prefix with a parameter',
    declare: app => {
      app.register(async child => { await child.register(corsPlugin, cors(APP)); child.put('/a', handler) }, { prefix: '/:tenant/api' })
    },
    expected: [['PUT', '/one/api/a', toApp], ['PUT', '/one/api/unknown', toApp], ['PUT', '/one', none]]
  },
  {
    title: 'origin: false at the root, with a child that has CORS',
    declare: async app => {
      await app.register(corsPlugin, cors(false))
      app.put('/a', handler)
      app.register(async child => { await child.register(corsPlugin, cors(APP)); child.put('/a', handler) }, { prefix: '/api' })
    },
    expected: [['PUT', '/a', none], ['PUT', '/unknown', none], ['PUT', '/api/a', toApp], ['PUT', '/api/unknown', toApp]]
  }
]

for (const { title, declare, expected } of applications) {
  t.test(title, async t => {
    const app = Fastify()
    t.teardown(async () => { await app.close() })
    await declare(app)
    for (const [method, url, told] of expected) t.strictSame(await ask(app, method, url), told, `${method} ${url}`)
  })
}

t.test('registering twice in one scope is an error that says so', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  await app.register(corsPlugin, cors(APP))
  await t.rejects(async () => { await app.register(corsPlugin, cors(APP)) }, { code: 'CORS_INVALID_OPTIONS', message: /already registered in this scope/, issues: [{ code: 'ALREADY_REGISTERED' }] })
})

t.test('invalid options come out of register, and out of ready', async t => {
  const awaited = Fastify()
  const notAwaited = Fastify()
  t.teardown(async () => { await awaited.close(); await notAwaited.close() })
  const expected = { name: 'CorsOptionsError', code: 'CORS_INVALID_OPTIONS', issues: [{ code: 'ANY_ORIGIN_WITH_CREDENTIALS' }] }
  await t.rejects(async () => { await awaited.register(corsPlugin, { origin: '*', credentials: true }) }, expected)
  notAwaited.register(corsPlugin, { origin: '*', credentials: true })
  await t.rejects(async () => await notAwaited.ready(), expected)
})

t.test('the application\'s own routes for OPTIONS and for everything never conflict, whichever comes first', async t => {
  for (const order of ['before', 'after']) {
    const app = Fastify()
    const own = (): void => {
      app.options('/a', async () => 'own options')
      app.options('*', async () => 'own any options')
      app.route({ method: ['GET', 'PUT', 'DELETE'], url: '/*', handler })
      app.register(async child => { child.all('/all/*', async () => 'all') })
      app.register(fastifyStatic, { root: import.meta.dirname, prefix: '/static/' })
    }
    if (order === 'before') own()
    await app.register(corsPlugin, cors(APP))
    if (order === 'after') own()
    app.patch('/a', handler)
    for (const [method, url] of [['PATCH', '/a'], ['PUT', '/a'], ['DELETE', '/b'], ['PATCH', '/all/b'], ['GET', '/static/scopes.test.ts']] as const) {
      const answer = await app.inject({ method: 'OPTIONS', url, headers: preflight(APP, method) })
      t.strictSame([answer.statusCode, answer.headers['access-control-allow-origin']], [204, APP], `${order}: ${method} ${url}`)
      t.match(answer.headers['access-control-allow-methods'], method, `${order}: ${method} ${url}`)
    }
    for (const [url, payload] of [['/a', 'own options'], ['/b', 'own any options'], ['/all/b', 'all']] as const) {
      const plain = await app.inject({ method: 'OPTIONS', url, headers: { origin: APP } })
      t.strictSame([plain.payload, corsHeaders(plain)], [payload, { vary: 'Origin', 'access-control-allow-origin': APP }], `${order}: OPTIONS ${url}`)
    }
    await app.close()
  }
})

t.test('URLs without a route below a prefix run the scope\'s onRequest hooks, then the not-found handler that counts there', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  const ran: string[] = []
  const note = (name: string) => async (): Promise<void> => { ran.push(name) }
  app.addHook('onRequest', note('root onRequest'))
  app.addHook('preHandler', note('root preHandler'))
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send('not here'))
  app.register(async child => {
    await child.register(corsPlugin, cors(APP))
    child.addHook('onRequest', note('child onRequest'))
    child.addHook('preHandler', note('child preHandler'))
    child.get('/a', handler)
  }, { prefix: '/api' })
  app.register(async child => {
    await child.register(corsPlugin, cors(APP))
    child.setNotFoundHandler(async (_request, reply) => reply.code(404).send('not in there'))
  }, { prefix: '/own' })
  for (const [url, payload] of [['/api/unknown', 'not here'], ['/api', 'not here'], ['/own/unknown', 'not in there']] as const) {
    ran.length = 0
    const response = await app.inject({ method: 'POST', url, headers: { origin: APP, 'content-type': 'application/json' }, payload: '{' })
    t.strictSame([response.statusCode, response.payload, corsHeaders(response)], [404, payload, { vary: 'Origin', 'access-control-allow-origin': APP }], url)
    if (url === '/api/unknown') t.strictSame(ran, ['root onRequest', 'child onRequest', 'root preHandler'])
  }
  t.equal((await app.inject({ url: '/apixyz', headers: { origin: APP } })).headers.vary, undefined)
})

t.test('a scope\'s share of unknown URLs never takes a route away', async t => {
  const app = Fastify()
  t.teardown(async () => { await app.close() })
  app.get('/*', async () => 'everything')
  app.get('/api/v/:id', { constraints: { version: '1.0.0' } }, async () => 'versioned')
  app.get('/api/hosted/*', { constraints: { host: 'one.example' } }, async () => 'hosted')
  app.register(async child => {
    await child.register(corsPlugin, cors(APP))
    child.get('/wild/*', async () => 'wild')
  }, { prefix: '/api' })
  for (const [url, headers, payload] of [
    ['/api/b', {}, 'everything'],
    ['/api/wild/b', {}, 'wild'],
    ['/api/v/1', { 'accept-version': '1.x' }, 'versioned'],
    ['/api/hosted/1', { host: 'one.example' }, 'hosted'],
    ['/api/hosted/1', {}, 'everything']
  ] as const) {
    t.equal((await app.inject({ url, headers })).payload, payload, url)
  }
})
