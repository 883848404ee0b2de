import { isForbiddenRequestHeader } from '../protocol/header-name.js'
import { isForbiddenMethod } from '../protocol/method.js'
import { consoleText } from './console-text.js'
import { corsCheck } from './cors-check.js'
import type { Engine } from './engine-differences.js'
import { differs } from './engine-differences.js'
import { exposedHeaders, readableHeaders } from './exposed-headers.js'
import type { Failure } from './failure.js'
import { normalizeMethod } from './method.js'
import { needsPreflight, preflightCheck, preflightHeaders, type PreflightedRequest } from './preflight-check.js'
import { followRedirect, hasRedirectTaintedOrigin, MAX_REDIRECTS, redirectLocation, type Hop } from './redirect.js'
import type { FetchRequest, HttpResponse, SentRequest } from './request.js'
import { Steps } from './steps.js'
import type { Pending, Verdict } from './verdict.js'

/**
 * What a browser does with a page's request when the server answers like this.
 *
 * @param responses the server's answers to the requests that the browser sends, in their order. Begin with none:
 *   a pending verdict names the request to send next, whose response is then added.
 * @param engine whose departures from the standard count; left out, the standard's word does
 */
export function judge (request: FetchRequest, responses: readonly HttpResponse[], engine?: Engine): Verdict | Pending {
  const steps = new Steps()
  const fetching = corsFetch(request, steps, engine)
  let state = fetching.next()
  for (const response of responses) {
    if (state.done === true) break
    state = fetching.next(response)
  }
  return state.done === true ? state.value : { outcome: 'pending', steps: steps.list, next: state.value }
}

/** https://fetch.spec.whatwg.org/#main-fetch in mode `cors`: yields what it sends, is resumed with what comes back. */
function * corsFetch (request: FetchRequest, steps: Steps, engine: Engine | undefined): Generator<SentRequest, Verdict, HttpResponse> {
  const credentials = request.credentials ?? 'same-origin'
  const method = normalizeMethod(request.method ?? 'GET')
  steps.enter('#dom-request')
  if (isForbiddenMethod(method)) {
    const failure = steps.fail(`${method} is a forbidden method: fetch() throws, and nothing is sent`, { code: 'METHOD_FORBIDDEN', method })
    return { outcome: 'blocked', steps: steps.list, failure, request: undefined, consoleText: undefined }
  }
  const headers = (request.headers ?? []).filter(([name]) => !isForbiddenRequestHeader(name))
  let hop: Hop = { url: new URL(request.url).href, method, headers }
  const urls = [hop.url]
  let crossOrigin = false
  let stayPreflighted = false

  for (;;) {
    steps.enter('#main-fetch')
    crossOrigin ||= new URL(hop.url).origin !== request.origin
    if (!crossOrigin) steps.pass(`${hop.url} has the page's own origin: CORS does not come in`)

    const origin = hasRedirectTaintedOrigin(request.origin, urls) ? 'null' : request.origin
    const blocked = (failure: Failure, sent: SentRequest): Verdict => ({
      outcome: 'blocked',
      steps: steps.list,
      failure,
      request: sent,
      consoleText: consoleText(failure, {
        url: sent.url, redirectedFrom: urls.length === 1 ? undefined : urls[0], origin: request.origin, kind: sent.kind
      })
    })

    const asked: PreflightedRequest = {
      url: hop.url,
      method: hop.method,
      headers: differs(engine, 'redirectPreflightAsksForOriginalHeaders') ? headers : hop.headers,
      origin: differs(engine, 'redirectPreflightKeepsOrigin') ? request.origin : origin,
      credentials
    }
    if (crossOrigin && (stayPreflighted || needsPreflight(asked, engine))) {
      steps.pass(`${hop.method} with these headers needs a preflight`)
      stayPreflighted = differs(engine, 'redirectStaysPreflighted')
      const preflight: SentRequest = {
        kind: 'preflight', method: 'OPTIONS', url: hop.url, headers: preflightHeaders(asked, engine), credentials: false
      }
      const failure = preflightCheck(asked, yield preflight, steps, engine)
      if (failure !== undefined) return blocked(failure, preflight)
    } else if (crossOrigin) {
      steps.pass(`${hop.method} with these headers needs no preflight`)
    }

    // #append-a-request-origin-header
    const sendsOrigin = crossOrigin || (hop.method !== 'GET' && hop.method !== 'HEAD')
    const actual: SentRequest = {
      kind: 'actual',
      method: hop.method,
      url: hop.url,
      headers: sendsOrigin ? [...hop.headers, ['origin', origin]] : hop.headers,
      credentials: credentials === 'include' || (credentials === 'same-origin' && !crossOrigin)
    }
    const response = yield actual
    const failure = crossOrigin ? corsCheck(origin, credentials, response, steps) : undefined
    if (failure !== undefined) return blocked(failure, actual)

    const location = redirectLocation(response)
    if (location === undefined) {
      const visible = crossOrigin ? exposedHeaders(response.headers, credentials, engine) : readableHeaders(response.headers)
      return { outcome: 'readable', steps: steps.list, status: response.status, headers: visible }
    }
    if (urls.length > MAX_REDIRECTS) {
      steps.enter('#http-redirect-fetch')
      return blocked(steps.fail(`More than ${MAX_REDIRECTS} redirects`, { code: 'TOO_MANY_REDIRECTS' }), actual)
    }
    const next = followRedirect(hop, response.status, location, { origin: request.origin, crossOrigin, engine }, steps)
    if ('code' in next) return blocked(next, actual)
    hop = next
    urls.push(hop.url)
  }
}
