import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { credentialsRefusal, disabledRefusal } from '../diagnostics/refusal.js'
import type { Policy } from '../policy/policy.js'
import { isPreflight } from '../protocol/preflight.js'
import { kRoutePolicy, kScope, kStandsFor } from './augmentation.js'
import { decide, decides, type Exchange } from './decision.js'
import { onPreflight } from './on-preflight.js'
import { isWatched, reportRefusals } from './refusal-report.js'
import { isDecided } from './response-head.js'
import type { Scope } from './scope.js'
import { currentTrace } from './trace.js'
import { warnAboutUnseenRoute } from './unseen-route.js'

/** The plugin's `onRequest` hook. Fastify binds it to the instance of the route, so that `this` is the cheap way to the scope. */
export function onRequest (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  // Two registrations that enclose each other may both have put the hook here.
  if (isDecided(reply)) {
    done()
    return
  }
  const scope = this[kScope] as Scope
  const trace = currentTrace()
  if (trace !== undefined) trace.reached = true
  if (isPreflight(request.raw)) {
    onPreflight(scope, request, reply, done)
    return
  }
  const policy = scope.readsRoutes ? policyOfRoute(scope, request) : scope.policy
  // What explain asks for ends here: its requests never reach a handler.
  onActualRequest(policy, scope, request, reply, trace === undefined ? done : () => { reply.code(200).send() })
}

function policyOfRoute (scope: Scope, request: FastifyRequest): Policy | undefined {
  const { config, url, method } = request.routeOptions
  if (config[kRoutePolicy] !== undefined) return config[kRoutePolicy].policy
  if (url === undefined || config[kStandsFor] !== undefined) return scope.policy
  warnAboutUnseenRoute(request.server, String(method), url)
  return config.cors === false ? undefined : scope.policy
}

const ACTUAL_REQUEST: Exchange = {
  outcomes: policy => policy.actual,
  goOn (granted, policy, _scope, request, _reply, done) {
    if (granted && !policy.options.credentials && request.raw.headers.cookie !== undefined && isWatched(request)) {
      reportRefusals(request, refused => [credentialsRefusal(refused)])
    }
    done()
  }
}

/** https://fetch.spec.whatwg.org/#http-responses */
function onActualRequest (policy: Policy | undefined, scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if (policy !== undefined && decides(policy)) {
    decide(ACTUAL_REQUEST, policy, scope, request, reply, done)
    return
  }
  if (isWatched(request)) reportRefusals(request, refused => [disabledRefusal(refused)])
  done()
}
