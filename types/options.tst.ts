import type { FastifyRequest } from 'fastify'
import { expect, test } from 'tstyche'
import type { CorsOptions, DangerousAllowance, OriginFunction, RouteCorsOptions } from '../lib/index.js'

test('an origin is a string, a RegExp, a list of these, false or a function', () => {
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: '*' }>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: string }>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: false }>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: RegExp }>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: Array<string | RegExp> }>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: readonly ['https://a.example', RegExp] }>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: OriginFunction }>()
})

test('an origin is nothing else, and required', () => {
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ credentials: true }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: true }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: boolean }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: undefined }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: null }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: number }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: URL }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: Array<string | false> }>()
})

test('an origin function gets a string and the request, and answers with a boolean, now or later', () => {
  expect<Parameters<OriginFunction>[0]>().type.toBe<string>()
  expect<FastifyRequest>().type.toBeAssignableTo<Parameters<OriginFunction>[1]>()
  expect<Parameters<OriginFunction>[1]>().type.toBeAssignableTo<FastifyRequest>()
  expect<ReturnType<OriginFunction>>().type.toBe<boolean | Promise<boolean>>()
  expect<OriginFunction>().type.toBeAssignableFrom<(origin: string, request: FastifyRequest) => Promise<boolean>>()
  expect<OriginFunction>().type.toBeAssignableFrom<(origin: string) => boolean>()
  expect<OriginFunction>().type.not.toBeAssignableFrom<(origin: string) => string>()
  expect<OriginFunction>().type.not.toBeAssignableFrom<(origin: string, request: FastifyRequest, done: () => void) => boolean>()
  expect<OriginFunction>().type.not.toBeAssignableFrom<() => undefined>()

  const options: CorsOptions = {
    origin: async (origin, request) => {
      expect(origin).type.toBe<string>()
      expect(request.headers.host).type.toBe<string | undefined>()
      return true
    }
  }
  expect(options).type.toBe<CorsOptions>()
})

test('a list is an array, read-only or not, or a comma-separated string', () => {
  type List = string | readonly string[] | undefined
  expect<CorsOptions['methods']>().type.toBe<List>()
  expect<CorsOptions['allowedHeaders']>().type.toBe<List>()
  expect<CorsOptions['exposedHeaders']>().type.toBe<List>()
  expect<CorsOptions['vary']>().type.toBe<List>()
  expect<CorsOptions>().type.toBeAssignableFrom<{ origin: '*', dangerouslyAllow: readonly ['null-origin'] }>()
  expect<CorsOptions>().type.not.toBeAssignableFrom<{ origin: '*', dangerouslyAllow: ['everything'] }>()
  expect<DangerousAllowance>().type.toBe<'insecure-origins' | 'public-suffixes' | 'null-origin'>()
})

test('the other options have their types', () => {
  expect<CorsOptions['credentials']>().type.toBe<boolean | undefined>()
  expect<CorsOptions['maxAge']>().type.toBe<number | false | undefined>()
  expect<CorsOptions['optionsSuccessStatus']>().type.toBe<number | undefined>()
  expect<CorsOptions['cacheControl']>().type.toBe<number | string | undefined>()
  expect<CorsOptions['preflight']>().type.toBe<boolean | undefined>()
  expect<CorsOptions['preflightContinue']>().type.toBe<boolean | undefined>()
  expect<CorsOptions['rawHeaders']>().type.toBe<boolean | undefined>()
  expect<CorsOptions['hideOptionsRoute']>().type.toBe<boolean | undefined>()
  expect<CorsOptions['logLevel']>().type.toBe<
    'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | undefined
  >()
})

test('there are no other options', () => {
  expect<keyof CorsOptions>().type.toBe<
    'origin' | 'credentials' | 'methods' | 'allowedHeaders' | 'exposedHeaders' | 'maxAge' | 'vary' |
    'optionsSuccessStatus' | 'cacheControl' | 'preflight' | 'preflightContinue' | 'rawHeaders' |
    'hideOptionsRoute' | 'logLevel' | 'dangerouslyAllow'
  >()
  // @ts-expect-error 'allowCredentials' does not exist in type
  const misspelt: CorsOptions = { origin: '*', allowCredentials: true }
  expect(misspelt).type.toBe<CorsOptions>()
})

test('a route may name any of the options, and has to name none', () => {
  expect<keyof RouteCorsOptions>().type.toBe<keyof CorsOptions>()
  expect<RouteCorsOptions>().type.toBeAssignableFrom<{ methods: readonly string[] }>()
  expect<RouteCorsOptions>().type.toBeAssignableFrom<CorsOptions>()
  expect<RouteCorsOptions>().type.not.toBeAssignableFrom<{ origin: true }>()
})

test('no option is any', () => {
  type AnyNames<T> = { [Name in keyof T]-?: 0 extends 1 & T[Name] ? Name : never }[keyof T]
  expect<AnyNames<CorsOptions>>().type.toBe<never>()
})
