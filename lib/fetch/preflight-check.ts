import { SAFELISTED_METHODS } from '../protocol/method.js'
import { corsCheck } from './cors-check.js'
import type { Engine } from './engine-differences.js'
import { differs } from './engine-differences.js'
import type { Failure } from './failure.js'
import type { HeaderList } from './header-list.js'
import { extractTokens, getHeader } from './header-list.js'
import { redirectLocation } from './redirect.js'
import type { CredentialsMode, HttpResponse } from './request.js'
import { unsafeRequestHeaderNames } from './safelist.js'
import type { Steps } from './steps.js'

/** The actual request, as its preflight asks about it. */
export interface PreflightedRequest {
  readonly url: string
  readonly origin: string
  readonly method: string
  readonly headers: HeaderList
  readonly credentials: CredentialsMode
}

/** https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name */
export const NON_WILDCARD_REQUEST_HEADER = 'authorization'

/** Whether the browser asks first: #main-fetch, for a request whose unsafe-request flag is set, as `fetch()` sets it. */
export function needsPreflight ({ method, headers }: PreflightedRequest, engine?: Engine): boolean {
  return !SAFELISTED_METHODS.has(method) || unsafeRequestHeaderNames(headers, engine).length > 0
}

/** The headers of the preflight, https://fetch.spec.whatwg.org/#cors-preflight-fetch steps 1 to 5. */
export function preflightHeaders ({ origin, method, headers }: PreflightedRequest, engine?: Engine): HeaderList {
  const names = unsafeRequestHeaderNames(headers, engine)
  return [
    ['accept', '*/*'],
    ['origin', origin],
    ['access-control-request-method', method],
    ...(names.length === 0 ? [] : [['access-control-request-headers', names.join(',')] as const])
  ]
}

/**
 * https://fetch.spec.whatwg.org/#cors-preflight-fetch, from step 7 on.
 *
 * @returns why it failed; `undefined` when the actual request may be sent
 */
export function preflightCheck (request: PreflightedRequest, response: HttpResponse, steps: Steps, engine?: Engine): Failure | undefined {
  return redirectCheck(response, steps) ??
    originCheck(request, response, steps) ??
    statusCheck(response, steps) ??
    listsCheck(request, response, steps, engine)
}

/** To the standard only one more status that is not ok; what the developer reads is this, before all else. */
function redirectCheck (response: HttpResponse, steps: Steps): Failure | undefined {
  steps.enter('#cors-preflight-fetch')
  if (redirectLocation(response) === undefined) return undefined
  const { status } = response
  return steps.fail(`The preflight was answered with the redirect ${status}`, { code: 'PREFLIGHT_REDIRECTED', status })
}

function originCheck ({ url, origin, credentials }: PreflightedRequest, response: HttpResponse, steps: Steps): Failure | undefined {
  // Only by `redirectPreflightKeepsOrigin`: to the standard, who comes back from elsewhere is 'null'.
  if (new URL(url).origin === origin) return steps.pass("The preflight goes to the page's own origin")
  return corsCheck(origin, credentials, response, steps)
}

function statusCheck ({ status }: HttpResponse, steps: Steps): Failure | undefined {
  steps.enter('#cors-preflight-fetch')
  if (status >= 200 && status <= 299) return steps.pass(`The preflight's status ${status} is an ok status`)
  return steps.fail(`The preflight's status ${status} is not an ok status`, { code: 'PREFLIGHT_STATUS_NOT_OK', status })
}

function listsCheck (request: PreflightedRequest, { headers }: HttpResponse, steps: Steps, engine?: Engine): Failure | undefined {
  const methods = extractTokens(headers, 'access-control-allow-methods')
  if (methods === 'failure') {
    const value = String(getHeader(headers, 'access-control-allow-methods'))
    return steps.fail(`Access-Control-Allow-Methods '${value}' is not a list of methods`, { code: 'ALLOW_METHODS_MALFORMED', value })
  }
  const names = extractTokens(headers, 'access-control-allow-headers')
  if (names === 'failure') {
    const value = String(getHeader(headers, 'access-control-allow-headers'))
    return steps.fail(`Access-Control-Allow-Headers '${value}' is not a list of header names`, { code: 'ALLOW_HEADERS_MALFORMED', value })
  }
  return methodCheck(request, methods ?? [], steps) ?? headersCheck(request, names ?? [], steps, engine)
}

function methodCheck ({ method, credentials }: PreflightedRequest, methods: readonly string[], steps: Steps): Failure | undefined {
  if (methods.includes(method)) return steps.pass(`Access-Control-Allow-Methods lists ${method}`)
  if (SAFELISTED_METHODS.has(method)) return steps.pass(`${method} is a safelisted method`)
  if (methods.includes('*') && credentials !== 'include') {
    return steps.pass(`Access-Control-Allow-Methods is *, which covers ${method} without credentials`)
  }
  return steps.fail(`Access-Control-Allow-Methods (${quoteList(methods)}) does not allow ${method}`, { code: 'METHOD_NOT_ALLOWED', method })
}

function headersCheck ({ headers, credentials }: PreflightedRequest, listed: readonly string[], steps: Steps, engine?: Engine): Failure | undefined {
  const allowed = new Set(listed.map(name => name.toLowerCase()))
  const wildcard = allowed.has('*') && credentials !== 'include'
  const isCovered = (name: string): boolean =>
    wildcard && (name !== NON_WILDCARD_REQUEST_HEADER || differs(engine, 'wildcardCoversAuthorization'))
  const refused: string[] = []
  for (const name of unsafeRequestHeaderNames(headers, engine)) {
    if (allowed.has(name)) steps.pass(`Access-Control-Allow-Headers lists ${name}`)
    else if (isCovered(name)) steps.pass(`Access-Control-Allow-Headers is *, which covers ${name} without credentials`)
    else refused.push(name)
  }
  if (refused.length === 0) return undefined
  return steps.fail(
    `Access-Control-Allow-Headers (${quoteList(listed)}) does not allow ${refused.join(', ')}`,
    { code: 'HEADER_NOT_ALLOWED', headers: refused }
  )
}

function quoteList (items: readonly string[]): string {
  return items.length === 0 ? 'none' : `'${items.join(', ')}'`
}
