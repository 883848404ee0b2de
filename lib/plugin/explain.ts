import { METHODS, type IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { cureFor, type Blockage, type Cure } from '../diagnostics/cure.js'
import type { Refusal } from '../diagnostics/refusal.js'
import { judge } from '../fetch/cors-fetch.js'
import type { Failure } from '../fetch/failure.js'
import type { Header, HeaderList } from '../fetch/header-list.js'
import type { CredentialsMode, FetchRequest, HttpResponse, SentRequest } from '../fetch/request.js'
import type { Step } from '../fetch/steps.js'
import type { Blocked } from '../fetch/verdict.js'
import { show } from '../policy/issue.js'
import { parseUrl } from '../text/url.js'
import { PreflightRouter } from './preflight-router.js'
import { Trace, traced } from './trace.js'

/** What a page would do: the arguments of its `fetch()`. */
export interface ExplainRequest {
  /** The page's origin, as it stands in the address bar: `https://app.example.com`; `null` for a sandboxed frame. */
  readonly origin: string
  /** A path of the application, with its query; or an absolute URL, whose host then counts for host constraints. */
  readonly url: string
  /** Default: `GET`. */
  readonly method?: string
  /** The headers that the page sets: names, or names with their values. A name alone stands for an unsafe value. */
  readonly headers?: readonly string[] | Readonly<Record<string, string>>
  /** Whether the page sends cookies: `true` stands for `'include'`. Default: `'same-origin'`, as in `fetch()`. */
  readonly credentials?: boolean | CredentialsMode
}

/** One request that a browser sends, and what the application answers to it. */
export interface ExplainedExchange {
  readonly request: SentRequest
  readonly response: HttpResponse
}

/** What a browser would do with a request, and why. */
export interface Explanation {
  /** Whether the page may read the response. */
  readonly verdict: 'allowed' | 'blocked'
  /** The whole answer in one sentence. */
  readonly summary: string
  /** Why it is blocked, as the browser sees it. */
  readonly failure: Failure | undefined
  /** Why it is blocked, as the plugin sees it. */
  readonly refusals: readonly Refusal[]
  /** The line in Chromium's console. */
  readonly consoleText: string | undefined
  /** What to change. */
  readonly cure: Cure | undefined
  /** The steps of the Fetch standard that led there, in order. */
  readonly steps: readonly Step[]
  /**
   * What was sent, and answered. The actual request's handler never ran: its answer has the headers that any would have.
   * A status of 0: nothing was sent, because no hook of the plugin would have stopped it before the handler.
   */
  readonly exchanges: readonly ExplainedExchange[]
}

/**
 * What a browser would do with a page's request: the model of the Fetch standard, on the application's real hooks and
 * routes. The preflight is really answered; the actual request goes as far as the plugin's hook, and to no handler.
 *
 * @throws TypeError if the URL or the origin cannot be a page's
 */
export async function explain (instance: FastifyInstance, request: ExplainRequest): Promise<Explanation> {
  await instance.ready()
  const fetched = toFetchRequest(instance, request)
  const router = PreflightRouter.of(instance)
  const exchanges: ExplainedExchange[] = []
  let trace = new Trace()
  let verdict = judge(fetched, [])
  while (verdict.outcome === 'pending') {
    const { next } = verdict
    trace = new Trace()
    exchanges.push({ request: next, response: await answer(instance, router, next, trace) })
    verdict = judge(fetched, exchanges.map(({ response }) => response))
  }
  const { steps } = verdict
  const page = `A page of ${show(request.origin)}`
  const what = `the response to ${show(fetched.method)} ${show(fetched.url)}`
  if (verdict.outcome === 'readable') {
    return {
      verdict: 'allowed',
      summary: `${page} may read ${what}`,
      failure: undefined,
      refusals: [],
      consoleText: undefined,
      cure: undefined,
      steps,
      exchanges
    }
  }
  const cure = cureFor(blockageOf(router, fetched, verdict, exchanges.at(-1)?.response.status ?? 0, trace))
  const reason = trace.refusals[0]?.message ?? (steps.at(-1) as Step).text
  return {
    verdict: 'blocked',
    summary: `${page} may not read ${what}: ${reason} → ${cure.message}`,
    failure: verdict.failure,
    refusals: trace.refusals,
    consoleText: verdict.consoleText,
    cure,
    steps,
    exchanges
  }
}

function blockageOf (router: PreflightRouter, fetched: PageRequest, { failure, request: sent }: Blocked, status: number, trace: Trace): Blockage {
  const { url, origin, credentials } = fetched
  const asked = new Map(sent?.headers)
  const method = asked.get('access-control-request-method') ?? sent?.method ?? fetched.method
  const target = toMessage(method, sent?.url ?? url)
  const seen = router.isShadowed(method, target) ? undefined : router.findEndpoint(method, target)?.route.policy
  return {
    failure,
    kind: sent?.kind ?? 'actual',
    status,
    url,
    origin,
    method,
    headers: asked.get('access-control-request-headers')?.split(',') ?? [],
    credentials: credentials === 'include',
    policy: trace.policy ?? seen,
    reached: trace.reached,
    hasRoute: router.hasRoute(method, target),
    refusals: trace.refusals
  }
}

/** A value that no safelist has, for a header that is given by its name alone. */
const UNSAFE_VALUE = 'application/json'

type PageRequest = FetchRequest & Required<Pick<FetchRequest, 'method' | 'credentials'>>

function toFetchRequest (instance: FastifyInstance, { origin, url, method = 'GET', headers = [], credentials = 'same-origin' }: ExplainRequest): PageRequest {
  const base = baseOf(instance)
  const absolute = parseUrl(url, base)
  if (absolute === undefined || !/^https?:$/.test(absolute.protocol)) {
    throw new TypeError(`explain: ${show(url)} is not a URL of the application; write a path such as '/users/1'`)
  }
  if (origin !== 'null' && parseUrl(origin) === undefined) throw new TypeError(`explain: ${show(origin)} is not an origin; write 'https://app.example.com'`)
  const list: HeaderList = Array.isArray(headers)
    ? (headers as readonly string[]).map((name): Header => [name, UNSAFE_VALUE])
    : Object.entries(headers)
  return {
    url: absolute.href,
    origin,
    method,
    headers: list,
    credentials: credentials === true ? 'include' : credentials === false ? 'omit' : credentials
  }
}

/** Where the application listens; while it doesn't, a name that is nobody's, so that no page has the same origin. */
function baseOf (instance: FastifyInstance): string {
  const origin = instance.server.listening ? instance.listeningOrigin : ''
  return origin.startsWith('http') ? origin : 'http://api.invalid'
}

/** The answer of the application, hooks included; of no handler. */
async function answer (instance: FastifyInstance, router: PreflightRouter, sent: SentRequest, trace: Trace): Promise<HttpResponse> {
  // Node's parser answers by itself.
  if (!METHODS.includes(sent.method)) return { status: 400, headers: [] }
  const message = toMessage(sent.method, sent.url)
  // Where no hook of the plugin would stop it, the request would reach the handler: nothing sets CORS headers there.
  if (sent.kind === 'actual' && !router.covers(message)) return { status: 0, headers: [] }
  const headers: Record<string, string> = { ...Object.fromEntries(sent.headers), host: message.headers.host as string }
  if (sent.credentials && sent.kind === 'actual') headers['cookie'] ??= 'session=explain'
  const response = await traced(trace, async () => await instance.inject({ method: sent.method as 'GET', url: String(message.url), headers }))
  return { status: response.statusCode, headers: toHeaderList(response.headers) }
}

/** As much of a Node request as the router looks at. */
function toMessage (method: string, url: string): IncomingMessage {
  const { host, pathname, search } = new URL(url)
  return { method, url: `${pathname}${search}`, headers: { host } } as unknown as IncomingMessage
}

function toHeaderList (headers: Record<string, unknown>): HeaderList {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((single): Header => [name, String(single)]))
}
