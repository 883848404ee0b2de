import type { SchemaOptions, Static, TSchema } from '@sinclair/typebox'
import { Type } from './typebox.js'

/**
 * The request that an origin function gets besides the origin. The policy knows nothing of it: the plugin widens this
 * interface to Fastify's request.
 */
export interface PolicyRequest {}

/**
 * Decides about an origin that no list can hold, for example one from a database.
 *
 * Called only with a well-formed origin of at most 326 characters; never without one, never with `null`. Only `true`
 * allows. What it throws, or rejects with, goes to the application's error handler.
 */
export type OriginFunction = (origin: string, request: PolicyRequest) => boolean | Promise<boolean>

/** A schema whose `description` completes the sentence "must be …" in an issue, and whose `hint` says what to write. */
interface Described extends SchemaOptions {
  readonly description: string
  readonly hint: string
}

// TypeBox's own kinds, by structure. Kinds of ours would need its registry, of which each of its two builds has one, so
// that the schema could not be checked from the other.
const RegExpSchema = Type.Unsafe<RegExp>(Type.Object({ source: Type.String(), flags: Type.String() }))
const OriginFunctionSchema = Type.Unsafe<OriginFunction>(Type.Function([Type.String(), Type.Unknown()], Type.Unknown()))

/** Every list may come as a comma-separated string too, so that an environment variable works as it is. */
function listOf<Item extends TSchema> (item: Item, described: Described) {
  const array = Type.Unsafe<ReadonlyArray<Static<Item>>>(Type.Array(item))
  return Type.Union([Type.String(), array], described)
}

