import type { Failure } from '../fetch/failure.js'
import { parseOrigin, type Origin } from '../origin/origin.js'
import { isTrustworthy } from '../origin/trustworthy.js'
import { show } from '../policy/issue.js'
import type { CorsOptions } from '../policy/options.js'
import type { Policy } from '../policy/policy.js'
import type { Refusal } from './refusal.js'

/** What to change so that the browser lets the page read the response. */
export interface Cure {
  /**
   * Where: in the plugin's options, in the routes, in the order of plugins and hooks, or in the page. `options` then
   * has the options to change.
   */
  readonly where: 'options' | 'routes' | 'order' | 'page'
  /** One sentence: what to write. */
  readonly message: string
  /** The options that differ, with their new values, to lay over those of the scope or the route. */
  readonly options?: Partial<CorsOptions>
}

/** What is known about a blocked request. */
export interface Blockage {
  readonly failure: Failure
  readonly kind: 'preflight' | 'actual'
  readonly status: number
  readonly origin: string
  readonly method: string
  /** The policy that decided; `undefined` where none did. */
  readonly policy: Policy | undefined
  /** Whether the plugin's hook ran at all. */
  readonly reached: boolean
  /** Whether the application has a route for the method at the URL. */
  readonly hasRoute: boolean
  readonly refusals: readonly Refusal[]
}

/** The cure for a blocked request, from what the browser saw and what the plugin did. */
export function cureFor (blockage: Blockage): Cure {
  const { failure, refusals, policy } = blockage
  const disabled = refusals.find(({ code }) => code === 'CORS_DISABLED')
  if (disabled !== undefined) return { where: 'options', message: disabled.hint, options: { origin: [blockage.origin] } }
  const outside = refusals.find(({ code }) => code === 'OUTSIDE_SCOPE')
  if (outside !== undefined) return { where: 'order', message: outside.hint }
  if (!blockage.reached) return unreached(blockage)

  const refused = refusals.find(({ code }) => code === 'ORIGIN_NOT_ALLOWED' || code === 'ORIGIN_MALFORMED')
  if (refused !== undefined) return originCure(refused, policy)
  switch (failure.code) {
    case 'METHOD_NOT_ALLOWED':
      return methodCure(failure.method, refusals, policy)
    case 'HEADER_NOT_ALLOWED':
      return {
        where: 'options',
        message: `add ${show(failure.header)} to allowedHeaders`,
        options: { allowedHeaders: [...list(policy?.options.allowedHeaders), failure.header] }
      }
    case 'ALLOW_CREDENTIALS_NOT_TRUE':
      return { where: 'options', message: "write credentials: true, or leave credentials out of the page's fetch()", options: { credentials: true } }
    case 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS':
      return {
        where: 'options',
        message: `any origin excludes credentials: write origin: [${show(blockage.origin)}] with credentials: true`,
        options: { origin: [blockage.origin], credentials: true }
      }
    case 'METHOD_FORBIDDEN':
      return { where: 'page', message: `browsers let no page send ${failure.method}: use another method` }
    default:
      return bypassed(blockage)
  }
}

/** A hook, or a server's handler, answered before the plugin's hook; or there is no hook. */
function unreached ({ kind, status, hasRoute, method }: Blockage): Cure {
  if (kind === 'preflight' && status === 404) {
    return hasRoute
      ? { where: 'order', message: 'register the plugin in the scope of this route or in one around it, and before the route: await app.register(cors, …)' }
      : { where: 'routes', message: `there is no route for ${method} at this URL, and no registration of the plugin around it: mend the URL or register the plugin` }
  }
  if (status === 0) return { where: 'order', message: 'register the plugin in the scope of this route or in one around it, and before the route: await app.register(cors, …)' }
  const what = status >= 300 && status <= 399 ? `redirects it (${status})` : `answers it with ${status}`
  return { where: 'order', message: `a hook that was added before the plugin ${what}: register the plugin before it, so that ${kind === 'preflight' ? 'preflights, which carry no credentials, are' : 'its answer is'} within the policy` }
}

function originCure (refusal: Refusal, policy: Policy | undefined): Cure {
  const { origins, options } = policy ?? {}
  const { origin, hint } = refusal
  if (refusal.code === 'ORIGIN_MALFORMED' || origin === 'null') return { where: 'page', message: hint }
  const { scheme, host } = parseOrigin(origin) as Origin
  if (options?.credentials === true && !isTrustworthy(scheme, host)) {
    return { where: 'page', message: `serve the page over TLS, and list its https: origin: with credentials, ${show(origin)} would be refused at startup` }
  }
  return origins?.kind === 'listed'
    ? { where: 'options', message: hint, options: { origin: [...origins.entries, origin] } }
    : { where: 'options', message: hint }
}

function methodCure (method: string, refusals: readonly Refusal[], policy: Policy | undefined): Cure {
  const message = refusals.find(({ code }) => code === 'METHOD_NOT_ALLOWED')?.hint ?? `allow ${show(method)}`
  if (method !== method.toUpperCase()) return { where: 'page', message: `${message}; browsers send ${show(method)} as it is written` }
  const methods = policy?.options.methods
  return methods === undefined
    ? { where: 'routes', message }
    : { where: 'options', message, options: { methods: [...list(methods), method] } }
}

/** The plugin's hook ran and did its part: something after it, outside Fastify's lifecycle, changed the answer. */
function bypassed ({ failure, kind, status }: Blockage): Cure {
  if (kind === 'preflight') {
    return { where: 'routes', message: `the application's own OPTIONS route answers this preflight (${status}), since the policy leaves it to it: let it answer with a status from 200 to 299, or remove preflight: false and preflightContinue` }
  }
  return { where: 'routes', message: `the response bypasses Fastify (${failure.code}): write rawHeaders: true, and set no CORS headers in the handler` }
}

function list (names: '*' | readonly string[] | undefined): readonly string[] {
  return names === undefined || names === '*' ? [] : names
}
