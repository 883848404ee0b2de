import type { IncomingMessage } from 'node:http'

/** A route's `host` constraint. */
export type HostConstraint = string | RegExp | undefined

/** The host that a request is for: `:authority` is HTTP/2's name for it. */
export function hostOf ({ headers }: IncomingMessage): string | undefined {
  return headers.host ?? headers[':authority'] as string | undefined
}

export function matchesHost (constraint: HostConstraint, host: string | undefined): boolean {
  if (constraint === undefined) return true
  if (host === undefined) return false
  return typeof constraint === 'string' ? constraint === host : constraint.test(host)
}

/** Which of two constraints that match Fastify's router prefers: the higher one. */
export function hostRank (constraint: HostConstraint): number {
  return constraint === undefined ? 0 : typeof constraint === 'string' ? 2 : 1
}

/** Without the flags that remember a former match, as Fastify's router takes it. */
export function statelessHost (constraint: HostConstraint): HostConstraint {
  return constraint instanceof RegExp ? new RegExp(constraint.source, constraint.flags.replace(/[gy]/g, '')) : constraint
}
