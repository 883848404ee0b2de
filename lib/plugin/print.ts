import type { FastifyInstance } from 'fastify'
import type { Policy } from '../policy/policy.js'
import { SAFELISTED_METHODS, serializeMethods } from '../protocol/method.js'
import { unseenRoutes } from './declared-routes.js'
import { PreflightRouter } from './preflight-router.js'
import type { RoutePolicy } from './route-policy.js'

const HEADINGS = ['route', 'methods', 'origins', 'credentials', 'headers', 'exposed', 'policy of', '']

/** The longest list of origins that a cell shows whole. */
const MAX_SHOWN = 3

/** What the table says of some methods of one URL. */
interface Row {
  readonly url: string
  readonly methods: Set<string>
  /** The cells from `origins` on. */
  readonly cells: readonly string[]
}

/**
 * The CORS of every route, as a table: stable, whatever order the routes were declared in, so that a team can keep it as
 * a snapshot and review changes of policy. The last column marks what deserves a look.
 */
export function printPolicies (instance: FastifyInstance): string {
  const lines = collectRows(instance)
    .map(({ url, methods, cells }) => [url, serializeMethods(methods), ...cells])
    .sort((a, b) => a.join('\n') < b.join('\n') ? -1 : 1)
  const table = [HEADINGS, ...lines]
  const widths = HEADINGS.map((_, column) => Math.max(...table.map(line => (line[column] as string).length)))
  return table.map(line => line.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ').trimEnd()).join('\n') + '\n'
}

function collectRows (instance: FastifyInstance): Row[] {
  const router = PreflightRouter.of(instance)
  const rows = new Map<string, Row>()
  function add (pattern: string, host: unknown, method: string, cells: readonly string[]): void {
    const url = host === undefined ? pattern : `${pattern} (${String(host)})`
    const key = [url, ...cells].join('\n')
    const row = rows.get(key)
    if (row === undefined) rows.set(key, { url, methods: new Set([method]), cells })
    else row.methods.add(method)
  }
  for (const { url, endpoint: { method, host, route } } of router.routes()) add(url, host, method, cellsOf(route, method))
  for (const { pattern, host, method, hooked } of unseenRoutes(instance, router)) {
    add(pattern, host, method, ['', '', '', '', '', hooked ? '! declared before the plugin had loaded' : '! no policy'])
  }
  return [...rows.values()]
}

function cellsOf (route: RoutePolicy, method: string): string[] {
  const { policy } = route
  const { credentials, allowedHeaders, exposedHeaders } = policy.options
  return policy.origins.kind === 'none'
    ? ['none', '', '', '', sourceOf(route), '! no CORS']
    : [originsOf(policy), credentials ? 'yes' : 'no', namesOf(allowedHeaders), namesOf(exposedHeaders), sourceOf(route), marksOf(policy, method)]
}

function originsOf ({ origins }: Policy): string {
  if (origins.kind !== 'listed') return origins.kind === 'any' ? '*' : 'function'
  const shown = origins.entries.slice(0, MAX_SHOWN).map(String).join(', ')
  const more = origins.entries.length - MAX_SHOWN
  return more > 0 ? `${shown} and ${more} more` : shown
}

function namesOf (names: '*' | readonly string[]): string {
  return names === '*' ? '*' : names.join(', ')
}

function sourceOf ({ overrides, scope }: RoutePolicy): string {
  return overrides ? `config.cors, ${scope.name}` : scope.name
}

function marksOf ({ origins, options, answersPreflight }: Policy, method: string): string {
  const marks: string[] = []
  if (origins.kind === 'any') marks.push('any origin')
  if (options.allowedHeaders === '*') marks.push('any header')
  if (options.methods === '*') marks.push('any method')
  else if (options.methods?.includes(method) === false && method !== 'OPTIONS' && !SAFELISTED_METHODS.has(method)) marks.push('not in methods')
  if (answersPreflight !== 'yes') marks.push("the application's own OPTIONS route answers preflights")
  marks.push(...options.dangerouslyAllow)
  return marks.length === 0 ? '' : `! ${marks.join(', ')}`
}
