import { serializeMethods } from '../protocol/method.js'
import type { Policy } from '../policy/policy.js'
import type { PreflightRouter } from './preflight-router.js'
import type { RoutePolicy } from './route-policy.js'

/** A line of the table: routes of one URL that have one policy. */
interface Row {
  readonly url: string
  readonly methods: Set<string>
  readonly route: RoutePolicy
}

const HEADINGS = ['route', 'methods', 'origins', 'credentials', 'headers', 'exposed', 'policy of', '']

/** The longest list of origins that a cell shows whole. */
const MAX_SHOWN = 3

/**
 * The CORS of every route that the plugin has seen, as a table: stable, so that a team can keep it as a snapshot and
 * review changes of policy. The last column marks what deserves a look.
 */
export function printPolicies (router: PreflightRouter): string {
  const rows = collectRows(router).map(({ url, methods, route }) => {
    const { policy } = route
    return policy.origins.kind === 'none'
      ? [url, serializeMethods(methods), 'none', '', '', '', sourceOf(route), '! no CORS']
      : [url, serializeMethods(methods), originsOf(policy), policy.options.credentials ? 'yes' : 'no', namesOf(policy.options.allowedHeaders), namesOf(policy.options.exposedHeaders), sourceOf(route), marksOf(policy)]
  })
  const table = [HEADINGS, ...rows]
  const widths = HEADINGS.map((_, column) => Math.max(...table.map(cells => cells[column]?.length ?? 0)))
  return table.map(cells => cells.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ').trimEnd()).join('\n') + '\n'
}

function collectRows (router: PreflightRouter): Row[] {
  const rows = new Map<string, Row[]>()
  for (const { url, endpoint: { method, host, route } } of router.routes()) {
    const where = host === undefined ? url : `${url} (${String(host)})`
    const sameUrl = rows.get(where) ?? []
    rows.set(where, sameUrl)
    const row = sameUrl.find(other => other.route.policy === route.policy)
    if (row === undefined) sameUrl.push({ url: where, methods: new Set([method]), route })
    else row.methods.add(method)
  }
  return [...rows].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([, sameUrl]) => sameUrl)
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

function marksOf ({ origins, options }: Policy): string {
  const marks: string[] = []
  if (origins.kind === 'any') marks.push('any origin')
  if (options.allowedHeaders === '*') marks.push('any header')
  if (options.methods === '*') marks.push('any method')
  if (options.dangerouslyAllow.length > 0) marks.push(...options.dangerouslyAllow)
  return marks.length === 0 ? '' : `! ${marks.join(', ')}`
}
