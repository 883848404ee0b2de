import { judge } from '../fetch/cors-fetch.js'
import type { Engine } from '../fetch/engine-differences.js'
import type { HeaderList } from '../fetch/header-list.js'
import type { FetchRequest, SentRequest } from '../fetch/request.js'
import type { Step } from '../fetch/steps.js'
import type { Blocked, Pending, Readable, Verdict } from '../fetch/verdict.js'
import { isTrustworthy } from '../origin/trustworthy.js'
import type { ExplainCommand } from './arguments.js'
import { cure, type Cure } from './cure.js'
import { send, SendError, type Exchange } from './send.js'

interface Explained {
  readonly request: FetchRequest
  readonly exchanges: readonly Exchange[]
  readonly steps: readonly Step[]
  /** What the verdict does not cover. */
  readonly notes: readonly string[]
}

/** What a browser does with a page's request, as far as a live server's answers tell. */
export type Explanation = Explained & (
  | { readonly verdict: 'allowed', readonly response: Readable }
  | { readonly verdict: 'blocked', readonly blocked: Blocked, readonly cure: Cure }
  /** The preflight allows the actual request, which was not sent. */
  | { readonly verdict: 'preflight-allowed', readonly unsent: SentRequest }
  | { readonly verdict: 'unknown', readonly reason: string }
)

/** Sends what a browser would send, one request after the other, and lets the model of the Fetch standard judge the answers. */
export async function explainUrl (command: ExplainCommand): Promise<Explanation> {
  const { request, engine } = command
  const exchanges: Exchange[] = []
  const explained = (steps: readonly Step[]): Explained => ({
    request,
    exchanges,
    steps,
    notes: [...command.notes, ...mixedContentNote(request, exchanges), ...enginesNote(request, exchanges, engine)]
  })
  for (;;) {
    const state = judge(request, exchanges.map(({ response }) => response), engine)
    if (state.outcome === 'readable') return { ...explained(state.steps), verdict: 'allowed', response: state }
    if (state.outcome === 'blocked') {
      return { ...explained(state.steps), verdict: 'blocked', blocked: state, cure: cure(state, request, exchanges) }
    }
    const { steps, next } = state
    if (next.kind === 'actual' && !command.send && next.method !== 'GET' && next.method !== 'HEAD') {
      if (exchanges.length > 0) return { ...explained(steps), verdict: 'preflight-allowed', unsent: next }
      const reason = `this ${next.method} needs no preflight, so that only its own response can tell, and it was not sent; use --send`
      return { ...explained(steps), verdict: 'unknown', reason }
    }
    try {
      exchanges.push({ request: next, response: await send(next, cookieFor(next, command), command.timeout) })
    } catch (error) {
      if (!(error instanceof SendError)) throw error
      return { ...explained(steps), verdict: 'unknown', reason: error.message }
    }
  }
}

/** A cookie was given for the URL's host; a redirect takes it nowhere else. */
function cookieFor (next: SentRequest, { cookie, request }: ExplainCommand): HeaderList {
  const goes = cookie !== undefined && next.credentials && new URL(next.url).hostname === new URL(request.url).hostname
  return goes ? [['cookie', cookie]] : []
}

/** https://w3c.github.io/webappsec-mixed-content/#should-block-fetch: the browser's, and no matter of CORS. */
function mixedContentNote ({ origin }: FetchRequest, exchanges: readonly Exchange[]): string[] {
  if (!origin.startsWith('https:')) return []
  const insecure = exchanges.map(({ request }) => new URL(request.url))
    .find(({ protocol, hostname }) => !isTrustworthy(protocol.slice(0, -1), hostname))
  return insecure === undefined
    ? []
    : [`Whatever CORS allows, browsers block ${insecure.href} as mixed content: the page is https:, the URL is not`]
}

const ENGINES: readonly Engine[] = ['chromium', 'gecko', 'webkit']

/** Names the engines that, after the same responses, do something else than what was judged by. */
function enginesNote (request: FetchRequest, exchanges: readonly Exchange[], judgedBy: Engine | undefined): string[] {
  const responses = exchanges.map(({ response }) => response)
  const judged = summary(judge(request, responses, judgedBy))
  const others = ENGINES.filter(engine => summary(judge(request, responses, engine)) !== judged)
  if (others.length === 0) return []
  return [`By its departures from the Fetch standard, another engine goes on differently here: compare with ${others.map(name => `--engine ${name}`).join(', ')}`]
}

function summary (state: Verdict | Pending): string {
  switch (state.outcome) {
    case 'readable': return `${state.outcome} ${state.headers.map(([name]) => name).join()}`
    case 'blocked': return `${state.outcome} ${state.failure.code}`
    case 'pending': return `${state.outcome} ${state.next.kind} ${state.next.headers.join()}`
  }
}
