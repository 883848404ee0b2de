import type { IncomingHttpHeaders } from 'node:http'
import { parseOrigin } from '../origin/origin.js'
import { show } from '../policy/issue.js'
import type { Policy } from '../policy/policy.js'
import { SAFELISTED_METHODS } from '../protocol/method.js'
import { requestedHeaders } from '../protocol/preflight.js'
import { nearestOrigin } from './near-miss.js'

/** Why CORS says no; stable, for programs to count. */
export type RefusalCode =
  /** The request's origin is none that the policy allows. */
  | 'ORIGIN_NOT_ALLOWED'
  /** The `Origin` header is not an origin as browsers write it. */
  | 'ORIGIN_MALFORMED'
  /** The preflight asks for a method that the answer does not list. */
  | 'METHOD_NOT_ALLOWED'
  /** The preflight asks for a header that the answer does not list. */
  | 'HEADER_NOT_ALLOWED'
  /** The request carries cookies, and the policy has no credentials. */
  | 'CREDENTIALS_NOT_ALLOWED'
  /** The route has `cors: false`, or its scope `origin: false`. */
  | 'CORS_DISABLED'
  /** The preflight is about a route that no registration of the plugin covers. */
  | 'OUTSIDE_SCOPE'

/** One reason why a browser will keep a response from a page. */
export interface Refusal {
  readonly code: RefusalCode
  /** The reason in one sentence. What came from the request stands in it escaped. */
  readonly message: string
  /** What to change, if it was meant to work. */
  readonly hint: string
  /** The `Origin` header as it came. */
  readonly origin: string
  /** The method that the page wants to use. */
  readonly method: string
  /** The URL as it came: path and query. */
  readonly url: string
  /** The request header that is not allowed, with `HEADER_NOT_ALLOWED`. */
  readonly header?: string
  /** Whether it was the preflight that was refused. */
  readonly preflight: boolean
}

/** What is refused: the facts that every refusal tells. */
export type RefusedRequest = Pick<Refusal, 'origin' | 'method' | 'url' | 'preflight'>

/** Why a policy does not allow the request's origin. */
export function originRefusal ({ origins }: Policy, request: RefusedRequest): Refusal {
  const { origin } = request
  const near = origins.kind === 'listed' ? nearestOrigin(origins, origin) : undefined
  const shown = show(origin)
  if (origin !== 'null' && parseOrigin(origin) === undefined) {
    return {
      ...request,
      code: 'ORIGIN_MALFORMED',
      message: `Origin ${shown} ${near?.difference ?? 'is not written as browsers send it, and so is never allowed'}`,
      hint: near === undefined ? 'send the origin of a page: scheme://host[:port], without a path' : `send ${show(near.allowed)}`
    }
  }
  return {
    ...request,
    code: 'ORIGIN_NOT_ALLOWED',
    message: near === undefined ? `Origin ${shown} is not allowed` : `Origin ${shown} is not allowed: it ${near.difference}`,
    hint: originHint(origins.kind, shown, origin)
  }
}

function originHint (kind: Policy['origins']['kind'], shown: string, origin: string): string {
  if (origin === 'null') return 'serve the page from an origin of its own; a sandboxed frame or a file has none that could be listed safely'
  if (kind === 'decided') return `the origin function has to answer true for ${shown}`
  return `if its pages are yours, add ${shown} to origin`
}

/** What a granted preflight asks for that its answer does not allow: the method, then each header by name. */
export function preflightRefusals (
  policy: Policy, request: RefusedRequest, headers: IncomingHttpHeaders, answer: { methods: string | undefined, headers: string | undefined }
): Refusal[] {
  const methods = splitList(answer.methods)
  const allowed = new Set(splitList(answer.headers))
  const refusals: Refusal[] = []
  if (!methods.includes(request.method) && !SAFELISTED_METHODS.has(request.method)) refusals.push(methodRefusal(policy, request, methods))
  for (const header of splitList(requestedHeaders(headers))) {
    if (!allowed.has(header)) refusals.push(headerRefusal(request, header))
  }
  return refusals
}

function methodRefusal (policy: Policy, request: RefusedRequest, methods: readonly string[]): Refusal {
  const upper = request.method.toUpperCase()
  const shown = show(request.method)
  return {
    ...request,
    code: 'METHOD_NOT_ALLOWED',
    message: methods.includes(upper)
      ? `Method ${shown} is not allowed: methods are compared byte by byte, and ${upper} is`
      : `Method ${shown} is not allowed: ${policy.options.methods === undefined ? 'the routes at this URL have' : 'the methods option has'} ${methods.join(', ') || 'none'}`,
    hint: methods.includes(upper)
      ? `write ${show(upper)} in the page's fetch()`
      : policy.options.methods === undefined ? `add a route for ${show(upper)}, or mend the URL` : `add ${show(upper)} to methods, or leave the option out`
  }
}

function headerRefusal (request: RefusedRequest, header: string): Refusal {
  return {
    ...request,
    code: 'HEADER_NOT_ALLOWED',
    header,
    message: `Request header ${show(header)} is not allowed`,
    hint: `add ${show(header)} to allowedHeaders`
  }
}

/** A response to a request with cookies, which the browser keeps from the page. */
export function credentialsRefusal (request: RefusedRequest): Refusal {
  return {
    ...request,
    code: 'CREDENTIALS_NOT_ALLOWED',
    message: 'The request carries cookies, and the policy has no credentials',
    hint: "write credentials: true, or leave credentials out of the page's fetch()"
  }
}

/** A route without CORS. */
export function disabledRefusal (request: RefusedRequest): Refusal {
  return {
    ...request,
    code: 'CORS_DISABLED',
    message: `CORS is switched off for ${show(request.method)} ${show(request.url)}`,
    hint: 'remove config.cors: false from the route, or origin: false from its scope'
  }
}

/** A preflight that no policy answers. */
export function outsideRefusal (request: RefusedRequest): Refusal {
  return {
    ...request,
    code: 'OUTSIDE_SCOPE',
    message: `No registration of fastify-cors-policy covers ${show(request.method)} ${show(request.url)}`,
    hint: 'register the plugin in the scope of this route, or in one around it'
  }
}

function splitList (list: string | undefined): string[] {
  return list === undefined || list === '' ? [] : list.split(', ')
}
