/** The browser engines whose departures from the standard are known. Left out: the standard itself. */
export type Engine = 'chromium' | 'gecko' | 'webkit'

/** Where engines depart from the standard. */
export interface EngineDifference {
  /** The section of the Fetch standard that says otherwise. */
  readonly section: string
  readonly engines: readonly Engine[]
  /** What they do instead, in one sentence. */
  readonly what: string
  /** Where it can be read: the engine's source, or its documentation. */
  readonly source: string
}

/** Every departure that the model knows; each is seen in the suite that runs the real engines. */
export const ENGINE_DIFFERENCES = {
  wildcardCoversAuthorization: {
    section: '#cors-preflight-fetch',
    engines: ['gecko', 'webkit'],
    what: "'Access-Control-Allow-Headers: *' without credentials covers Authorization, which the standard wants listed by name",
    source: 'Gecko: preference network.cors_preflight.authorization_covered_by_wildcard, read in netwerk/protocol/http/nsCORSListenerProxy.cpp; ' +
      'WebKit: CrossOriginPreflightResultCacheItem::validateCrossOriginHeaders in Source/WebCore/loader/CrossOriginPreflightResultCache.cpp'
  },
  clientHintsSafelisted: {
    section: '#cors-safelisted-request-header',
    engines: ['chromium'],
    what: 'the client hints (Save-Data, DPR, Width, Viewport-Width, Device-Memory, RTT, Downlink, ECT) need no preflight',
    source: 'Chromium: IsCorsSafelistedHeader in services/network/public/cpp/cors/cors.cc'
  }
} as const satisfies Record<string, EngineDifference>

export type EngineDifferenceName = keyof typeof ENGINE_DIFFERENCES

/** Whether an engine departs from the standard in this way. The standard itself (no engine) never does. */
export function differs (engine: Engine | undefined, name: EngineDifferenceName): boolean {
  const { engines }: EngineDifference = ENGINE_DIFFERENCES[name]
  return engine !== undefined && engines.includes(engine)
}
