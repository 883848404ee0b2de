import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { corsPlugin } from '../lib/index.js'

const APP = 'https://app.example.com'
const handler = async (): Promise<string> => 'the answer'

/** The lines of the table. */
async function print (app: FastifyInstance, cors = app.cors): Promise<string[]> {
  await app.ready()
  const text = cors.print()
  t.ok(text.endsWith('\n'))
  return text.trimEnd().split('\n')
}

/** Runs steps in their order, or backwards. */
async function inOrder (backwards: boolean, steps: Array<() => unknown>): Promise<void> {
  for (const step of backwards ? steps.reverse() : steps) await step()
}

async function build (backwards: boolean): Promise<FastifyInstance> {
  const app = Fastify()
  app.get('/before', handler)
  await app.register(corsPlugin, {
    origin: [APP, 'https://*.example.com', /https:\/\/pr-\d+\.example\.net/], credentials: true, allowedHeaders: ['Authorization', 'X-Id'], exposedHeaders: 'Location'
  })
  await inOrder(backwards, [
    () => app.get('/users', handler),
    () => app.post('/users', handler),
    // Two objects that say the same.
    () => app.put('/users/:id', { config: { cors: { origin: 'https://admin.example.com' } } }, handler),
    () => app.delete('/users/:id', { config: { cors: { origin: 'https://admin.example.com' } } }, handler),
    () => app.get('/users/:id', handler),
    () => app.get('/public', { config: { cors: { origin: '*', credentials: false, allowedHeaders: '*', exposedHeaders: '*', methods: '*' } } }, handler),
    () => app.get('/internal', { config: { cors: false } }, handler),
    () => app.get('/hosted', { constraints: { host: 'a.example' }, handler }),
    () => app.get('/hosted', { constraints: { host: /b\.example/ }, config: { cors: { origin: 'https://b.example' } }, handler }),
    async () => await app.register(async function admin (child) {
      await child.register(corsPlugin, {
        origin: ['https://1.example', 'https://2.example', 'https://3.example', 'https://4.example', 'http://5.example'],
        credentials: true,
        dangerouslyAllow: 'insecure-origins',
        methods: ['PUT']
      })
      await inOrder(backwards, [() => child.put('/', handler), () => child.patch('/', handler), () => child.options('/', handler)])
    }, { prefix: '/admin' }),
    async () => await app.register(async child => {
      await child.register(corsPlugin, { origin: () => true, preflight: false })
      child.put('/decided', handler)
    }),
    async () => await app.register(async child => {
      await child.register(corsPlugin, { origin: false })
      child.put('/:id', handler)
    }, { prefix: '/dark' })
  ])
  return app
}

const TABLE = [
  'route                   methods          origins                                                                           credentials  headers              exposed   policy of',
  '/admin                  PATCH            https://1.example, https://2.example, https://3.example and 2 more                yes                                         /admin (admin)  ! not in methods, insecure-origins',
  '/admin                  PUT, OPTIONS     https://1.example, https://2.example, https://3.example and 2 more                yes                                         /admin (admin)  ! insecure-origins',
  '/before                 GET, HEAD                                                                                                                                                      ! declared before the plugin had loaded',
  '/dark/:id               PUT              none                                                                                                                          /dark           ! no CORS',
  "/decided                PUT              function                                                                          no                                          /               ! the application's own OPTIONS route answers preflights",
  '/hosted (/b\\.example/)  GET, HEAD        https://b.example                                                                 yes          Authorization, X-Id  Location  config.cors, /',
  '/hosted (a.example)     GET, HEAD        https://app.example.com, https://*.example.com, /https:\\/\\/pr-\\d+\\.example\\.net/  yes          Authorization, X-Id  Location  /',
  '/internal               GET, HEAD        none                                                                                                                          config.cors, /  ! no CORS',
  '/public                 GET, HEAD        *                                                                                 no           *                    *         config.cors, /  ! any origin, any header, any method',
  '/users                  GET, HEAD, POST  https://app.example.com, https://*.example.com, /https:\\/\\/pr-\\d+\\.example\\.net/  yes          Authorization, X-Id  Location  /',
  '/users/:id              GET, HEAD        https://app.example.com, https://*.example.com, /https:\\/\\/pr-\\d+\\.example\\.net/  yes          Authorization, X-Id  Location  /',
  '/users/:id              PUT, DELETE      https://admin.example.com                                                         yes          Authorization, X-Id  Location  config.cors, /'
]

t.test('scopes, overrides, hosts, and what deserves a look', async t => {
  t.strictSame(await print(await build(false)), TABLE)
})

t.test('the order of declaration makes no difference', async t => {
  t.strictSame(await print(await build(true)), TABLE)
})

t.test('routes with no policy are marked, wherever they are declared', async t => {
  for (const options of [{ ignoreTrailingSlash: false }, { ignoreTrailingSlash: true, caseSensitive: false }]) {
    const app = Fastify({ routerOptions: options })
    app.get('/', handler)
    app.put('/users/:id', handler)
    app.get('/users/:id/posts-:n(\\d+)', handler)
    app.get('/users', { constraints: { host: 'a.example' } }, handler)
    app.get('/users', { constraints: { host: /b\.example/ } }, handler)
    app.get('/users', { constraints: { version: '1.0.0' } }, handler)
    app.get('/optional/:part?', handler)
    app.all('/files/*', handler)
    let cors: FastifyInstance['cors'] | undefined
    await app.register(async child => {
      await child.register(corsPlugin, { origin: APP })
      cors = child.cors
      child.get('/', handler)
      child.get('/Mixed/:case?', handler)
      child.get('/with (PUT) {braces}', handler)
    }, { prefix: '/api' })
    await app.register(async child => { child.put('/mixed/:case', handler) }, { prefix: '/api' })
    t.strictSame((await print(app, cors)).map(line => line.replace(/ +/g, ' ')), [
      'route methods origins credentials headers exposed policy of',
      '/ GET, HEAD ! no policy',
      '/api GET, HEAD https://app.example.com no /api',
      // Fastify announces the URL with a slash for HEAD only.
      ...(options.ignoreTrailingSlash === true ? [] : ['/api/ HEAD https://app.example.com no /api']),
      '/api/Mixed/:case? GET, HEAD https://app.example.com no /api',
      '/api/mixed/:case PUT ! no policy',
      '/api/with (PUT) {braces} GET, HEAD https://app.example.com no /api',
      '/files/* GET, HEAD, POST, PUT, PATCH, DELETE, QUERY, OPTIONS ! no policy',
      '/optional GET, HEAD ! no policy',
      '/optional/:part GET, HEAD ! no policy',
      '/users GET, HEAD ! no policy',
      '/users (/b\\.example/) GET, HEAD ! no policy',
      '/users (a.example) GET, HEAD ! no policy',
      '/users/:id PUT ! no policy',
      '/users/:id/posts-:n(\\d+) GET, HEAD ! no policy'
    ])
  }
})

t.test('an application without routes has a table of headings', async t => {
  const app = Fastify()
  await app.register(corsPlugin, { origin: APP })
  t.strictSame(await print(app), ['route  methods  origins  credentials  headers  exposed  policy of'])
})
