import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { originRefusal } from '../diagnostics/refusal.js'
import { parseOrigin } from '../origin/origin.js'
import type { OriginPolicy } from '../policy/origin-option.js'
import type { Outcomes, Policy } from '../policy/policy.js'
import { isWatched, reportRefusals } from './refusal-report.js'
import { setOutcome } from './response.js'
import type { Scope } from './scope.js'
import { currentTrace } from './trace.js'

/** A policy that decides about origins at all. */
export type DecidingPolicy = Policy & { readonly origins: Exclude<OriginPolicy, { kind: 'none' }> }

export function decides (policy: Policy): policy is DecidingPolicy {
  return policy.origins.kind !== 'none'
}

/** What a request and its response are to CORS: an actual request, a preflight that is answered, or one that is not. */
export interface Exchange {
  outcomes: (policy: Policy) => Outcomes
  /**
   * Goes on once it is decided whether the origin is allowed, and the headers of the outcome are set.
   *
   * @param scope the one whose hook it is
   */
  goOn: (granted: boolean, policy: DecidingPolicy, scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void
}

/** Decides about the request's origin, sets the outcome's headers, and goes on: at once, unless a function takes its time. */
export function decide (
  exchange: Exchange, policy: DecidingPolicy, scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction
): void {
  const { origins } = policy
  const { origin } = request.raw.headers
  const trace = currentTrace()
  if (trace !== undefined) trace.policy = policy

  switch (origins.kind) {
    case 'any':
      settle(true, exchange, policy, scope, request, reply, done)
      return
    case 'listed':
      settle(origin !== undefined && origins.origins.has(origin), exchange, policy, scope, request, reply, done)
      return
    case 'decided': {
      if (origin === undefined || parseOrigin(origin) === undefined) {
        settle(false, exchange, policy, scope, request, reply, done)
        return
      }
      // Until the function has said yes the answer is no: also for the error response if it throws.
      setOutcome(reply, exchange.outcomes(policy).refused, origin)
      let verdict: unknown
      try {
        verdict = origins.decide(origin, request)
      } catch (error) {
        done(error as Error)
        return
      }
      if (typeof verdict === 'boolean') {
        settle(verdict, exchange, policy, scope, request, reply, done)
        return
      }
      Promise.resolve(verdict).then(
        // The reply may have been sent meanwhile, by a timeout.
        resolved => { if (!reply.sent) settle(resolved === true, exchange, policy, scope, request, reply, done) },
        (error: Error) => { done(error) }
      )
    }
  }
}

function settle (
  granted: boolean, exchange: Exchange, policy: DecidingPolicy, scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction
): void {
  const outcomes = exchange.outcomes(policy)
  setOutcome(reply, granted ? outcomes.granted : outcomes.refused, request.raw.headers.origin)
  if (!granted && isWatched(request)) reportRefusals(request, refused => [originRefusal(policy, refused)])
  exchange.goOn(granted, policy, scope, request, reply, done)
}
