import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { parseOrigin } from '../origin/origin.js'
import type { OriginPolicy } from '../policy/origin-option.js'
import type { Outcomes, Policy } from '../policy/policy.js'
import { isPreflight, requestedHeaders, requestedMethod } from '../protocol/preflight.js'
import { kOutcome, kRoutePolicy, kScope, kStandsFor } from './augmentation.js'
import { hostOf, leftPreflight, PreflightRouter } from './preflight-router.js'
import { setOutcome } from './response.js'
import type { Scope } from './scope.js'
import { Target } from './target.js'
import { warnAboutUnseenRoute } from './unseen-route.js'

type Continue = (granted: boolean) => void

/** The plugin's `onRequest` hook. Fastify binds it to the instance of the route, so that `this` is the cheap way to the scope. */
export function onRequest (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  // Two registrations that enclose each other may both have put the hook here.
  if (request[kOutcome] !== undefined) {
    done()
    return
  }
  const scope = this[kScope] as Scope
  if (isPreflight(request.raw)) {
    onPreflight(scope, request, reply, done)
  } else {
    onActualRequest(scope.readsRoutes ? policyOfRoute(scope, request) : scope.policy, request, reply, done)
  }
}

function policyOfRoute (scope: Scope, request: FastifyRequest): Policy | undefined {
  const { config, url, method } = request.routeOptions
  if (config[kRoutePolicy] !== undefined) return config[kRoutePolicy].policy
  if (url === undefined || config[kStandsFor] !== undefined) return scope.policy
  warnAboutUnseenRoute(request.server, String(method), url)
  return config.cors === false ? undefined : scope.policy
}

/** https://fetch.spec.whatwg.org/#http-responses */
function onActualRequest (policy: Policy | undefined, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if (policy === undefined || !decides(policy)) {
    done()
    return
  }
  decide(policy, policy.actual, request, reply, done, () => { done() })
}

function onPreflight (scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { raw } = request
  const standsFor = request.routeOptions.config[kStandsFor]
  const method = requestedMethod(raw.headers)
  const router = PreflightRouter.of(request.server)

  if (standsFor instanceof Target) {
    const host = hostOf(raw)
    const policy = (method === undefined ? undefined : standsFor.find(method, host))?.route.policy ?? (standsFor.scopeFor(host) as Scope).policy
    // The router comes here for policies that answer preflights only.
    answer(policy as DecidingPolicy, router.allowMethods(standsFor, policy, raw), request, reply, done)
    return
  }
  const left = leftPreflight(raw)
  if (left !== undefined) {
    leave(left.policy, router.allowMethods(left.target, left.policy, raw), request, reply, done)
  } else if (standsFor !== undefined || scope.ownsUnrouted) {
    answerForUnseen(standsFor?.scope ?? scope, method, request, reply, done)
  } else {
    done()
  }
}

/** No route that the plugin has seen is the target: either there is none, or it was declared before the plugin loaded. */
function answerForUnseen (scope: Scope, method: string | undefined, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { policy } = scope
  const router = PreflightRouter.of(request.server)
  const methods = router.methodsAt(request.raw)
  if (method !== undefined && router.hasRoute(method, request.raw)) warnAboutUnseenRoute(request.server, method, request.url)
  if (decides(policy) && policy.answersPreflight === 'yes') {
    answer(policy, methods, request, reply, done)
  } else {
    leave(policy, methods, request, reply, done)
  }
}

/** The policy does not answer preflights: the application does, with the policy's headers if it asked for them. */
function leave (policy: Policy, methods: string, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if (!decides(policy) || policy.answersPreflight === 'no') {
    onActualRequest(policy, request, reply, done)
    return
  }
  decide(policy, policy.preflight, request, reply, done, granted => {
    if (granted) setPreflightHeaders(policy, methods, request, reply)
    done()
  })
}

const REFUSAL = JSON.stringify({
  statusCode: 403,
  code: 'CORS_ORIGIN_NOT_ALLOWED',
  error: 'Forbidden',
  message: 'Origin not allowed'
})

/** https://fetch.spec.whatwg.org/#http-responses: a 403 without CORS headers for an origin that is not allowed. */
function answer (policy: DecidingPolicy, methods: string, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  decide(policy, policy.preflight, request, reply, done, granted => {
    if (!granted) {
      reply.code(403).type('application/json; charset=utf-8').send(REFUSAL)
      return
    }
    setPreflightHeaders(policy, methods, request, reply)
    if (policy.cacheControl !== undefined) reply.header('cache-control', policy.cacheControl)
    reply.code(policy.successStatus).send()
  })
}

/** @param methods those of the routes at the URL; `''` for none */
function setPreflightHeaders (policy: Policy, methods: string, request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = request.raw
  const listed = policy.allowMethods ?? (methods === '' ? '*' : methods)
  // Never a literal '*': with credentials browsers take it for a method of that name.
  const allowMethods = listed === '*' ? requestedMethod(headers) : listed
  if (allowMethods !== undefined) reply.header('access-control-allow-methods', allowMethods)
  const allowHeaders = policy.allowHeaders === '*' ? requestedHeaders(headers) : policy.allowHeaders
  if (allowHeaders !== undefined) reply.header('access-control-allow-headers', allowHeaders)
  if (policy.maxAge !== undefined) reply.header('access-control-max-age', policy.maxAge)
}

/** A policy that decides about origins at all. */
type DecidingPolicy = Policy & { origins: Exclude<OriginPolicy, { kind: 'none' }> }

function decides (policy: Policy): policy is DecidingPolicy {
  return policy.origins.kind !== 'none'
}

/** Decides about the request's origin, sets the outcome's headers, and goes on: at once, unless a function takes its time. */
function decide (
  { origins }: DecidingPolicy, { granted, refused }: Outcomes, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction, goOn: Continue
): void {
  const { origin } = request.raw.headers
  const settle = (isAllowed: boolean): void => {
    setOutcome(request, reply, isAllowed ? granted : refused)
    goOn(isAllowed)
  }

  switch (origins.kind) {
    case 'any':
      settle(true)
      return
    case 'listed':
      settle(origin !== undefined && origins.origins.has(origin))
      return
    case 'decided': {
      // Until the function has said yes, the answer is no: also for the error response if it throws.
      setOutcome(request, reply, refused)
      if (origin === undefined || parseOrigin(origin) === undefined) {
        goOn(false)
        return
      }
      let verdict: unknown
      try {
        verdict = origins.decide(origin, request)
      } catch (error) {
        done(error as Error)
        return
      }
      if (typeof verdict === 'boolean') {
        settle(verdict)
        return
      }
      Promise.resolve(verdict).then(
        // The reply may have been sent meanwhile, by a timeout.
        resolved => { if (!reply.sent) settle(resolved === true) },
        (error: Error) => { done(error) }
      )
    }
  }
}