function flag (defaultValue: boolean, what: string) {
  return Type.Boolean({
    default: defaultValue,
    description: 'true or false',
    hint: `write true or false, without quotes (${what}); from the environment: process.env.NAME === 'true'`
  })
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const allowances = ['insecure-origins', 'public-suffixes', 'null-origin'] as const

/**
 * The shape of the plugin's options, and the one source of their types. What a schema can't say (that an origin is
 * written as browsers send it, that `'*'` and credentials exclude each other) `validateCorsOptions` checks after it.
 */
export const CorsOptionsSchema = Type.Object({
  /**
   * Who may read responses: `'*'` for any origin, `false` for no CORS, an origin as browsers send it
   * (`https://app.example.com`), a pattern (`https://*.example.com`, `http://localhost:*`), a RegExp that matches the
   * whole origin, a list of these, or a function. Required.
   */
  origin: Type.Union([
    Type.Literal(false),
    Type.String(),
    RegExpSchema,
    OriginFunctionSchema,
    Type.Unsafe<ReadonlyArray<string | RegExp>>(Type.Array(Type.Union([Type.String(), RegExpSchema], {
      description: 'a string or a RegExp',
      hint: "write an origin ('https://app.example.com'), a pattern ('https://*.example.com') or a RegExp"
    })))
  ], {
    description: "'*', false, an origin, a pattern, a RegExp, a list of these, or a function",
    hint: "list the origins of your front ends, for example ['https://app.example.com']; '*' for a public API without credentials; false for no CORS"
  }),
  /**
   * Whether pages may send cookies and read the answer to them. Default: `false`.
   * https://fetch.spec.whatwg.org/#http-access-control-allow-credentials
   */
  credentials: Type.Optional(flag(false, 'whether pages may send cookies and read the answer')),
  /**
   * The methods that preflights allow: a list, or `'*'` for the one that is asked for. Left out: those of the routes
   * at the URL. https://fetch.spec.whatwg.org/#http-access-control-allow-methods
   */
  methods: Type.Optional(listOf(Type.String({ description: 'a method name', hint: "write for example 'PUT'" }), {
    description: "'*' or a list of method names",
    hint: "leave it out to allow the methods that the routes have, or list them: ['GET', 'PUT']"
  })),
  /**
   * The request headers that pages may set besides `accept`, `accept-language`, `content-language`, `content-type` and
   * `range`: a list, or `'*'` for those that are asked for, `authorization` included. Default: none.
   * https://fetch.spec.whatwg.org/#http-access-control-allow-headers
   */
  allowedHeaders: Type.Optional(listOf(Type.String({ description: 'a header name', hint: "write for example 'Authorization'" }), {
    default: [],
    description: "'*' or a list of request header names",
    hint: "list the request headers that your pages set: ['Authorization', 'X-Request-Id']"
  })),
  /**
   * The response headers that pages may read besides the safelisted ones: a list, or without credentials `'*'`.
   * Default: none. https://fetch.spec.whatwg.org/#http-access-control-expose-headers
   */
  exposedHeaders: Type.Optional(listOf(Type.String({ description: 'a header name', hint: "write for example 'Location'" }), {
    default: [],
    description: "'*' or a list of response header names",
    hint: "list the response headers that your pages read: ['Location', 'X-Total-Count']"
  })),
  /**
   * How long browsers may remember a preflight's answer, in seconds from 0 to 86400, or `false` for their own default
   * of 5 seconds. They cap it: Chromium at 7200, Firefox at 86400, WebKit at 600. Default: 600.
   * https://fetch.spec.whatwg.org/#http-access-control-max-age
   */
  maxAge: Type.Optional(Type.Union([Type.Literal(false), Type.Integer({ minimum: 0, maximum: 86400 })], {
    default: 600,
    description: 'false or a whole number of seconds from 0 to 86400',
    hint: 'write a number such as 600; browsers cap it: Chromium at 7200, Firefox at 86400, WebKit at 600'
  })),
  /**
   * The request headers that an origin function looks at besides `Origin`. Default: none.
   * https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
   */
  vary: Type.Optional(listOf(Type.String({ description: 'a header name', hint: "write for example 'X-Tenant'" }), {
    default: [],
    description: 'a list of request header names',
    hint: "list the request headers that your origin function looks at: ['X-Tenant']"
  })),
  /** The status of a granted preflight, from 200 to 299. Default: 204; some smart TVs need 200. */
  optionsSuccessStatus: Type.Optional(Type.Integer({
    minimum: 200,
    maximum: 299,
    default: 204,
    description: 'a whole number from 200 to 299',
    hint: 'write 204, or 200 for clients that insist on it; browsers refuse a preflight with any other class of status'
  })),
  /** `Cache-Control` of a granted preflight: the seconds of `max-age`, or the whole value. Default: none. */
  cacheControl: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.String()], {
    description: 'a whole number of seconds from 0 up, or a Cache-Control value',
    hint: "write 3600 or 'public, max-age=3600'"
  })),
  /** `false` leaves preflights to the application. Default: `true`. */
  preflight: Type.Optional(flag(true, 'false leaves preflights to the application')),
  /** `true` sets a preflight's headers and lets the application's own OPTIONS route answer. Default: `false`. */
  preflightContinue: Type.Optional(flag(false, "true lets the application's own OPTIONS route answer")),
  /**
   * `true` writes the headers on the Node response at once, for code that looks for them there:
   * `reply.raw.getHeaders()`. Replies that bypass Fastify carry them without it. Default: `false`.
   */
  rawHeaders: Type.Optional(flag(false, 'true for code that reads the headers of reply.raw')),
  /** `false` shows the OPTIONS routes in @fastify/swagger. Default: `true`. */
  hideOptionsRoute: Type.Optional(flag(true, 'false shows the OPTIONS routes in @fastify/swagger')),
  /** The log level of the OPTIONS routes. Default: that of their scope. */
  logLevel: Type.Optional(Type.Union(logLevels.map(level => Type.Literal(level)), {
    description: `a log level: ${logLevels.join(', ')}`,
    hint: "write for example 'warn'"
  })),
  /**
   * The rules that this policy may break, each by name. Nothing gets past any origin with credentials. Default: none.
   * - `'insecure-origins'`: credentials for origins without TLS other than loopback ones
   * - `'public-suffixes'`: credentials for every subdomain of a public suffix, such as `https://*.github.io`
   * - `'null-origin'`: the origin `null`, without credentials
   */
  // Any string here: items are trimmed before they are compared.
  dangerouslyAllow: Type.Optional(listOf(Type.Unsafe<typeof allowances[number]>(Type.String({
    description: `one of ${allowances.join(', ')}`,
    hint: 'name only the rule that you have to break'
  })), {
    default: [],
    description: `a list of ${allowances.join(', ')}`,
    hint: "name the rules that you have to break: ['insecure-origins']"
  }))
}, { additionalProperties: false })

/** The options of the plugin. See the README's table, or the properties of {@link CorsOptionsSchema}. */
export type CorsOptions = Static<typeof CorsOptionsSchema>

/** A rule that `dangerouslyAllow` switches off. */
export type DangerousAllowance = typeof allowances[number]

/** The options in a route's `config.cors`: what they name replaces the scope's option of that name. */
export type RouteCorsOptions = Partial<CorsOptions>

export const ALLOWANCES: readonly string[] = allowances
