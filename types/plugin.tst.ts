import Fastify, { type FastifyInstance } from 'fastify'
import { expect, test } from 'tstyche'
import cors, {
  corsPlugin, CorsOptionsError, CorsOptionsSchema, validateCorsOptions,
  type CorsIssue, type CorsIssueCode, type CorsOptions, type RouteCorsOptions
} from '../lib/index.js'

const app = Fastify()

test('the plugin is registered with its options', () => {
  expect(cors).type.toBe<typeof corsPlugin>()
  expect(cors).type.toBe<(instance: FastifyInstance, options: CorsOptions) => Promise<void>>()
  expect(app.register).type.toBeCallableWith(cors, { origin: 'https://app.example.com', prefix: '/api' })
  expect(app.register).type.toBeCallableWith(corsPlugin, { origin: ['https://app.example.com', /^https:\/\/b\.example$/] as const })
  expect(app.register).type.toBeCallableWith(import('../lib/index.js'), { origin: '*' })
  expect(app.register).type.not.toBeCallableWith(cors)
  expect(app.register).type.not.toBeCallableWith(cors, {})
  expect(app.register).type.not.toBeCallableWith(cors, { origin: true })
  expect(app.register).type.not.toBeCallableWith(cors, { origin: '*', allowCredentials: true })
})

test('an application with a server or a type provider of its own takes the plugin', () => {
  expect(Fastify({ http2: true }).register).type.toBeCallableWith(cors, { origin: '*' })
  expect(Fastify({ https: {} }).register).type.toBeCallableWith(cors, { origin: '*' })
})

test('the config of a route takes false or options', () => {
  const handler = () => 'done'
  expect(app.get).type.toBeCallableWith('/', { config: { cors: false } }, handler)
  expect(app.get).type.toBeCallableWith('/', { config: { cors: {} } }, handler)
  expect(app.get).type.toBeCallableWith('/', { config: { cors: { origin: 'https://app.example.com' } } }, handler)
  expect(app.get).type.toBeCallableWith('/', { config: { cors: { methods: ['PUT'] as const, maxAge: false } } }, handler)
  expect(app.get).type.toBeCallableWith('/', { config: { cors: {} as RouteCorsOptions, other: 1 } }, handler)
  expect(app.get).type.not.toBeCallableWith('/', { config: { cors: { origin: true } } }, handler)
  expect(app.get).type.not.toBeCallableWith('/', { config: { cors: { origin: 1 } } }, handler)
  expect(app.get).type.not.toBeCallableWith('/', { config: { cors: { credentials: 'yes' } } }, handler)
})

test('the config of a route takes no primitive but false', () => {
  const handler = () => 'done'
  expect(app.get).type.not.toBeCallableWith('/', { config: { cors: true } }, handler)
  expect(app.get).type.not.toBeCallableWith('/', { config: { cors: '*' } }, handler)
})

test('anything can be validated', () => {
  expect(validateCorsOptions).type.toBe<(options: unknown) => CorsIssue[]>()
})

test('an issue is text and a code', () => {
  expect<CorsIssue>().type.toBe<{
    readonly code: CorsIssueCode
    readonly path: string
    readonly message: string
    readonly hint: string
  }>()
  expect<CorsIssueCode>().type.not.toBeAssignableFrom<string>()
})

test('the error lists its issues', () => {
  expect(CorsOptionsError).type.toBeConstructableWith([] as CorsIssue[])
  expect<CorsOptionsError>().type.toBeAssignableTo<Error>()
  expect<CorsOptionsError['code']>().type.toBe<'CORS_INVALID_OPTIONS'>()
  expect<CorsOptionsError['name']>().type.toBe<'CorsOptionsError'>()
  expect<CorsOptionsError['issues']>().type.toBe<readonly CorsIssue[]>()
})

test('the schema names the options', () => {
  expect<keyof typeof CorsOptionsSchema.properties>().type.toBe<keyof CorsOptions>()
  expect<typeof CorsOptionsSchema['static']>().type.toBe<CorsOptions>()
})
