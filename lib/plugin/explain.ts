import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { cureFor, type Cure } from '../diagnostics/cure.js'
import type { Refusal } from '../diagnostics/refusal.js'
import { judge } from '../fetch/cors-fetch.js'
import type { Failure } from '../fetch/failure.js'
import type { Header, HeaderList } from '../fetch/header-list.js'
import type { CredentialsMode, FetchRequest, HttpResponse, SentRequest } from '../fetch/request.js'
import type { Step } from '../fetch/steps.js'
import { show } from '../policy/issue.js'
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
  /** What was sent, and answered. The actual request's handler never ran: its answer has the headers that any would have. */
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
    const response = await answer(instance, router, next, trace)
    exchanges.push({ request: next, response })
    verdict = judge(fetched, exchanges.map(exchange => exchange.response))
  }
  if (verdict.outcome === 'readable') {
    return {
      verdict: 'allowed',
      summary: `A page of ${show(request.origin)} may read the response to ${describe(fetched)}`,
      failure: undefined,
      refusals: trace.refusals,
      consoleText: undefined,
      cure: undefined,
      steps: verdict.steps,
      exchanges
    }
  }
  const last = exchanges.at(-1)
  const cure = cureFor({
    failure: verdict.failure,
    kind: verdict.request?.kind ?? 'actual',
    status: last?.response.status ?? 0,
    origin: request.origin,
    method: fetched.method ?? 'GET',
    policy: trace.policy,
    reached: trace.reached || last === undefined,
    hasRoute: router.hasRoute(fetched.method ?? 'GET', toMessage(fetched.method ?? 'GET', fetched.url)),
    refusals: trace.refusals
  })
  return {
    verdict: 'blocked',
    summary: `A page of ${show(request.origin)} may not read the response to ${describe(fetched)}: ${trace.refusals[0]?.message ?? verdict.steps.at(-1)?.text ?? verdict.failure.code} → ${cure.message}`,
    failure: verdict.failure,
    refusals: trace.refusals,
    consoleText: verdict.consoleText,
    cure,
    steps: verdict.steps,
    exchanges
  }
}

function describe ({ method = 'GET', url }: FetchRequest): string {
  return `${method} ${url}`
}

/** A value that no safelist has, for a header that is given by its name alone. */
const UNSAFE_VALUE = 'application/json'

function toFetchRequest (instance: FastifyInstance, { origin, url, method, headers = [], credentials = 'same-origin' }: ExplainRequest): FetchRequest {
  const base = baseOf(instance, origin)
  if (!URL.canParse(url, base)) throw new TypeError(`explain: ${show(url)} is not a URL; write a path such as '/users/1'`)
  if (origin !== 'null' && !URL.canParse(origin)) throw new TypeError(`explain: ${show(origin)} is not an origin; write 'https://app.example.com'`)
  const list: HeaderList = Array.isArray(headers)
    ? (headers as readonly string[]).map((name): Header => [name, UNSAFE_VALUE])
    : Object.entries(headers)
  return {
    url: new URL(url, base).href,
    origin,
    headers: list,
    credentials: credentials === true ? 'include' : credentials === false ? 'omit' : credentials,
    ...(method === undefined ? {} : { method })
  }
}

/** Where the application listens; while it doesn't, a name that is nobody's, so that no page has the same origin. */
function baseOf (instance: FastifyInstance, origin: string): string {
  const listening = instance.server.listening ? instance.listeningOrigin : 'http://api.invalid'
  return listening.startsWith('http') && listening !== origin ? listening : 'http://api.invalid'
}

/** The answer of the application, hooks included; of no handler. */
async function answer (instance: FastifyInstance, router: PreflightRouter, sent: SentRequest, trace: Trace): Promise<HttpResponse> {
  const message = toMessage(sent.method, sent.url)
  // Where no hook of the plugin can stop it, the request would reach the handler: nothing sets CORS headers there.
  if (sent.kind === 'actual' && !router.covers(message)) return { status: 0, headers: [] }
  const headers: Record<string, string> = Object.fromEntries(sent.headers)
  if (sent.credentials && sent.kind === 'actual') headers['cookie'] ??= 'session=explain'
  const response = await traced(trace, async () => await instance.inject({
    method: sent.method as 'GET', url: message.url as string, headers: { ...headers, ...message.headers as { host: string } }
  }))
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
