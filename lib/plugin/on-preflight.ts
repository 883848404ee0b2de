import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { disabledRefusal, outsideRefusal, preflightRefusals } from '../diagnostics/refusal.js'
import type { Policy } from '../policy/policy.js'
import { requestedHeaders, requestedMethod } from '../protocol/preflight.js'
import { decide, decides, type DecidingPolicy, type Exchange } from './decision.js'
import type { PreflightRouter } from './preflight-router.js'
import { isWatched, reportRefusals } from './refusal-report.js'
import { preflightSubject } from './resource.js'
import type { Scope } from './scope.js'
import { warnAboutUnseenRoute } from './unseen-route.js'

/** https://fetch.spec.whatwg.org/#cors-preflight-request: answers it with the policy of the route that it is about. */
export function onPreflight (scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { raw } = request
  const { router } = scope
  const subject = preflightSubject(raw)

  if (subject !== undefined) {
    respond(subject.policy, scope, request, reply, done)
  } else if (scope.ownsUnrouted) {
    // No route that the plugin has seen is the target: there is none, or it was declared before the plugin loaded.
    const method = requestedMethod(raw.headers)
    if (method !== undefined && router.hasRoute(method, raw)) warnAboutUnseenRoute(request.server, method, request.url)
    respond(scope.policy, scope, request, reply, done)
  } else {
    if (isWatched(request)) reportRefusals(request, refused => [outsideRefusal(refused)])
    done()
  }
}

function respond (policy: Policy, scope: Scope, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if (decides(policy)) {
    decide(EXCHANGES[policy.answersPreflight], policy, scope, request, reply, done)
    return
  }
  if (isWatched(request)) reportRefusals(request, refused => [disabledRefusal(refused)])
  done()
}

/** The body of a refusal, in Fastify's error shape. */
const REFUSAL = JSON.stringify({
  statusCode: 403,
  code: 'CORS_ORIGIN_NOT_ALLOWED',
  error: 'Forbidden',
  message: 'Origin not allowed'
})

/** Who answers a preflight, by the policy's options. */
const EXCHANGES: Readonly<Record<Policy['answersPreflight'], Exchange>> = {
  /** https://fetch.spec.whatwg.org/#http-responses: a 403 without CORS headers for an origin that is not allowed. */
  yes: {
    outcomes: policy => policy.preflight,
    goOn (granted, policy, scope, request, reply) {
      if (!granted) {
        reply.code(403).type('application/json; charset=utf-8').send(REFUSAL)
        return
      }
      setPreflightHeaders(policy, scope, request, reply)
      if (policy.cacheControl !== undefined) reply.header('cache-control', policy.cacheControl)
      reply.code(policy.successStatus).send()
    }
  },
  /** The application does, with the policy's headers. */
  continue: {
    outcomes: policy => policy.preflight,
    goOn (granted, policy, scope, request, reply, done) {
      if (granted) setPreflightHeaders(policy, scope, request, reply)
      done()
    }
  },
  /** The application does, with the headers of any other request. */
  no: {
    outcomes: policy => policy.actual,
    goOn (_granted, _policy, _scope, _request, _reply, done) { done() }
  }
}

function setPreflightHeaders (policy: DecidingPolicy, { router }: Scope, request: FastifyRequest, reply: FastifyReply): void {
  const { headers } = request.raw
  const listed = policy.allowMethods ?? methodsOfRoutes(router, request.raw)
  // Never a literal '*': with credentials browsers take it for a method of that name.
  const allowMethods = listed === '*' ? requestedMethod(headers) : listed
  if (allowMethods !== undefined) reply.header('access-control-allow-methods', allowMethods)
  const allowHeaders = policy.allowHeaders === '*' ? requestedHeaders(headers) : policy.allowHeaders
  if (allowHeaders !== undefined) reply.header('access-control-allow-headers', allowHeaders)
  if (policy.maxAge !== undefined) reply.header('access-control-max-age', policy.maxAge)
  if (isWatched(request)) {
    reportRefusals(request, refused => preflightRefusals(policy, refused, headers, { methods: allowMethods, headers: allowHeaders }))
  }
}

/** The methods of the routes at the request's URL; `'*'` where there are none. */
function methodsOfRoutes (router: PreflightRouter, request: IncomingMessage): string {
  const subject = preflightSubject(request)
  const methods = subject === undefined ? router.methodsAt(request) : router.allowMethods(subject.target, subject.policy, request)
  return methods === '' ? '*' : methods
}
