import type { FastifyInstance } from 'fastify'
import { onRequest } from './on-request.js'
import { CONSTRAINT, type PreflightRouter } from './preflight-router.js'
import { Target } from './target.js'

/** A line of Fastify's route table. */
interface DeclaredRoute {
  readonly pattern: string
  readonly methods: readonly string[]
  readonly constraints: Readonly<Record<string, unknown>>
  readonly onRequest: readonly string[]
}

/** A route that was never announced to the plugin: of no scope, or declared before the plugin had loaded. */
export interface UnseenRoute {
  readonly pattern: string
  readonly method: string
  /** Its `host` constraint, as text. */
  readonly host: string | undefined
  /** Whether the plugin's hook runs for it all the same. */
  readonly hooked: boolean
}

/** The application's routes that no registration of the plugin was told of. */
export function unseenRoutes (instance: FastifyInstance, router: PreflightRouter): UnseenRoute[] {
  const declared = declaredRoutes(instance)
  const seen = new Set<string>()
  for (const { pattern, constraints } of declared) {
    if (constraints[CONSTRAINT] === undefined) continue
    const standsFor = router.standsFor(constraints[CONSTRAINT] as number)
    if (!(standsFor instanceof Target)) continue
    for (const { method, host } of standsFor.endpoints) seen.add(key(pattern, method, host))
  }
  return declared
    .filter(({ constraints }) => constraints[CONSTRAINT] === undefined)
    .flatMap(({ pattern, methods, constraints, onRequest: hooks }) => methods
      .filter(method => !seen.has(key(pattern, method, constraints['host'])))
      .map(method => ({ pattern, method, host: constraints['host'] as string | undefined, hooked: hooks.includes(`${onRequest.name}()`) })))
}

function key (pattern: string, method: string, host: unknown): string {
  return `${method} ${pattern} ${String(host)}`
}

/** The lead of a line by its depth, the branch, the text of the node, and what stands at it: `(GET, PUT) {"host":"a.example"}`. */
const LINE = /^((?:│ {3}| {4})*)([├└]── )?(.*?)(?: \(([A-Z-]+(?:, [A-Z-]+)*)\)(?: (\{".*\}))?)?$/s
const HOOKS = /^(?:│ {3}| {4})*• \(onRequest\) (\[.*\])$/
const OTHER_HOOKS = /^(?:│ {3}| {4})*• \(/

/**
 * Reads Fastify's own `printRoutes()`: the one public list of an application's routes that has those of before the plugin
 * was loaded. A line that it doesn't understand is left out.
 */
function declaredRoutes (instance: FastifyInstance): DeclaredRoute[] {
  const routes: Array<DeclaredRoute & { onRequest: string[] }> = []
  const texts: string[] = []
  for (const line of instance.printRoutes({ includeHooks: true }).split('\n')) {
    const hooks = HOOKS.exec(line)?.[1]
    if (hooks !== undefined) routes.at(-1)?.onRequest.push(...JSON.parse(hooks) as string[])
    if (OTHER_HOOKS.test(line)) continue
    const [, lead = '', branch, text = '', methods, constraints = '{}'] = LINE.exec(line) as RegExpExecArray
    // Further routes of a node have their lines below the first, without a branch.
    const depth = lead.length / 4 - (branch === undefined ? 1 : 0)
    if (branch !== undefined) texts.splice(depth, texts.length, text)
    if (methods === undefined) continue
    routes.push({
      pattern: texts.slice(0, depth + 1).join(''), methods: methods.split(', '), constraints: JSON.parse(constraints) as Record<string, unknown>, onRequest: []
    })
  }
  return routes
}
