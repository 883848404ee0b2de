import { METHODS } from 'node:http'
import type { Failure } from '../fetch/failure.js'
import { show } from '../policy/issue.js'
import type { CorsOptions } from '../policy/options.js'
import type { Policy } from '../policy/policy.js'
import { validateCorsOptions } from '../policy/validate.js'
import { SAFELISTED_REQUEST_HEADERS } from '../protocol/header-name.js'
import { SAFELISTED_METHODS } from '../protocol/method.js'
import { effectiveOptions } from './effective-options.js'
import type { Refusal, RefusalCode } from './refusal.js'

/** What to change so that the browser lets the page read the response. */
export interface Cure {
  /** Where: in the plugin's options, in the routes, in the order of plugins and hooks, or in the page. */
  readonly where: 'options' | 'routes' | 'order' | 'page'
  /** One sentence: what to write. */
  readonly message: string
  /** The options that differ, with their new values, to lay over those of the scope or the route. They pass the startup check. */
  readonly options?: Partial<CorsOptions>
}

/** What is known about a blocked request. */
export interface Blockage {
  readonly failure: Failure
  /** The request that failed. */
  readonly kind: 'preflight' | 'actual'
  /** Its answer's status; 0 where it was not sent. */
  readonly status: number
  readonly url: string
  readonly origin: string
  /** The actual request's method, as the browser sends it. */
  readonly method: string
  /** The names, in lower case, that the preflight asks for. */
  readonly headers: readonly string[]
  /** Whether the request is made with credentials, whoever's origin it is for. */
  readonly credentials: boolean
  /** The policy that decided, or would have; `undefined` where there is none. */
  readonly policy: Policy | undefined
  /** Whether the plugin's hook ran. */
  readonly reached: boolean
  /** Whether the application has a route for the method at the URL. */
  readonly hasRoute: boolean
  readonly refusals: readonly Refusal[]
}

/** A change of the plugin's options. */
interface Change {
  readonly message: string
  /** None where what to write is not known, as in a function. */
  readonly options?: Partial<CorsOptions>
}

const REGISTER_AROUND = 'register the plugin in the scope of this route or in one around it, and before the route: await app.register(cors, …)'

/** The cure for a blocked request, from what the browser saw and what the plugin did. */
export function cureFor (blockage: Blockage): Cure {
  const { policy, reached, origin } = blockage
  const inPage = pageCure(blockage)
  if (inPage !== undefined) return { where: 'page', message: inPage }
  const disabled = refusal(blockage, 'CORS_DISABLED')
  if (disabled !== undefined || policy?.origins.kind === 'none') {
    return { where: 'options', message: `CORS is switched off here: ${disabled?.hint ?? 'remove config.cors: false from the route'}`, options: { origin: [origin] } }
  }
  const outside = refusal(blockage, 'OUTSIDE_SCOPE')
  if (outside !== undefined) return { where: 'order', message: outside.hint }
  if (policy === undefined || (!reached && !isLeft(blockage, policy))) return unreached(blockage)
  return startable(policyCure(blockage, policy), policy)
}

function refusal ({ refusals }: Blockage, code: RefusalCode): Refusal | undefined {
  return refusals.find(refused => refused.code === code)
}

/** What no server can allow, as a sentence. */
function pageCure (blockage: Blockage): string | undefined {
  const { failure, kind, method, url, origin, policy } = blockage
  if (failure.code === 'METHOD_FORBIDDEN') return `browsers let no page send ${failure.method}: use another method`
  if (!isDecodable(url)) return `mend the URL: ${show(url)} cannot be decoded, and Fastify answers before any hook`
  if (!METHODS.includes(method) && (kind === 'actual' || failure.code === 'METHOD_NOT_ALLOWED')) {
    const upper = method.toUpperCase()
    return METHODS.includes(upper)
      ? `write ${show(upper)} in the page's fetch(): browsers send ${show(method)} as it is written, and methods are compared byte by byte`
      : `use another method: Node's HTTP parser does not know ${show(method)}`
  }
  if (failure.code === 'HEADER_NOT_ALLOWED' && policy?.options.allowedHeaders === '*') {
    return 'set fewer and shorter headers: the preflight asks for more than the plugin reads'
  }
  const refused = refusal(blockage, 'ORIGIN_MALFORMED') ?? refusal(blockage, 'ORIGIN_NOT_ALLOWED')
  return refused !== undefined && (refused.code === 'ORIGIN_MALFORMED' || origin === 'null') ? refused.hint : undefined
}

function isDecodable (url: string): boolean {
  try {
    decodeURIComponent(new URL(url).pathname)
    return true
  } catch {
    return false
  }
}

/** Whether it is for the application's own OPTIONS route to answer, and it has none that is in the plugin's scope. */
function isLeft ({ kind, status }: Blockage, { answersPreflight }: Policy): boolean {
  return kind === 'preflight' && status === 404 && answersPreflight !== 'yes'
}

