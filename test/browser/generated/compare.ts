import type { Engine } from '../../../lib/fetch/engine-differences.js'
import { judge } from '../../../lib/fetch/cors-fetch.js'
import type { HeaderList } from '../../../lib/fetch/header-list.js'
import type { HttpResponse, SentRequest } from '../../../lib/fetch/request.js'
import type { Blocked, Readable } from '../../../lib/fetch/verdict.js'
import type { Exchange } from '../servers/recorder.js'
import type { Case } from './case.js'

/** What the page saw. */
export interface Observation {
  readonly readable: boolean
  readonly status?: number
  readonly headers?: HeaderList
  readonly error?: string
}

export interface Comparison {
  readonly verdict: Readable | Blocked | undefined
  /** Where model and browser disagree; empty if they don't. */
  readonly disagreements: string[]
}

/** Compares the model's word on a case with what went over the wire, and with what the page saw. */
export function compare ({ request }: Case, exchanges: readonly Exchange[], observed: Observation, engine: Engine): Comparison {
  const disagreements: string[] = []
  const expect = (what: string, predicted: unknown, seen: unknown) => {
    if (JSON.stringify(predicted) !== JSON.stringify(seen)) {
      disagreements.push(`${what}: the model says ${JSON.stringify(predicted)}, the browser ${JSON.stringify(seen)}`)
    }
  }
  const responses: HttpResponse[] = []
  let verdict = judge(request, responses, engine)
  for (const exchange of exchanges) {
    if (verdict.outcome !== 'pending') {
      disagreements.push(`the model is done (${verdict.outcome}), the browser sent ${exchange.method} ${exchange.url}`)
      return { verdict, disagreements }
    }
    expect(`request ${responses.length + 1}`, describePredicted(verdict.next), describeSeen(exchange, verdict.next))
    if (exchange.response === undefined) return { verdict: undefined, disagreements: [...disagreements, 'a request has no response'] }
    responses.push(exchange.response)
    verdict = judge(request, responses, engine)
  }
  if (verdict.outcome === 'pending') {
    disagreements.push(`the browser did not send ${verdict.next.method} ${verdict.next.url}`)
    return { verdict: undefined, disagreements }
  }
  expect('readable', verdict.outcome === 'readable', observed.readable)
  if (verdict.outcome === 'readable' && observed.readable) {
    expect('status', verdict.status, observed.status)
    expect('headers', combine(verdict.headers), combine(observed.headers ?? []))
  }
  return { verdict, disagreements }
}

/** The part of a request that CORS decides about. */
const COMPARED = new Set(['origin', 'access-control-request-method', 'access-control-request-headers', 'authorization', 'x-one', 'x-two'])

function describePredicted ({ method, url, headers }: SentRequest): unknown {
  return [method, url, combine(headers.filter(([name]) => COMPARED.has(name.toLowerCase())))]
}

function describeSeen ({ method, url, headers }: Exchange, { headers: predicted }: SentRequest): unknown {
  // Gecko and WebKit send an Origin that the standard doesn't ask for (same-origin requests): no matter of CORS.
  const sendsOrigin = predicted.some(([name]) => name === 'origin')
  return [method, url, combine(headers.filter(([name]) => COMPARED.has(name.toLowerCase()) && (sendsOrigin || name.toLowerCase() !== 'origin')))]
}

/** As `Headers` shows them: lower-case, sorted, joined. */
function combine (headers: HeaderList): ReadonlyArray<readonly [string, string]> {
  const combined = new Map<string, string>()
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    const before = combined.get(lower)
    combined.set(lower, before === undefined ? value : `${before}, ${value}`)
  }
  return [...combined].sort(([one], [other]) => one < other ? -1 : 1)
}
