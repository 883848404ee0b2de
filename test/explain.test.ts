import { AsyncResource } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import Fastify, { type FastifyInstance, type FastifyServerOptions, type RouteHandlerMethod } from 'fastify'
import t, { type Test } from 'tap'
import type { FailureCode } from '../lib/fetch/failure.js'
import type { HeaderList } from '../lib/fetch/header-list.js'
import { corsPlugin, REFUSAL_CHANNEL, type CorsOptions, type Cure, type ExplainRequest, type Explanation, type RefusalCode, type RouteCorsOptions } from '../lib/index.js'
import { explain } from '../lib/plugin/explain.js'
import { currentTrace, Trace, traced } from '../lib/plugin/trace.js'
import { browse } from './support/raw-request.js'

const APP = 'https://app.example.com'
const API = 'http://api.invalid'

/** An application, and what a page wants of it. */
interface SetUp {
  /** Of the registration. */
  options: CorsOptions
  /** `config.cors` of the routes. */
  route?: false | RouteCorsOptions
  request: ExplainRequest
  build: Build
  /** Whatever else the cure changes. */
  cured?: boolean
}

/** @param handler that of every route but OPTIONS */
type Build = (app: FastifyInstance, setUp: SetUp, handler: RouteHandlerMethod) => Promise<void>

interface Broken {
  title: string
  options?: CorsOptions
  route?: false | RouteCorsOptions
  request: Partial<ExplainRequest>
  build?: Build
  failure: FailureCode
  refusal?: RefusalCode
  /** A phrase of the console's line; none where the console says nothing of CORS. */
  console: string | undefined
  where: Cure['where']
  /** A phrase of the cure's message. */
  cure: string
  /** A phrase of the summary: the cause. */
  summary?: string
  /** Does what the cure's message says. Without it the cure's options do. */
  apply?: (setUp: SetUp) => void
}

/** The plugin at the root, and a route of each kind after it. */
const atRoot: Build = async (app, setUp, handler) => {
  await app.register(corsPlugin, setUp.options)
  addRoutes(app, setUp, handler)
}

function addRoutes (app: FastifyInstance, { route }: SetUp, handler: RouteHandlerMethod): void {
  const config = route === undefined ? {} : { cors: route }
  app.get('/users/:id', { config }, handler)
  app.put('/users/:id', { config }, handler)
  app.patch('/users/:id', { config }, handler)
}

/** The plugin in a child, under a prefix. */
const underPrefix: Build = async (app, setUp, handler) => {
  await app.register(async child => { await atRoot(child, setUp, handler) }, { prefix: '/api' })
}

/** A hook around a build: registered before the plugin, or as the cure, after it. */
function withHook (hook: (method: string) => { code: number, location?: string } | undefined): Build {
  return async (app, setUp, handler) => {
    const add = (): void => {
      app.addHook('onRequest', async (request, reply) => {
        const answer = hook(request.method)
        if (answer === undefined) return
        if (answer.location !== undefined) return reply.redirect(answer.location, answer.code)
        await reply.code(answer.code).send('no')
      })
    }
    if (setUp.cured !== true) add()
    await app.register(corsPlugin, setUp.options)
    if (setUp.cured === true) add()
    addRoutes(app, setUp, handler)
  }
}

function withOptionsRoute (optionsHandler: RouteHandlerMethod): Build {
  return async (app, setUp, handler) => {
    await atRoot(app, setUp, handler)
    app.options('/users/:id', optionsHandler)
  }
}

const cure = (setUp: SetUp): void => { setUp.cured = true }
const missing = "No 'Access-Control-Allow-Origin' header is present"

/** A refused origin, which is cured by listing it. */
function refusedOrigin (title: string, origin: CorsOptions['origin'], pageOrigin: string, summary: string): Broken {
  return {
    title,
    options: { origin },
    request: { origin: pageOrigin },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_NOT_ALLOWED',
    console: missing,
    where: 'options',
    cure: `add ${JSON.stringify(pageOrigin)} to origin`,
    summary
  }
}

