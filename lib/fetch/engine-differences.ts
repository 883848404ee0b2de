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
    engines: ['chromium', 'gecko', 'webkit'],
    what: "'Access-Control-Allow-Headers: *' without credentials covers Authorization, which the standard wants listed by name",
    source: 'Chromium: feature CorsNonWildcardRequestHeadersSupport, off, in services/network/public/cpp/features.cc (the console warns); ' +
      'Gecko: preference network.cors_preflight.authorization_covered_by_wildcard, on, in netwerk/protocol/http/nsCORSListenerProxy.cpp; ' +
      'WebKit: CrossOriginPreflightResultCacheItem::validateCrossOriginHeaders in Source/WebCore/loader/CrossOriginPreflightResultCache.cpp'
  },
  clientHintsSafelisted: {
    section: '#cors-safelisted-request-header',
    engines: ['chromium'],
    what: 'the client hints (Save-Data, DPR, Width, Viewport-Width, Device-Memory, RTT, Downlink, ECT) need no preflight',
    source: 'Chromium: IsCorsSafelistedHeader in services/network/public/cpp/cors/cors.cc'
  },
  malformedExposeHeadersKeepWildcard: {
    section: '#main-fetch',
    engines: ['gecko'],
    what: 'in an Access-Control-Expose-Headers that does not parse, a * ahead of the mistake exposes everything all the same',
    source: 'Gecko: InternalHeaders::CORSHeaders in dom/fetch/InternalHeaders.cpp'
  },
  redirectStaysPreflighted: {
    section: '#main-fetch',
    engines: ['gecko', 'webkit'],
    what: 'after a preflight, each redirect is preflighted too, also one that became a plain GET',
    source: 'Gecko: nsCORSListenerProxy::CheckPreflightNeeded in netwerk/protocol/http/nsCORSListenerProxy.cpp; ' +
      'WebKit: m_isSimpleRequest of Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp'
  },
  redirectPreflightKeepsOrigin: {
    section: '#concept-request-tainted-origin',
    engines: ['gecko'],
    what: "a redirect's preflight is sent from, and checked against, the page's origin, also where the request itself is sent from 'null'; back at that origin, it is not checked",
    source: 'Gecko: nsCORSListenerProxy::StartCORSPreflight in netwerk/protocol/http/nsCORSListenerProxy.cpp'
  },
  redirectPreflightAsksForOriginalHeaders: {
    section: '#http-redirect-fetch',
    engines: ['webkit'],
    what: "a redirect's preflight asks for the headers of the first request, those that the redirect took away (Authorization, Content-Type) included",
    source: 'WebKit: m_firstRequestHeaders and m_originalRequestHeaders of Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp'
  },
  deleteBecomesGetAcrossOrigins: {
    section: '#http-redirect-fetch',
    engines: ['webkit'],
    what: 'a DELETE that is redirected to another origin becomes a GET (WebKitGTK and WPE)',
    source: 'WebKit: shouldRedirectAsGET in Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp'
  }
} as const satisfies Record<string, EngineDifference>

export type EngineDifferenceName = keyof typeof ENGINE_DIFFERENCES

/** Whether an engine departs from the standard in this way. The standard itself (no engine) never does. */
export function differs (engine: Engine | undefined, name: EngineDifferenceName): boolean {
  const { engines }: EngineDifference = ENGINE_DIFFERENCES[name]
  return engine !== undefined && engines.includes(engine)
}
