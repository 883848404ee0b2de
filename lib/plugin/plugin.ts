import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { CorsOptionsError } from '../policy/issue.js'
import type { CorsOptions } from '../policy/options.js'
import { compilePolicy } from '../policy/policy.js'
import { kRoutePolicy, kScope, kStandsFor } from './augmentation.js'
import { corsDecorator } from './cors-decorator.js'
import { onRequest } from './on-request.js'
import { PreflightRouter, type AnnouncedRoute } from './preflight-router.js'
import { keepNodeVary } from './response.js'
import { RoutePolicy } from './route-policy.js'
import { isRoot, nameOf, ownsUnrouted, type Scope } from './scope.js'

async function registerCors (instance: FastifyInstance, options: CorsOptions): Promise<void> {
  if (Object.hasOwn(instance, kScope)) {
    throw new CorsOptionsError([{
      code: 'ALREADY_REGISTERED',
      path: '',
      message: 'fastify-cors-policy is already registered in this scope, and one of the two policies would be ignored',
      hint: 'register it once; for other options on some routes use their config.cors, or a child scope: app.register(async child => { await child.register(cors, …) })'
    }])
  }
  const enclosing = instance[kScope]
  // A registration that encloses this one has seen this scope's routes.
  const hasUnseenRoutes = enclosing === undefined && hasRoutes(instance)
  const scope: Scope = {
    name: nameOf(instance),
    options,
    policy: compilePolicy(options),
    router: PreflightRouter.of(instance),
    ownsUnrouted: ownsUnrouted(instance),
    readsRoutes: hasUnseenRoutes,
    sawOwnRoutes: false
  }
  const { router } = scope
  if (isRoot(instance)) router.addRoot(!hasUnseenRoutes)
  instance.decorate(kScope, scope)
  instance.decorate('cors', corsDecorator(instance, scope))

  if (scope.ownsUnrouted && instance.prefix !== '' && scope.policy.origins.kind !== 'none') router.addUnrouted(instance, scope)
  // Hooks are inherited with the instance, and look for the nearest scope themselves.
  if (enclosing !== undefined) return

  instance.addHook('onRequest', onRequest)
  instance.addHook('onRoute', function (announced) {
    if (announced.config?.[kStandsFor] !== undefined) return
    seeRoute(this, announced as AnnouncedRoute, router)
  })
}

function seeRoute (instance: FastifyInstance, announced: AnnouncedRoute, router: PreflightRouter): void {
  const route = new RoutePolicy(instance, announced.config?.cors, `route ${[announced.method].flat().join(', ')} ${announced.url}`)
  if (Object.hasOwn(instance, kScope)) route.scope.sawOwnRoutes = true
  announced.config = { ...announced.config, [kRoutePolicy]: route }
  announced.onSend = [...[announced.onSend ?? []].flat(), keepNodeVary]
  router.add(instance, announced, route)
}

/** Whether the application already has routes, which may be this scope's and were not announced to it. */
function hasRoutes (instance: FastifyInstance): boolean {
  return instance.supportedMethods.some(method =>
    method !== 'OPTIONS' && instance.printRoutes({ method: method as 'GET' }) !== '(empty tree)')
}

/**
 * The plugin. It takes {@link CorsOptions}, and answers CORS for the scope that it is registered in, with its children:
 * `await app.register(corsPlugin, { origin: 'https://app.example.com' })`.
 *
 * @throws CorsOptionsError out of `register` or `ready`, when the options are wrong
 */
export const corsPlugin = fp(registerCors, { name: 'fastify-cors-policy', fastify: '5.x' })
