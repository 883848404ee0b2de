import type { FastifyInstance } from 'fastify'
import type { Policy } from '../policy/policy.js'
import type { PreflightRouter } from './preflight-router.js'

/** A registration of the plugin: the encapsulation context that it was made in, with its children. */
export interface Scope {
  /** The registration, for people: the prefix and the plugin that it was made in. */
  readonly name: string
  /** The options as they were given, for routes to lay theirs over. */
  readonly options: object
  readonly policy: Policy
  readonly router: PreflightRouter
  /**
   * Whether URLs without a route are this scope's: at the root all are, under a prefix of its own those below it. A
   * child without a prefix would speak for the whole application.
   */
  readonly ownsUnrouted: boolean
  /** Whether requests have to look at their route, because some have a policy of their own or were not seen. */
  readsRoutes: boolean
  /**
   * Whether routes were announced in the scope's own instance after the plugin had loaded: its registration was
   * awaited then, and a route that it has not seen is not one of its own.
   */
  sawOwnRoutes: boolean
}

/** What a registration is called: its prefix, and the name of the plugin that made it. */
export function nameOf (instance: FastifyInstance): string {
  const prefix = instance.prefix === '' ? '/' : instance.prefix
  if (isRoot(instance)) return prefix
  // Plugins without a name of their own are called by the first lines of their code.
  const [plugin = ''] = instance.pluginName.split(' -> ')
  return /^[\w@/.-]+$/.test(plugin) ? `${prefix} (${plugin})` : prefix
}

/** Whether an instance is the application's root, or has a prefix that its parent hasn't. */
export function ownsUnrouted (instance: FastifyInstance): boolean {
  return isRoot(instance) || instance.prefix !== parentOf(instance).prefix
}

export function isRoot (instance: FastifyInstance): boolean {
  return parentOf(instance).prefix === undefined
}

/** Fastify makes the instance of a child with its parent's as the prototype. */
function parentOf (instance: FastifyInstance): Partial<FastifyInstance> {
  return Object.getPrototypeOf(instance) as Partial<FastifyInstance>
}