const broken: Broken[] = [
  refusedOrigin('another scheme', APP, 'http://app.example.com', 'it has another scheme: "https://app.example.com" is allowed'),
  refusedOrigin('another port', 'http://localhost:3000', 'http://localhost:5173', 'it has another port: "http://localhost:3000" is allowed'),
  refusedOrigin('www.', 'https://example.com', 'https://www.example.com', 'it has www. before its host: "https://example.com" is allowed'),
  refusedOrigin('the apex of a pattern', 'https://*.example.com', 'https://example.com', 'it is the domain itself, which "https://*.example.com" does not cover'),
  refusedOrigin('a dot at the end', APP, `${APP}.`, 'it has a dot at the end of its host: "https://app.example.com" is allowed'),
  refusedOrigin('127.0.0.1 for localhost', 'http://localhost:3000', 'http://127.0.0.1:3000', 'it names this machine in another way: "http://localhost:3000" is allowed'),
  refusedOrigin('a RegExp that matches a part', [/https:\/\/app\.example/], APP, 'only in the part "https://app.example", and it has to match as a whole'),
  refusedOrigin('an origin that is nothing like it', APP, 'https://other.example', 'Origin "https://other.example" is not allowed → '),
  {
    ...refusedOrigin('an origin that is not listed, beside options that stay as they are', 'http://old.example.com', APP, 'is not allowed'),
    options: { origin: 'http://old.example.com', credentials: true, allowedHeaders: '*', vary: 'X-Tenant', dangerouslyAllow: 'insecure-origins' },
    request: { method: 'PUT', headers: ['X-Id'], credentials: true }
  },
  {
    title: 'a function that says no',
    options: { origin: () => false },
    request: {},
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_NOT_ALLOWED',
    console: missing,
    where: 'options',
    cure: `the origin function has to answer true for "${APP}"`,
    apply: setUp => { setUp.options = { origin: origin => origin === APP } }
  },
  {
    title: 'a function that throws',
    options: { origin: () => { throw new Error('no database') } },
    request: { method: 'PUT' },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'options',
    cure: 'the origin function threw, and the answer was 500',
    apply: setUp => { setUp.options = { origin: async () => true } }
  },
  {
    title: 'the null origin of a sandboxed frame',
    request: { origin: 'null' },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_NOT_ALLOWED',
    console: missing,
    where: 'page',
    cure: 'serve the page from an origin of its own',
    apply: setUp => { setUp.request = { ...setUp.request, origin: APP } }
  },
  {
    title: 'the null origin, and a function, which is never asked',
    options: { origin: () => true },
    request: { origin: 'null' },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_NOT_ALLOWED',
    console: missing,
    where: 'page',
    cure: 'serve the page from an origin of its own',
    apply: setUp => { setUp.request = { ...setUp.request, origin: APP } }
  },
  {
    title: 'an origin with a slash at its end',
    request: { origin: `${APP}/` },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_MALFORMED',
    console: missing,
    where: 'page',
    cure: `send "${APP}"`,
    apply: setUp => { setUp.request = { ...setUp.request, origin: APP } }
  },
  {
    title: 'an origin without TLS, where there are credentials',
    options: { origin: APP, credentials: true },
    request: { origin: 'http://app.example.com', credentials: true },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_NOT_ALLOWED',
    console: missing,
    where: 'options',
    cure: 'but that is refused at startup, since "http://app.example.com" has no TLS',
    apply: setUp => { setUp.request = { ...setUp.request, origin: APP } }
  },
  {
    title: 'Authorization is not in allowedHeaders',
    request: { headers: { Authorization: 'Bearer x' } },
    failure: 'HEADER_NOT_ALLOWED',
    refusal: 'HEADER_NOT_ALLOWED',
    console: 'Request header field authorization is not allowed by Access-Control-Allow-Headers',
    where: 'options',
    cure: 'add "authorization" to allowedHeaders'
  },
  {
    title: 'custom headers are not in allowedHeaders',
    options: { origin: APP, allowedHeaders: ['X-Known'] },
    request: { headers: ['X-Trace', 'X-Known', 'X-Id'] },
    failure: 'HEADER_NOT_ALLOWED',
    refusal: 'HEADER_NOT_ALLOWED',
    console: 'Request header field x-id is not allowed',
    where: 'options',
    cure: 'add "x-id", "x-trace" to allowedHeaders'
  },
  {
    title: 'more headers than a preflight is read for',
    options: { origin: APP, allowedHeaders: '*' },
    request: { headers: Array.from({ length: 129 }, (_, index) => `x-${index}`) },
    failure: 'HEADER_NOT_ALLOWED',
    console: 'Request header field x-0 is not allowed',
    where: 'page',
    cure: 'set fewer and shorter headers',
    apply: setUp => { setUp.request = { ...setUp.request, headers: ['x-0'] } }
  },
  {
    title: 'the methods option leaves the method out',
    options: { origin: APP, methods: ['GET', 'PATCH'] },
    request: { method: 'PUT' },
    failure: 'METHOD_NOT_ALLOWED',
    refusal: 'METHOD_NOT_ALLOWED',
    console: 'Method PUT is not allowed by Access-Control-Allow-Methods',
    where: 'options',
    cure: 'add "PUT" to methods, or leave the option out'
  },
  {
    title: 'an override leaves method, header and credentials out',
    options: { origin: APP, credentials: true, allowedHeaders: ['X-Id'] },
    route: { methods: ['GET'], allowedHeaders: ['X-Known'], credentials: false },
    request: { method: 'PUT', headers: ['X-Id'], credentials: 'include' },
    failure: 'ALLOW_CREDENTIALS_NOT_TRUE',
    refusal: 'METHOD_NOT_ALLOWED',
    console: "The value of the 'Access-Control-Allow-Credentials' header in the response is ''",
    where: 'options',
    cure: 'write credentials: true, or leave credentials out of the page\'s fetch(); add "PUT" to methods, or leave the option out; add "x-id" to allowedHeaders'
  },
  {
    title: 'no route has the method',
    request: { method: 'DELETE' },
    failure: 'METHOD_NOT_ALLOWED',
    refusal: 'METHOD_NOT_ALLOWED',
    console: 'Method DELETE is not allowed by Access-Control-Allow-Methods',
    where: 'routes',
    cure: 'add a route for "DELETE", or mend the URL',
    apply: setUp => {
      setUp.build = async (app, same, handler) => {
        await atRoot(app, same, handler)
        app.delete('/users/:id', handler)
      }
    }
  },
  {
    title: 'patch in lower case',
    request: { method: 'patch' },
    failure: 'METHOD_NOT_ALLOWED',
    refusal: 'METHOD_NOT_ALLOWED',
    console: 'Method patch is not allowed by Access-Control-Allow-Methods',
    where: 'page',
    cure: 'write "PATCH" in the page\'s fetch()',
    summary: 'methods are compared byte by byte, and PATCH is',
    apply: setUp => { setUp.request = { ...setUp.request, method: 'PATCH' } }
  },
  {
    title: "patch in lower case with methods: '*', which Node's parser refuses",
    options: { origin: APP, methods: '*' },
    request: { method: 'patch' },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'page',
    cure: 'write "PATCH" in the page\'s fetch()',
    apply: setUp => { setUp.request = { ...setUp.request, method: 'PATCH' } }
  },
  {
    title: "a method that Node's parser does not know",
    request: { method: 'FROB' },
    failure: 'METHOD_NOT_ALLOWED',
    refusal: 'METHOD_NOT_ALLOWED',
    console: 'Method FROB is not allowed',
    where: 'page',
    cure: 'use another method: Node\'s HTTP parser does not know "FROB"',
    apply: setUp => { setUp.request = { ...setUp.request, method: 'PUT' } }
  },
  {
    title: 'a forbidden method',
    request: { method: 'TRACE' },
    failure: 'METHOD_FORBIDDEN',
    console: undefined,
    where: 'page',
    cure: 'browsers let no page send TRACE: use another method',
    apply: setUp => { setUp.request = { ...setUp.request, method: 'GET' } }
  },
  {
    title: 'cookies without credentials: true',
    request: { credentials: true },
    failure: 'ALLOW_CREDENTIALS_NOT_TRUE',
    refusal: 'CREDENTIALS_NOT_ALLOWED',
    console: "'Access-Control-Allow-Credentials' header in the response is '' which must be 'true'",
    where: 'options',
    cure: 'write credentials: true'
  },
  {
    title: 'cookies without credentials: true, where that needs other origins too',
    options: { origin: [APP, 'http://old.example.com'] },
    request: { credentials: true },
    failure: 'ALLOW_CREDENTIALS_NOT_TRUE',
    refusal: 'CREDENTIALS_NOT_ALLOWED',
    console: "which must be 'true'",
    where: 'options',
    cure: 'but that is refused at startup, since "http://old.example.com" has no TLS',
    apply: setUp => { setUp.options = { origin: [APP, 'https://old.example.com'], credentials: true } }
  },
  {
    title: 'any origin with cookies',
    options: { origin: '*' },
    request: { credentials: 'include', method: 'PUT' },
    failure: 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS',
    console: "must not be the wildcard '*' when the request's credentials mode is 'include'",
    where: 'options',
    cure: `any origin excludes credentials: write origin: ["${APP}"] with credentials: true`
  },
  {
    title: 'a route with cors: false',
    route: false,
    request: { method: 'PUT' },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'CORS_DISABLED',
    console: missing,
    where: 'options',
    cure: 'CORS is switched off here: remove config.cors: false'
  },
  {
    title: 'a route with cors: false, for a request without preflight',
    route: false,
    request: {},
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'CORS_DISABLED',
    console: missing,
    where: 'options',
    cure: 'CORS is switched off here'
  },
  {
    title: "a route with cors: false under a prefix, where the plugin's hook does not run",
    route: false,
    request: { method: 'PUT', url: '/api/users/1' },
    build: underPrefix,
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'options',
    cure: 'CORS is switched off here: remove config.cors: false'
  },
  {
    title: 'a scope with origin: false',
    options: { origin: false },
    request: { method: 'PUT', url: '/api/users/1' },
    build: async (app, setUp, handler) => {
      await app.register(corsPlugin, { origin: 'https://elsewhere.example' })
      await underPrefix(app, setUp, handler)
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'CORS_DISABLED',
    console: missing,
    where: 'options',
    cure: 'or origin: false from its scope'
  },
  {
    title: 'a hook before the plugin asks preflights who they are',
    request: { method: 'PUT' },
    build: withHook(() => ({ code: 401 })),
    failure: 'ALLOW_ORIGIN_MISSING',
    console: `Response to preflight request doesn't pass access control check: ${missing}`,
    where: 'order',
    cure: 'a hook that was added before the plugin answers it with 401: register the plugin before it',
    apply: cure
  },
  {
    title: 'a hook before the plugin asks actual requests who they are',
    request: { method: 'PUT' },
    build: withHook(method => method === 'OPTIONS' ? undefined : { code: 401 }),
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'order',
    cure: 'a hook that was added before the plugin answers it with 401: register the plugin before it, so that its answer is within the policy',
    apply: cure
  },
  {
    title: 'a hook before the plugin answers every OPTIONS',
    request: { method: 'PUT' },
    build: withHook(method => method === 'OPTIONS' ? { code: 204 } : undefined),
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'order',
    cure: 'answers it with 204',
    apply: cure
  },
  {
    title: 'a hook before the plugin redirects preflights',
    request: { method: 'PUT' },
    build: withHook(method => method === 'OPTIONS' ? { code: 308, location: `${API}/elsewhere` } : undefined),
    failure: 'PREFLIGHT_REDIRECTED',
    console: 'Redirect is not allowed for a preflight request',
    where: 'order',
    cure: 'a hook that was added before the plugin redirects it (308)',
    apply: cure
  },
  {
    title: 'a hook before the plugin bypasses Fastify with two values',
    request: {},
    build: async (app, setUp, handler) => {
      const hook = (): unknown => app.addHook('onRequest', async (_request, reply) => {
        reply.hijack()
        reply.raw.writeHead(200, ['access-control-allow-origin', [APP, APP]]).end()
      })
      if (setUp.cured !== true) hook()
      await atRoot(app, setUp, handler)
    },
    failure: 'ALLOW_ORIGIN_MULTIPLE',
    console: `contains multiple values '${APP}, ${APP}'`,
    where: 'order',
    cure: 'answers it with 200',
    apply: cure
  },
  {
    title: 'a route outside every scope, with a preflight',
    request: { method: 'PUT' },
    build: async (app, setUp, handler) => {
      if (setUp.cured !== true) addRoutes(app, setUp, handler)
      await app.register(async child => {
        await child.register(corsPlugin, setUp.options)
        if (setUp.cured === true) addRoutes(child, setUp, handler)
      })
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'order',
    cure: 'register the plugin in the scope of this route or in one around it, and before the route',
    apply: cure
  },
  {
    title: 'a route outside every scope, without a preflight',
    request: {},
    build: async (app, setUp, handler) => {
      if (setUp.cured === true) await app.register(corsPlugin, setUp.options)
      addRoutes(app, setUp, handler)
      await app.register(async child => { await child.register(corsPlugin, setUp.options) }, { prefix: '/api' })
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'order',
    cure: 'register the plugin in the scope of this route or in one around it, and before the route',
    apply: cure
  },
  {
    title: 'a route outside every scope, before one of a scope that would match too',
    options: { origin: 'https://elsewhere.example' },
    request: { method: 'PUT', url: '/users/me' },
    build: async (app, setUp, handler) => {
      if (setUp.cured === true) await app.register(corsPlugin, { origin: APP })
      app.put('/users/me', handler)
      await app.register(async child => { await atRoot(child, { ...setUp, route: false }, handler) })
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'order',
    cure: 'register the plugin in the scope of this route or in one around it',
    apply: cure
  },
  {
    title: 'routes that were declared before the registration in a child without a prefix',
    request: { method: 'PUT' },
    build: async (app, setUp, handler) => {
      await app.register(async child => {
        if (setUp.cured !== true) addRoutes(child, setUp, handler)
        await child.register(corsPlugin, setUp.options)
        if (setUp.cured === true) addRoutes(child, setUp, handler)
      })
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'order',
    cure: 'and before the route: await app.register(cors, …)',
    apply: cure
  },
  {
    title: "a preflight that reaches a child's OPTIONS route, for a route elsewhere",
    request: { method: 'PUT' },
    build: async (app, setUp, handler) => {
      if (setUp.cured === true) await app.register(corsPlugin, setUp.options)
      addRoutes(app, setUp, handler)
      await app.register(async child => {
        await child.register(corsPlugin, setUp.options)
        child.options('/users/:id', async () => '')
      })
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'OUTSIDE_SCOPE',
    console: missing,
    where: 'order',
    cure: 'register the plugin in the scope of this route, or in one around it',
    apply: cure
  },
  {
    title: 'a URL with another prefix',
    request: { method: 'PUT', url: '/users/1' },
    build: underPrefix,
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'routes',
    cure: 'there is no route for PUT at this URL, and no registration of the plugin around it',
    apply: setUp => { setUp.request = { ...setUp.request, url: '/api/users/1' } }
  },
  {
    title: 'a URL that cannot be decoded',
    request: { url: '/users/%ff' },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'page',
    cure: 'mend the URL',
    apply: setUp => { setUp.request = { ...setUp.request, url: '/users/%C3%BF' } }
  },
  {
    title: 'preflight: false, and no OPTIONS route',
    options: { origin: APP, preflight: false },
    request: { method: 'PUT', headers: ['X-Id'] },
    failure: 'PREFLIGHT_STATUS_NOT_OK',
    console: 'It does not have HTTP ok status',
    where: 'options',
    cure: 'preflight: false leaves this preflight to an OPTIONS route of the application'
  },
  {
    title: 'preflight: false under a prefix, and no OPTIONS route',
    options: { origin: APP, preflight: false },
    request: { method: 'PUT', url: '/api/users/1' },
    build: underPrefix,
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'options',
    cure: 'preflight: false leaves this preflight to an OPTIONS route of the application'
  },
  {
    title: 'preflight: false, and an OPTIONS route that forgets the headers',
    options: { origin: APP, preflight: false },
    request: { headers: ['X-Id'] },
    build: withOptionsRoute(async (_request, reply) => await reply.code(204).send()),
    failure: 'HEADER_NOT_ALLOWED',
    console: 'Request header field x-id is not allowed',
    where: 'options',
    cure: 'preflight: false leaves this preflight to an OPTIONS route of the application'
  },
  {
    title: 'preflightContinue, and an OPTIONS route that answers 500',
    options: { origin: APP, preflightContinue: true },
    request: { method: 'PUT' },
    build: withOptionsRoute(async () => { throw new Error('no') }),
    failure: 'PREFLIGHT_STATUS_NOT_OK',
    console: 'It does not have HTTP ok status',
    where: 'options',
    cure: "preflightContinue leaves this preflight's status to an OPTIONS route"
  },
  {
    title: 'preflightContinue, and an OPTIONS route that answers 401',
    options: { origin: APP, preflightContinue: true },
    request: { method: 'PUT', headers: ['X-Id'] },
    build: withOptionsRoute(async (_request, reply) => await reply.code(401).send('who?')),
    failure: 'PREFLIGHT_STATUS_NOT_OK',
    refusal: 'HEADER_NOT_ALLOWED',
    console: 'It does not have HTTP ok status',
    where: 'options',
    cure: 'route answer with a status from 200 to 299; add "x-id" to allowedHeaders'
  },
  {
    title: 'preflightContinue, and a header that is not allowed',
    options: { origin: APP, preflightContinue: true },
    request: { method: 'PUT', headers: ['X-Id'] },
    build: withOptionsRoute(async (_request, reply) => await reply.code(204).send()),
    failure: 'HEADER_NOT_ALLOWED',
    refusal: 'HEADER_NOT_ALLOWED',
    console: 'Request header field x-id is not allowed',
    where: 'options',
    cure: 'add "x-id" to allowedHeaders'
  },
  {
    title: 'preflightContinue, and an OPTIONS route that bypasses Fastify with a head of its own',
    options: { origin: APP, preflightContinue: true },
    request: { method: 'PUT' },
    build: withOptionsRoute((_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(204, ['access-control-allow-origin', [APP, APP]]).end()
    }),
    failure: 'METHOD_NOT_ALLOWED',
    console: 'Method PUT is not allowed',
    where: 'options',
    cure: 'preflightContinue leaves'
  },
  {
    title: 'another policy for another host',
    request: { method: 'PUT', url: 'http://b.example/where' },
    build: async (app, setUp, handler) => {
      await app.register(corsPlugin, setUp.options)
      app.put('/where', { constraints: { host: 'a.example' }, handler })
      app.put('/where', { constraints: { host: 'b.example' }, config: { cors: setUp.cured === true ? {} : { origin: 'https://b.example' } }, handler })
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    refusal: 'ORIGIN_NOT_ALLOWED',
    console: missing,
    where: 'options',
    cure: `add "${APP}" to origin`,
    apply: cure
  },
  {
    title: 'a method that only another host has',
    request: { method: 'PUT', url: 'http://b.example/where' },
    build: async (app, setUp, handler) => {
      await app.register(corsPlugin, setUp.options)
      app.put('/where', { constraints: { host: 'a.example' }, handler })
      app.get('/where', handler)
      if (setUp.cured === true) app.put('/where', handler)
    },
    failure: 'METHOD_NOT_ALLOWED',
    refusal: 'METHOD_NOT_ALLOWED',
    console: 'Method PUT is not allowed',
    where: 'routes',
    cure: 'add a route for "PUT", or mend the URL',
    apply: cure
  },
  {
    title: 'a hook before the plugin that strips headers when the head is written, past every other hook',
    request: {},
    build: async (app, setUp, handler) => {
      if (setUp.cured !== true) {
        app.addHook('onRequest', async (_request, { raw }) => {
          const writeHead = raw.writeHead.bind(raw) as (status: number, headers: object) => typeof raw
          raw.writeHead = ((status: number, headers: object) => {
            Reflect.deleteProperty(headers, 'access-control-allow-origin')
            return writeHead(status, headers)
          }) as typeof raw.writeHead
        })
      }
      await atRoot(app, setUp, handler)
    },
    failure: 'ALLOW_ORIGIN_MISSING',
    console: missing,
    where: 'routes',
    cure: "something after its hook changes the answer's headers (ALLOW_ORIGIN_MISSING)",
    apply: cure
  }
]

/** What looks suspicious, and works. */
const allowed: Array<{ title: string, options?: CorsOptions, route?: RouteCorsOptions, request: Partial<ExplainRequest>, build?: Build }> = [
  { title: 'a request without preflight', request: {} },
  { title: 'a request with a preflight', options: { origin: APP, allowedHeaders: ['x-id'] }, request: { method: 'PUT', headers: ['X-Id', 'Content-Type'] } },
  { title: 'a simple header, given with its value', request: { headers: { Accept: 'text/html' } } },
  { title: 'credentials', options: { origin: APP, credentials: true }, request: { method: 'PUT', credentials: true } },
  { title: 'cookies that a cross-origin request does not carry by default', request: {} },
  { title: 'a page that wants no cookies', request: { credentials: false } },
  { title: 'a response header that is not exposed: the page reads the rest', request: {} },
  { title: 'maxAge: only speed', options: { origin: APP, maxAge: 0 }, request: { method: 'PUT' } },
  { title: 'a URL without a route: the page sees the 404', request: { method: 'PUT', url: '/nowhere' } },
  { title: 'a URL without a route under a prefix', request: { method: 'PUT', url: '/api/nowhere' }, build: underPrefix },
  { title: 'an asynchronous origin function', options: { origin: async () => true }, request: { method: 'PUT' } },
  {
    title: 'a hook after the plugin that asks who it is',
    request: { method: 'PUT' },
    build: async (app, setUp, handler) => {
      await app.register(corsPlugin, setUp.options)
      app.addHook('preHandler', async (_request, reply) => await reply.code(401).send('who?'))
      addRoutes(app, setUp, handler)
    }
  },
  {
    title: 'an onSend hook and a raw header with a value of their own: the policy has the last word',
    request: {},
    build: async (app, setUp, handler) => {
      app.addHook('onRequest', async (_request, reply) => { reply.raw.setHeader('access-control-allow-origin', 'https://raw.example') })
      await app.register(corsPlugin, setUp.options)
      app.addHook('onSend', async (_request, reply) => { reply.header('access-control-allow-origin', [APP, 'https://second.example']) })
      addRoutes(app, setUp, handler)
    }
  },
  {
    title: 'a route of the same scope that was declared before the plugin had loaded',
    request: {},
    build: async (app, setUp, handler) => {
      app.register(corsPlugin, setUp.options)
      addRoutes(app, setUp, handler)
    }
  },
  {
    title: 'a child that was loaded before the plugin: hooks reach it all the same',
    request: {},
    build: async (app, setUp, handler) => {
      await app.register(async child => { addRoutes(child, setUp, handler) })
      await app.register(corsPlugin, setUp.options)
    }
  },
  { title: "the page of the API's own origin", options: { origin: 'https://elsewhere.example' }, request: { origin: API, method: 'PUT' } }
]

/** Reads a set-up's row into a set-up. */
function setUpOf ({ options = { origin: APP }, route, request, build = atRoot }: Pick<Broken, 'options' | 'route' | 'request' | 'build'>): SetUp {
  return { options, ...(route === undefined ? {} : { route }), request: { origin: APP, url: '/users/1', ...request }, build }
}

async function start (t: Test, setUp: SetUp, handler: RouteHandlerMethod, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(options)
  t.teardown(async () => { await app.close() })
  await setUp.build(app, setUp, handler)
  await app.ready()
  return app
}

/** Asks as any registration in the application would, and sees to what `explain` promises on the way. */
async function explainIn (t: Test, setUp: SetUp): Promise<Explanation> {
  let ran = false
  const app = await start(t, setUp, async () => { ran = true })
  const explanation = await explain(app, setUp.request)
  t.notOk(ran, 'no handler ran')
  t.equal(currentTrace(), undefined)
  return explanation
}

/** What a browser would do on a listening server whose handlers answer. */
async function reality (t: Test, setUp: SetUp): Promise<string> {
  const app = await start(t, setUp, async (_request, reply) => { await reply.header('x-total', '1').send('the answer') })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { url, origin, method, headers = [], credentials = 'same-origin' } = setUp.request
  const list: HeaderList = Array.isArray(headers) ? headers.map((name: string) => [name, 'application/json'] as const) : Object.entries(headers)
  const verdict = await browse(app, {
    url: new URL(url, API).href,
    origin,
    headers: list,
    credentials: credentials === true ? 'include' : credentials === false ? 'omit' : credentials,
    ...(method === undefined ? {} : { method })
  })
  return verdict.outcome === 'readable' ? 'readable' : verdict.failure.code
}

t.test('what is broken is explained, and the cure makes it pass', async t => {
  for (const row of broken) {
    await t.test(row.title, async t => {
      const setUp = setUpOf(row)
      const explanation = await explainIn(t, setUp)
      t.equal(explanation.verdict, 'blocked')
      t.equal(explanation.failure?.code, row.failure)
      t.equal(explanation.refusals[0]?.code, row.refusal)
      if (row.console === undefined) t.equal(explanation.consoleText, undefined)
      else t.match(explanation.consoleText, row.console)
      t.equal(explanation.cure?.where, row.where)
      t.match(explanation.cure?.message, row.cure)
      t.match(explanation.summary, row.summary ?? row.cure)
      t.equal(explanation.steps.at(-1)?.passed, false, 'the last step is the one that failed')
      t.equal(await reality(t, setUp), row.failure, 'a real server and the model of a browser say the same')

      if (row.apply !== undefined) row.apply(setUp)
      else if (setUp.route === undefined) setUp.options = { ...setUp.options, ...explanation.cure?.options }
      else setUp.route = { ...setUp.route, ...explanation.cure?.options }
      const cured = await explainIn(t, setUp)
      t.equal(cured.verdict, 'allowed', cured.summary)
      t.equal(await reality(t, setUp), 'readable')
    })
  }
})

t.test('what only looks broken is allowed', async t => {
  for (const row of allowed) {
    await t.test(row.title, async t => {
      const setUp = setUpOf(row)
      const explanation = await explainIn(t, setUp)
      t.equal(explanation.verdict, 'allowed', explanation.summary)
      t.match(explanation.summary, ' may read the response to ')
      t.strictSame([explanation.failure, explanation.refusals, explanation.consoleText, explanation.cure], [undefined, [], undefined, undefined])
      t.equal(await reality(t, setUp), 'readable')
    })
  }
})

t.test('the exchanges are what the browser sends and what the application answers', async t => {
  const { exchanges } = await explainIn(t, setUpOf({ options: { origin: APP, credentials: true, maxAge: 60 }, request: { method: 'PUT', credentials: true } }))
  t.strictSame(exchanges.map(({ request }) => [request.kind, request.method, request.url]), [
    ['preflight', 'OPTIONS', `${API}/users/1`], ['actual', 'PUT', `${API}/users/1`]
  ])
  t.equal(exchanges[0]?.response.status, 204)
  t.match(Object.fromEntries(exchanges[0]?.response.headers ?? []), { 'access-control-allow-methods': 'GET, HEAD, PUT, PATCH', 'access-control-max-age': '60' })
  t.match(Object.fromEntries(exchanges[1]?.response.headers ?? []), { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'Origin' })
})

t.test('a listening application is asked under its own address', async t => {
  const app = await start(t, setUpOf({ request: {} }), async () => 'the answer')
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { exchanges } = await app.cors.explain({ origin: APP, url: '/users/1' })
  t.equal(exchanges[0]?.request.url, `${app.listeningOrigin}/users/1`)
  const own = await app.cors.explain({ origin: app.listeningOrigin, url: '/users/1' })
  t.match(own.steps[0]?.text, "has the page's own origin: CORS does not come in")
  t.equal(own.verdict, 'allowed')
})

t.test('what cannot be a page, or a URL of the application, is an error that says so', async t => {
  const app = await start(t, setUpOf({ request: {} }), async () => 'the answer')
  await t.rejects(app.cors.explain({ origin: 'app.example.com', url: '/' }), new TypeError('explain: "app.example.com" is not an origin; write \'https://app.example.com\''))
  await t.rejects(app.cors.explain({ origin: APP, url: 'http://' }), /is not a URL of the application; write a path/)
  await t.rejects(app.cors.explain({ origin: APP, url: 'ftp://a.example/' }), /is not a URL of the application/)
})

t.test('explanations that run at once do not mix, nor with real requests', async t => {
  let release = (): void => {}
  const gate = new Promise<void>(resolve => { release = resolve })
  let handled = 0
  const setUp = setUpOf({
    options: { origin: async origin => { await gate; return origin === APP } },
    request: {}
  })
  const app = await start(t, setUp, async () => { handled++; return 'the answer' })
  const outside = new AsyncResource('a real request')
  const real = outside.runInAsyncScope(async () => await app.inject({ url: '/users/1', headers: { origin: APP } }))
  const explanations = ['https://a.example', APP, 'https://b.example'].map(async origin => await app.cors.explain({ origin, url: '/users/1' }))
  release()
  t.strictSame((await Promise.all(explanations)).map(({ verdict, refusals }) => [verdict, ...refusals.map(({ origin }) => origin)]), [
    ['blocked', 'https://a.example'], ['allowed'], ['blocked', 'https://b.example']
  ])
  t.equal((await real).body, 'the answer')
  t.equal(handled, 1)
  t.equal(currentTrace(), undefined)
})

t.test('an application that fails leaves nothing behind', async t => {
  await t.rejects(traced(new Trace(), async () => { throw new Error('no answer') }), { message: 'no answer' })
  t.equal(currentTrace(), undefined)
})

t.test('what explain asks for is in no metric and no log', async t => {
  const seen: unknown[] = []
  const listener = (message: unknown): void => { seen.push(message) }
  subscribe(REFUSAL_CHANNEL, listener)
  t.teardown(() => unsubscribe(REFUSAL_CHANNEL, listener))
  const lines: string[] = []
  const app = await start(t, setUpOf({ request: {} }), async () => 'the answer', { logger: { level: 'debug', stream: { write: (line: string) => { lines.push(line) } } } })
  const { refusals } = await app.cors.explain({ origin: 'https://evil.example', url: '/users/1' })
  t.equal(refusals.length, 1)
  t.strictSame(seen, [])
  t.strictSame(lines.filter(line => line.includes('is not allowed')), [])
})

t.test('the effective options are there to read, and not to write', async t => {
  const decide = (): boolean => true
  for (const [origin, effective] of [['*', '*'], [false, false], [APP, [APP]], [decide, decide]] as const) {
    const app = await start(t, setUpOf({ options: { origin }, request: {} }), async () => 'the answer')
    t.strictSame(app.cors.policy.origin, effective)
    t.equal(app.cors.policy.maxAge, 600)
    t.ok(Object.isFrozen(app.cors.policy))
  }
})

t.test('the policy has the last word on preflights and on 404s too', async t => {
  const build: Build = async (app, setUp, handler) => {
    await atRoot(app, setUp, handler)
    app.addHook('onSend', async (_request, reply) => { reply.header('access-control-allow-origin', 'https://second.example') })
  }
  for (const request of [{ method: 'PUT' }, { url: '/nowhere' }]) {
    const { verdict, summary } = await explainIn(t, setUpOf({ request, build }))
    t.equal(verdict, 'allowed', summary)
  }
})