/** A hook, or a server's handler, answered before the plugin's hook; or there is no hook. */
function unreached ({ kind, status, hasRoute, method }: Blockage): Cure {
  if (status === 0) return { where: 'order', message: REGISTER_AROUND }
  if (status === 404) {
    return hasRoute
      ? { where: 'order', message: REGISTER_AROUND }
      : { where: 'routes', message: `there is no route for ${method} at this URL, and no registration of the plugin around it: mend the URL or register the plugin` }
  }
  const what = status >= 300 && status <= 399 ? `redirects it (${status})` : `answers it with ${status}`
  return {
    where: 'order',
    message: `a hook that was added before the plugin ${what}: register the plugin before it, so that ${kind === 'preflight' ? 'preflights, which carry no credentials, are answered first' : 'its answer is within the policy'}`
  }
}

/** Everything that the policy lacks for this request, so that one change is enough. */
function policyCure (blockage: Blockage, policy: Policy): Cure {
  const { failure, kind, status, method, headers } = blockage
  const { methods, allowedHeaders } = policy.options
  const changes = [...originChanges(blockage, policy), ...credentialsChanges(blockage, policy)]
  const failed = policy.origins.kind === 'decided' && status >= 500 && changes.length === 0
  if (failed) return { where: 'options', message: `the origin function threw, and the answer was ${status}: see the log` }

  const noRoute = kind === 'preflight' && failure.code === 'METHOD_NOT_ALLOWED' && methods === undefined && !blockage.hasRoute
  const lists = kind === 'actual' ? [] : [...methodChanges(method, methods), ...headerChanges(headers, allowedHeaders)]
  const leftChange = LEFT_CHANGES[policy.answersPreflight]
  if (kind === 'preflight' && leftChange !== undefined) {
    const answered = policy.answersPreflight === 'continue' ? lists : []
    const left = failure.code.startsWith('PREFLIGHT_') || isLeft(blockage, policy) || changes.length + answered.length === 0
    changes.push(...left ? [leftChange, ...lists] : answered)
  } else {
    changes.push(...lists)
  }
  const messages = changes.map(change => change.message)
  if (noRoute) messages.unshift(`add a route for ${show(method)}, or mend the URL`)
  if (messages.length === 0) {
    messages.push(`the plugin allows this request, and something after its hook changes the answer's headers (${failure.code}): let nothing else set CORS headers`)
  }
  const options = Object.assign({}, ...changes.map(change => change.options)) as Partial<CorsOptions>
  return {
    where: noRoute || changes.length === 0 ? 'routes' : 'options',
    message: messages.join('; '),
    ...(Object.keys(options).length === 0 ? {} : { options })
  }
}

function originChanges (blockage: Blockage, { origins }: Policy): Change[] {
  const { failure, origin } = blockage
  if (failure.code === 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS' && origins.kind === 'any') {
    return [{
      message: `any origin excludes credentials: write origin: [${show(origin)}] with credentials: true`,
      options: { origin: [origin], credentials: true }
    }]
  }
  const refused = refusal(blockage, 'ORIGIN_NOT_ALLOWED')
  if (refused === undefined) return []
  return [{ message: refused.hint, ...(origins.kind === 'listed' ? { options: { origin: [...origins.entries, origin] } } : {}) }]
}

function credentialsChanges ({ credentials }: Blockage, { origins, options }: Policy): Change[] {
  return credentials && !options.credentials && origins.kind !== 'any'
    ? [{ message: "write credentials: true, or leave credentials out of the page's fetch()", options: { credentials: true } }]
    : []
}

function methodChanges (method: string, methods: '*' | readonly string[] | undefined): Change[] {
  return methods === undefined || methods === '*' || methods.includes(method) || SAFELISTED_METHODS.has(method)
    ? []
    : [{ message: `add ${show(method)} to methods, or leave the option out`, options: { methods: [...methods, method] } }]
}

function headerChanges (names: readonly string[], allowed: '*' | readonly string[]): Change[] {
  if (allowed === '*') return []
  const listed = new Set([...SAFELISTED_REQUEST_HEADERS, ...allowed.map(name => name.toLowerCase())])
  const missing = names.filter(name => !listed.has(name))
  return missing.length === 0
    ? []
    : [{ message: `add ${missing.map(show).join(', ')} to allowedHeaders`, options: { allowedHeaders: [...allowed, ...missing] } }]
}

/** By the policy's `answersPreflight`: what lets the plugin answer again. */
const LEFT_CHANGES: Readonly<Record<Policy['answersPreflight'], Change | undefined>> = {
  yes: undefined,
  no: {
    message: 'preflight: false leaves this preflight to an OPTIONS route of the application: remove it, or let that route answer with a status from 200 to 299 and what the page asks for',
    options: { preflight: true }
  },
  continue: {
    message: "preflightContinue leaves this preflight's status to an OPTIONS route of the application: remove it, or let that route answer with a status from 200 to 299",
    options: { preflightContinue: false }
  }
}

/** A cure whose options would not start is none: then the startup check has the last word. */
function startable (cure: Cure, policy: Policy): Cure {
  if (cure.options === undefined) return cure
  const { vary, dangerouslyAllow, ...options } = effectiveOptions(policy.options)
  const [issue] = validateCorsOptions({
    ...options,
    // Empty ones cannot be written.
    ...(vary.length === 0 ? {} : { vary }),
    ...(dangerouslyAllow.length === 0 ? {} : { dangerouslyAllow }),
    ...cure.options
  })
  return issue === undefined
    ? cure
    : { where: cure.where, message: `${cure.message}; but that is refused at startup, since ${issue.message} → ${issue.hint}` }
}
